import { AppError, newId } from '@laurel/contracts';
import { Hono } from 'hono';
import type { RouteEntry } from '../http/define-route.ts';
import { hostAllowed } from '../http/host.ts';
import { errorResponse, finish, runRoute } from '../http/run-route.ts';
import type { Platform } from '../platform.ts';
import { routes } from './routes.ts';

/**
 * The public API as one function from request to answer, below /api/v1. `platform` is asked for at the first
 * request, so that importing this starts nothing. `checkAnswers` holds every answer to its schema, for tests.
 */
export function createApi(
  platform: () => Platform,
  options: { checkAnswers?: boolean } = {},
): { fetch: (request: Request) => Promise<Response> } {
  const app = new Hono<{ Bindings: { requestId: string } }>({ strict: true }).basePath('/api/v1');
  for (const route of routes) {
    app.on(route.method.toUpperCase(), honoPath(route.path), (context) =>
      runRoute(route, {
        platform: platform(),
        request: context.req.raw,
        requestId: context.env.requestId,
        params: context.req.param() as Record<string, string>,
        checkAnswers: options.checkAnswers ?? false,
      }),
    );
  }
  const known = routes.map((route) => ({ route, pattern: pathPattern(route.path) }));
  app.notFound((context) => unmatched(known, context.req.raw, context.env.requestId));
  app.onError((error, context) => errorResponse(error, context.env.requestId, 'routing'));

  return {
    async fetch(request) {
      const requestId = newId('request');
      const { env } = platform();
      const secure = env.publicOrigin.startsWith('https:');
      const host = request.headers.get('host') ?? new URL(request.url).host;
      if (!hostAllowed(host, env)) {
        const refusal = new AppError(
          'HOST_NOT_ALLOWED',
          `This server answers as ${new URL(env.publicOrigin).host}. Use that address, or list this host in LAUREL_ALLOWED_HOSTS.`,
        );
        return finish(errorResponse(refusal, requestId, 'host'), requestId, secure);
      }
      return finish(await app.fetch(request, { requestId }), requestId, secure);
    },
  };
}

/** 405 with `Allow` where the path exists for other methods, else 404. */
function unmatched(known: { route: RouteEntry; pattern: RegExp }[], request: Request, requestId: string): Response {
  const path = new URL(request.url).pathname.replace(/^\/api\/v1/, '');
  const methods = new Set(known.filter(({ pattern }) => pattern.test(path)).map(({ route }) => route.method));
  if (methods.size === 0) {
    const error = new AppError('NOT_FOUND', 'There is nothing at this address. /api/v1/docs lists what there is.');
    return errorResponse(error, requestId, 'routing');
  }
  const allow = [...methods].flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
  if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow: allow.join(', ') } });
  const error = new AppError('METHOD_NOT_ALLOWED', `This address takes ${allow.join(', ')}.`, { details: { allow } });
  const response = errorResponse(error, requestId, 'routing');
  response.headers.set('allow', allow.join(', '));
  return response;
}

function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

function pathPattern(path: string): RegExp {
  return new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`);
}
