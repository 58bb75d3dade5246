import type { Actor } from '@laurel/access';
import type { Context } from '../core/context.ts';
import type { SessionRepository } from '../types.ts';

/** For programs that do not load the authentication of access: the row of a session that access made says who it is. */
export function createSessionRepository({ database }: Context): SessionRepository {
  return {
    async verify(token) {
      if (!/^[\x21-\x7e]{16,512}$/.test(token)) return null;
      // A signed bearer token is `token.signature`; the token alone is as secret, so the signature adds nothing here.
      const secret = token.split('.')[0];
      const [row] = await database.query<{ id: string; name: string; role: Actor['installationRole'] }>(
        `SELECT person.id, person.name, person.role FROM session
         JOIN "user" AS person ON person.id = session.user_id
         WHERE session.token = $1 AND session.expires_at > now()`,
        [secret],
      );
      if (!row) return null;
      // A session in use goes on: once a day its end moves to a week from now.
      await database.query(
        `UPDATE session SET updated_at = now(), expires_at = now() + interval '7 days'
         WHERE token = $1 AND updated_at < now() - interval '1 day'`,
        [secret],
      );
      return sessionActor(row);
    },
  };
}

/** A person who signed in: everything that they may, approvals included. */
function sessionActor(person: { id: string; name: string; role: Actor['installationRole'] }): Actor {
  return {
    kind: 'user',
    userId: person.id,
    name: person.name,
    apiKeyId: null,
    installationRole: person.role,
    scopes: null,
    mayApprove: true,
    requestId: null,
  };
}
