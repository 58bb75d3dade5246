import { z } from '@hono/zod-openapi';
import { defineRoute } from '../http/define-route.ts';
import { jsonResponse } from '../http/respond.ts';
import { readiness } from '../readiness.ts';

const check = z.object({ ok: z.boolean(), message: z.string() });

export const healthRoutes = [
  defineRoute({
    method: 'get',
    path: '/health',
    auth: 'public',
    action: null,
    tag: 'Operations',
    summary: 'Whether the web server runs',
    response: z.object({ status: z.literal('ok'), version: z.string() }),
    handler: async ({ platform }) => ({ body: { status: 'ok' as const, version: platform.env.version } }),
  }),
  defineRoute({
    method: 'get',
    path: '/ready',
    auth: 'public',
    action: null,
    tag: 'Operations',
    summary: 'Whether everything that is needed answers; 503 names what is missing',
    response: z.object({ ready: z.boolean(), missing: z.array(z.string()), checks: z.record(z.string(), check) }),
    handler: async ({ platform, requestId }) => {
      const checks = await readiness(platform);
      const missing = Object.entries(checks).filter(([, state]) => !state.ok);
      if (missing.length === 0) return { body: { ready: true, missing: [], checks } };
      const names = missing.map(([name]) => name);
      const message = `Not ready: ${missing.map(([name, state]) => `${name} (${state.message})`).join(', ')}.`;
      const error = { code: 'NOT_READY', message, requestId, details: { missing: names } };
      return jsonResponse({
        status: 503,
        body: { ready: false, missing: names, checks, error },
        headers: { 'retry-after': '2' },
      });
    },
  }),
];
