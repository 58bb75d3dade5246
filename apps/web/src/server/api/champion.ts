import { z } from '@hono/zod-openapi';
import { championEntry, championView } from '@laurel/contracts';
import { defineRoute } from '../http/define-route.ts';

const tag = 'Champion';
const params = { id: 'project' } as const;

export const championRoutes = [
  defineRoute({
    method: 'get',
    path: '/projects/{id}/champion',
    auth: 'actor',
    action: 'project.read',
    tag,
    summary: 'The current champion; 404 NO_CHAMPION before the first promotion',
    params,
    response: championView,
    handler: async ({ platform, actor, params: { id } }) => ({
      body: await platform.db.promotions.champion(actor, id),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/projects/{id}/champion/history',
    auth: 'actor',
    action: 'project.read',
    tag,
    summary: 'The ledger of champions',
    params,
    response: z.object({ items: z.array(championEntry) }),
    handler: async ({ platform, actor, params: { id } }) => ({
      body: { items: await platform.db.promotions.history(actor, id) },
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/projects/{id}/champion/rollback',
    auth: 'actor',
    action: 'champion.rollback',
    tag,
    summary: 'Go back to the champion before; needs the right to approve, and is on record',
    params,
    body: z.strictObject({ reason: z.string().min(1).max(5000) }),
    response: championView,
    handler: async ({ platform, actor, params: { id }, body }) => ({
      body: await platform.db.promotions.rollback(actor, id, body),
    }),
  }),
];
