import { AppError, newId, toErrorBody } from '@laurel/contracts';
import type { App, Ctx, Log } from './context.ts';

/** Gives every request an id (the caller's, when it is a plain one) and every failure the body that api.md promises. */
export function addFailures(app: App, log: Log): void {
  app.use(async (c, next) => {
    const given = c.req.header('x-request-id');
    c.set('requestId', given !== undefined && /^[A-Za-z0-9_-]{1,100}$/.test(given) ? given : newId('request'));
    await next();
    c.header('x-request-id', c.get('requestId'));
    c.header('cache-control', 'no-store');
    c.header('x-content-type-options', 'nosniff');
  });
  app.notFound((c) =>
    answerFailure(
      c as Ctx,
      new AppError('NOT_FOUND', 'There is nothing at this address. Check the path and the method.'),
    ),
  );
  app.onError((error, c) => {
    if (!(error instanceof AppError) || error.status >= 500) {
      log('error', error.message, {
        requestId: c.get('requestId'),
        path: c.req.path,
        stack: error.stack,
        cause: String(error.cause ?? ''),
      });
    }
    return answerFailure(c as Ctx, error);
  });
}

function answerFailure(c: Ctx, error: unknown): Response {
  const requestId = c.get('requestId') ?? newId('request');
  const { status, body } = toErrorBody(error, requestId);
  const wait = body.error.details.retryAfterSeconds;
  if (typeof wait === 'number') c.header('retry-after', String(Math.max(1, Math.ceil(wait))));
  c.header('x-request-id', requestId);
  return c.json(body, status as 500);
}
