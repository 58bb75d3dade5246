import type { Actor } from '@laurel/access';
import { AppError } from '@laurel/contracts';
import type { Context } from '../core/context.ts';
import { json } from '../core/sql.ts';
import type { IdempotencyRepository } from '../types.ts';

/** The first call renews its lease while it works; when its process dies, the next call takes over after this. */
const leaseSeconds = 30;
const longestWaitMs = 120_000;

interface Stored {
  body_sha256: string;
  status: number | null;
  body: unknown;
}

/** Others wait by asking again and not by holding a connection, so that any number of them cannot block the first. */
export function createIdempotencyRepository({ database }: Context): IdempotencyRepository {
  /** True when this call is the one to work: a new key, or one whose worker died. */
  async function take(actorId: string, key: string, bodySha256: string): Promise<boolean> {
    const rows = await database.query(
      `INSERT INTO idempotency AS held (actor_id, key, body_sha256, lease_until)
       VALUES ($1, $2, $3, clock_timestamp() + $4 * interval '1 second')
       ON CONFLICT (actor_id, key) DO UPDATE SET lease_until = excluded.lease_until
       WHERE held.status IS NULL AND held.body_sha256 = $3 AND held.lease_until < clock_timestamp()
       RETURNING key`,
      [actorId, key, bodySha256, leaseSeconds],
    );
    return rows.length > 0;
  }

  async function work<T>(actorId: string, key: string, run: () => Promise<{ status: number; body: T }>) {
    const renew = setInterval(
      () => {
        database
          .query(
            `UPDATE idempotency SET lease_until = clock_timestamp() + $3 * interval '1 second'
           WHERE actor_id = $1 AND key = $2 AND status IS NULL`,
            [actorId, key, leaseSeconds],
          )
          .catch(() => {}); // the next renewal, or the end, tells of an outage
      },
      (leaseSeconds * 1000) / 3,
    );
    try {
      const answer = await run();
      await database.query('UPDATE idempotency SET status = $3, body = $4 WHERE actor_id = $1 AND key = $2', [
        actorId,
        key,
        answer.status,
        json(answer.body),
      ]);
      return answer;
    } catch (error) {
      // What failed made nothing, so the same key may be used again.
      await database.query('DELETE FROM idempotency WHERE actor_id = $1 AND key = $2 AND status IS NULL', [
        actorId,
        key,
      ]);
      throw error;
    } finally {
      clearInterval(renew);
    }
  }

  return {
    async once<T>(actor: Actor, key: string, bodySha256: string, run: () => Promise<{ status: number; body: T }>) {
      if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
        throw new AppError('PARAMETER_INVALID', 'Idempotency-Key must be 1 to 255 printable ASCII characters.');
      }
      const actorId = actor.apiKeyId ?? actor.userId;
      const end = Date.now() + longestWaitMs;
      for (let waitMs = 20; Date.now() < end; waitMs = Math.min(waitMs * 1.5, 500)) {
        if (await take(actorId, key, bodySha256)) return work(actorId, key, run);
        const [stored] = await database.query<Stored>(
          'SELECT body_sha256, status, body FROM idempotency WHERE actor_id = $1 AND key = $2',
          [actorId, key],
        );
        if (stored && stored.body_sha256 !== bodySha256) {
          throw new AppError(
            'IDEMPOTENCY_MISMATCH',
            'This Idempotency-Key was used for a request with another body. Use a new key for a new request.',
          );
        }
        if (stored?.status != null) return { status: stored.status, body: stored.body as T };
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
      throw new AppError('NOT_READY', 'The first request with this Idempotency-Key is still at work. Ask again later.');
    },
  };
}
