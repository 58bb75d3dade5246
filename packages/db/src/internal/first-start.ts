import { hashPassword, systemActor } from '@laurel/access';
import { notFound } from '../core/authorise.ts';
import type { Context } from '../core/context.ts';
import { insertKey } from '../repositories/api-keys.ts';
import { insertUser, setPassword } from '../repositories/users.ts';
import type { InternalRepository } from '../types.ts';

type FirstStartFunctions = Pick<InternalRepository, 'ensureAdministrator' | 'createApiKeyFor'>;

export function createFirstStartFunctions({ database }: Context): FirstStartFunctions {
  return {
    async ensureAdministrator(input) {
      const find = `SELECT id FROM "user" WHERE role = 'admin' ORDER BY created_at, id LIMIT 1`;
      const [existing] = await database.query<{ id: string }>(find);
      if (existing) return { created: false, userId: existing.id };
      const hash = await hashPassword(input.password);
      return database.tx(async (tx) => {
        // Two first starts at once make one administrator.
        await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('laurel first administrator', 0))`);
        const [other] = await tx.query<{ id: string }>(find);
        if (other) return { created: false, userId: other.id };
        const userId = await insertUser(tx, { ...input, role: 'admin', createdBy: systemActor.userId });
        await setPassword(tx, userId, hash);
        tx.audit({
          actor: systemActor,
          action: 'user.created',
          entity: { kind: 'user', id: userId },
          after: { email: input.email, name: input.name, role: 'admin' },
        });
        return { created: true, userId };
      });
    },
    async createApiKeyFor(userId, name, options = {}) {
      const mayApprove = options.mayApprove ?? false;
      const { key } = await database.tx(async (tx) => {
        const [user] = await tx.query('SELECT 1 FROM "user" WHERE id = $1', [userId]);
        if (!user) throw notFound('user');
        return insertKey(tx, { actor: systemActor, userId, name, scopes: null, expiresAt: null, mayApprove });
      });
      return key;
    },
  };
}
