import type { Actor } from '@laurel/access';
import { AppError } from '@laurel/contracts';
import type { Platform } from '../platform.ts';
import { originAllowed } from './host.ts';

export interface Credentials {
  kind: 'key' | 'session' | 'cookie';
  token: string;
}

/** `__Host-` binds the cookie to this host and to https; browsers refuse that name on plain http. */
export function sessionCookieName(publicOrigin: string): string {
  return publicOrigin.startsWith('https:') ? '__Host-laurel_session' : 'laurel_session';
}

/** What the request identifies itself with; a bearer token goes before a cookie. Null when there is nothing. */
export function credentialsOf(headers: Headers, publicOrigin: string): Credentials | null {
  const authorization = headers.get('authorization');
  if (authorization !== null) {
    const token = /^Bearer ([\x21-\x7e]{1,500})$/i.exec(authorization.trim())?.[1];
    if (!token) return { kind: 'key', token: '' };
    return { kind: token.startsWith('lrl_') ? 'key' : 'session', token };
  }
  const name = sessionCookieName(publicOrigin);
  for (const part of (headers.get('cookie') ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) {
      const token = part.slice(at + 1).trim();
      if (/^[\x21-\x7e]{1,500}$/.test(token)) return { kind: 'cookie', token };
    }
  }
  return null;
}

/** The actor of the credentials as of now; null when they are unknown, revoked or expired. */
export async function actorOf(
  platform: Platform,
  credentials: Credentials,
  requestId: string | null,
): Promise<Actor | null> {
  if (credentials.token === '') return null;
  const actor =
    credentials.kind === 'key'
      ? await platform.db.apiKeys.verify(credentials.token)
      : await platform.db.sessions.verify(credentials.token);
  return actor && { ...actor, requestId };
}

/** Throws UNAUTHENTICATED; the actor and the session's token (null for an API key) otherwise. */
export async function authenticate(
  platform: Platform,
  request: Request,
  requestId: string,
): Promise<{ actor: Actor; credentials: Credentials }> {
  const credentials = credentialsOf(request.headers, platform.env.publicOrigin);
  if (!credentials) {
    throw new AppError('UNAUTHENTICATED', 'Sign in, or send an API key as "Authorization: Bearer <key>".');
  }
  const actor = await actorOf(platform, credentials, requestId);
  if (!actor) {
    throw new AppError(
      'UNAUTHENTICATED',
      credentials.kind === 'key'
        ? 'The API key is not valid: it is unknown, was revoked or has expired. Use another one.'
        : 'The session has ended. Sign in again.',
    );
  }
  return { actor, credentials };
}

const safeMethods = new Set(['GET', 'HEAD']);

/**
 * A cookie travels with every request to us, whoever caused it; so a change by cookie must come from a page of ours.
 * Throws CSRF. Bearer tokens are set by the caller on purpose and need no such proof.
 */
export function checkCsrf(platform: Platform, request: Request, credentials: Credentials | null): void {
  if (safeMethods.has(request.method)) return;
  const origin = request.headers.get('origin');
  // without any credentials (signing in) a script without an Origin is fine, a foreign page is not
  if (credentials?.kind !== 'cookie' && (credentials !== null || origin === null)) return;
  if (!originAllowed(origin, request.headers.get('host'), platform.env)) {
    throw new AppError(
      'CSRF',
      'This change was asked for by another site, or by a program that uses the cookie of a browser. Programs use an API key.',
    );
  }
}
