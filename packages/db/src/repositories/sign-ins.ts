import type { Context } from '../core/context.ts';
import type { SignInThrottle } from '../types.ts';

/** Windows in the database, so that all web processes count together and a restart forgets nothing. */
export function createSignInThrottle({ database }: Context): SignInThrottle {
  return {
    async attempt(keys) {
      let retryAfterSeconds = 0;
      // In the order of the keys' names, so that parallel tries lock rows in one order.
      for (const { key, limit, windowSeconds } of [...keys].sort((a, b) => (a.key < b.key ? -1 : 1))) {
        const [row] = await database.query<{ failures: number; left_seconds: number }>(
          `INSERT INTO sign_in_throttle AS held (key, failures, window_ends)
           VALUES ($1, 1, clock_timestamp() + $2 * interval '1 second')
           ON CONFLICT (key) DO UPDATE SET
             failures = CASE WHEN held.window_ends < clock_timestamp() THEN 1 ELSE held.failures + 1 END,
             window_ends = CASE WHEN held.window_ends < clock_timestamp() THEN excluded.window_ends ELSE held.window_ends END
           RETURNING failures, extract(epoch FROM window_ends - clock_timestamp())::float8 AS left_seconds`,
          [key, windowSeconds],
        );
        if (row && row.failures > limit)
          retryAfterSeconds = Math.max(retryAfterSeconds, Math.ceil(row.left_seconds), 1);
      }
      return { allowed: retryAfterSeconds === 0, retryAfterSeconds };
    },
    async refund(keys) {
      await database.query('UPDATE sign_in_throttle SET failures = greatest(failures - 1, 0) WHERE key = ANY ($1)', [
        keys,
      ]);
    },
    async clear(keys) {
      await database.query('DELETE FROM sign_in_throttle WHERE key = ANY ($1)', [keys]);
    },
  };
}
