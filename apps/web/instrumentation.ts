import { webEnv } from '@/env.ts';
import { log } from '@/server/log.ts';

/** Runs once when the server starts: a wrong environment ends it at once, with the variable's name. */
export function register(): void {
  const env = webEnv();
  log('info', 'the web server starts', { version: env.version, publicOrigin: env.publicOrigin });
}

/** Errors of pages; those of the API are logged where they are answered. */
export function onRequestError(failure: unknown, request: { path: string; method: string }): void {
  log('error', 'a page failed', { method: request.method, path: request.path.split('?')[0], failure });
}
