import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '@laurel/contracts';
import type { MiddlewareHandler } from 'hono';
import type { KeyVerifier, RateLimiter } from '../ports.ts';
import type { Ctx, Env } from './context.ts';

/** Public predictions: a bearer token, an API key or a session's. Throws UNAUTHENTICATED and RATE_LIMITED. */
export function requireBearer(keys: KeyVerifier, limiter: RateLimiter): MiddlewareHandler<Env> {
  return async (c, next) => {
    const token = /^Bearer ([\x21-\x7e]{1,500})$/i.exec((c.req.header('authorization') ?? '').trim())?.[1];
    if (token === undefined) {
      throw new AppError('UNAUTHENTICATED', 'Send an API key as "Authorization: Bearer <key>".');
    }
    const actor = await keys.verify(token);
    if (actor === null) {
      throw new AppError(
        'UNAUTHENTICATED',
        'The key is not valid: it is unknown, was revoked or has expired. Use another one.',
      );
    }
    const wait = limiter.take(actor.apiKeyId ?? actor.userId);
    if (wait > 0) {
      throw new AppError(
        'RATE_LIMITED',
        `Too many requests with this key. Wait ${Math.ceil(wait)} s, or send more rows in one request.`,
        {
          details: { retryAfterSeconds: wait },
        },
      );
    }
    c.set('actor', actor);
    await next();
  };
}

/** Requests of the dashboard, which has authorised already. Compared by hash, so that time tells nothing about the token. */
export function requireInternal(internalToken: string): MiddlewareHandler<Env> {
  const expected = createHash('sha256').update(internalToken).digest();
  return async (c, next) => {
    const given = createHash('sha256')
      .update((c as Ctx).req.header('x-laurel-internal') ?? '')
      .digest();
    if (!timingSafeEqual(given, expected)) {
      throw new AppError('NOT_FOUND', 'There is nothing at this address. Check the path and the method.');
    }
    await next();
  };
}
