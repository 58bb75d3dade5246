import type { App } from '../http/context.ts';
import type { Platform } from '../ports.ts';
import type { Champions } from '../serving/champions.ts';

/** GET /health: the process answers. GET /ready: 503 that names what is missing. */
export function healthRoutes(app: App, deps: { platform: Platform; champions: Champions }): void {
  for (const prefix of ['', '/api/v1']) {
    app.get(`${prefix}/health`, (c) => c.json({ status: 'ok' }));
    app.get(`${prefix}/ready`, async (c) => {
      const missing: string[] = [];
      await deps.platform.ping().catch(() => missing.push('database'));
      if (!deps.champions.known) missing.push('champions');
      return c.json(
        { status: missing.length === 0 ? 'ready' : 'not ready', missing },
        missing.length === 0 ? 200 : 503,
      );
    });
  }
}
