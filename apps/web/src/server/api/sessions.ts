import { z } from '@hono/zod-openapi';
import { systemActor } from '@laurel/access';
import { AppError } from '@laurel/contracts';
import { sessionCookieName } from '../http/authenticate.ts';
import { defineRoute } from '../http/define-route.ts';
import type { Platform } from '../platform.ts';

const tag = 'Sessions';
const sessionUser = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(['admin', 'member']),
});

/** Lax: a link from elsewhere opens signed in, a form from elsewhere does not. Scripts never see the token. */
function cookie(platform: Platform, token: string, maxAgeSeconds: number): string {
  const { publicOrigin } = platform.env;
  const secure = publicOrigin.startsWith('https:') ? '; Secure' : '';
  return `${sessionCookieName(publicOrigin)}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${secure}`;
}

export const sessionRoutes = [
  defineRoute({
    method: 'post',
    path: '/sessions',
    auth: 'public',
    action: null,
    tag,
    summary: 'Sign in: a bearer token, and the cookie of the dashboard',
    body: z.strictObject({ email: z.string().min(1).max(320), password: z.string().min(1).max(256) }),
    status: 201,
    response: z.object({ token: z.string(), expiresAt: z.string(), user: sessionUser }),
    handler: async ({ platform, body, request, requestId }) => {
      const userAgent = request.headers.get('user-agent');
      const outside = { ...systemActor, name: 'Sign-in', requestId };
      // Next does not hand on the connection's address, and a header can be set by anybody: tries count per account
      const signedIn = await platform.auth.signIn({ ...body, ip: null, userAgent }).catch(async (error: unknown) => {
        if (error instanceof AppError && error.code === 'UNAUTHENTICATED') {
          await platform.db.audit.record(outside, {
            action: 'session.refused',
            entity: { kind: 'session', id: 'sign-in' },
            after: { email: body.email.trim().toLowerCase() },
          });
        }
        throw error;
      });
      const actor = await platform.db.sessions.verify(signedIn.token);
      await platform.db.audit.record(actor ? { ...actor, requestId } : outside, {
        action: 'session.created',
        entity: { kind: 'user', id: signedIn.user.id },
      });
      const seconds = Math.max(0, Math.floor((Date.parse(signedIn.expiresAt) - Date.now()) / 1000));
      return { body: signedIn, headers: { 'set-cookie': cookie(platform, signedIn.token, seconds) } };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/sessions/current',
    auth: 'actor',
    action: 'own',
    tag,
    summary: 'Who you are, by session or key',
    response: z.object({ user: sessionUser, apiKeyId: z.string().nullable(), mayApprove: z.boolean() }),
    handler: async ({ platform, actor }) => {
      const { id, name, email, role } = await platform.db.users.get(actor, actor.userId);
      return { body: { user: { id, name, email, role }, apiKeyId: actor.apiKeyId, mayApprove: actor.mayApprove } };
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/sessions/current',
    auth: 'actor',
    action: 'own',
    tag,
    summary: 'Sign out: the token is worth nothing afterwards',
    status: 204,
    handler: async ({ platform, actor, sessionToken }) => {
      if (sessionToken === null) {
        throw new AppError('STATE_INVALID', 'An API key has no session to end. Revoke the key instead.');
      }
      await platform.auth.signOut(sessionToken);
      await platform.db.audit.record(actor, { action: 'session.ended', entity: { kind: 'user', id: actor.userId } });
      return { body: null, headers: { 'set-cookie': cookie(platform, '', 0) } };
    },
  }),
];
