import { z } from '@hono/zod-openapi';
import { can } from '@laurel/access';
import { defineRoute } from '../http/define-route.ts';

const worker = z.object({
  id: z.string(),
  host: z.string().nullable(),
  pid: z.number().nullable(),
  slots: z.number(),
  busy: z.number(),
  seenAt: z.string(),
});

export const workerRoutes = [
  defineRoute({
    method: 'get',
    path: '/workers',
    auth: 'actor',
    action: 'project.read',
    tag: 'Operations',
    summary: 'Live workers and how busy they are; host and process are shown to administrators',
    response: z.object({ live: z.number(), slots: z.number(), busy: z.number(), items: z.array(worker) }),
    handler: async ({ platform, actor }) => {
      const workers = await platform.db.internal.liveWorkers();
      const sum = (field: 'slots' | 'busy') => workers.reduce((total, each) => total + each[field], 0);
      const shown = can(actor, null, 'worker.read');
      const items = workers.map((each, at) =>
        shown ? each : { ...each, id: `worker-${at + 1}`, host: null, pid: null },
      );
      return { body: { live: workers.length, slots: sum('slots'), busy: sum('busy'), items } };
    },
  }),
];
