import { AppError } from '@laurel/contracts';
import type { Context } from '../core/context.ts';
import type { InternalRepository } from '../types.ts';

type OutboxFunctions = Pick<InternalRepository, 'relayOutbox'>;

/** Longest wait before a row that could not be delivered is tried again. */
const longestWaitSeconds = 30;

/**
 * Relays take different rows (SKIP LOCKED). A row is deleted in the transaction that delivered it; when that commit is
 * lost, it is delivered once more, under the same id.
 */
export function createOutboxFunctions({ database }: Context): OutboxFunctions {
  return {
    relayOutbox: (limit, deliver) =>
      database.tx(async (tx) => {
        const rows = await tx.query<{ id: string; job: string; payload: unknown; attempts: number }>(
          `SELECT id, job, payload, attempts FROM outbox WHERE available_at <= clock_timestamp()
           ORDER BY available_at, id LIMIT $1 FOR UPDATE SKIP LOCKED`,
          [limit],
        );
        const results = await Promise.allSettled(rows.map(({ id, job, payload }) => deliver({ id, job, payload })));
        const delivered = rows.filter((_, index) => results[index]?.status === 'fulfilled');
        await tx.query('DELETE FROM outbox WHERE id = ANY ($1)', [delivered.map((row) => row.id)]);
        for (const [index, row] of rows.entries()) {
          const result = results[index];
          if (result?.status !== 'rejected') continue;
          await tx.query(
            `UPDATE outbox SET attempts = attempts + 1, last_error = $2,
               available_at = clock_timestamp() + least($3, power(2, attempts)) * interval '1 second' WHERE id = $1`,
            [row.id, messageOf(result.reason), longestWaitSeconds],
          );
        }
        return delivered.length;
      }),
  };
}

function messageOf(reason: unknown): string {
  const text = reason instanceof AppError || reason instanceof Error ? reason.message : String(reason);
  return text.replaceAll('\0', '').slice(0, 1000);
}
