import { AppError, newId } from '@laurel/contracts';
import pg from 'pg';
import { type AuditEntry, appendAudit } from './audit-chain.ts';

/** Something that runs parameterised SQL: the pool, or one transaction. */
export interface Sql {
  query<R extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<R[]>;
}

/** One transaction. What must happen with its commit is collected here: audit rows come last, so their lock is short. */
export interface Tx extends Sql {
  audit(entry: AuditEntry): void;
  /** an outbox row, relayed to the queue after the commit; payloads hold ids only */
  enqueue(job: string, payload: Record<string, string>, options?: { projectId?: string; delayMs?: number }): void;
  notify(channel: Channel, payload: string): void;
}

export type Channel = 'outbox' | 'events' | 'champion';
export const channelName = (channel: Channel) => `laurel_${channel}`;

const types = {
  // bigint as a number: bytes, seeds and sequences stay far below 2^53
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === 20 ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

export class Database implements Sql {
  readonly pool: pg.Pool;

  constructor(connectionString: string, poolSize: number) {
    this.pool = new pg.Pool({
      connectionString,
      max: poolSize,
      types,
      application_name: 'laurel',
      connectionTimeoutMillis: 15_000,
      idleTimeoutMillis: 30_000,
      options: '-c timezone=UTC',
    });
    // An idle connection that breaks (server restart) is replaced by the pool; the next query tells of a real outage.
    this.pool.on('error', () => {});
  }

  async query<R extends object>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    try {
      return (await this.pool.query<R>(text, values as unknown[])).rows;
    } catch (error) {
      throw translate(error);
    }
  }

  /**
   * Runs `work` in one READ COMMITTED transaction and commits. Deadlocks and serialisation failures are tried again,
   * at most three times. A broken connection becomes STORAGE_UNAVAILABLE: it is then not known whether it committed.
   */
  async tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.txOnce(work);
      } catch (error) {
        const code = sqlState(error);
        if ((code !== '40001' && code !== '40P01') || attempt === 3) throw translate(error);
      }
    }
  }

  private async txOnce<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const { tx, complete } = begin(client);
      const result = await work(tx);
      await complete();
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken = failure;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }
}

function begin(client: pg.PoolClient): { tx: Tx; complete: () => Promise<void> } {
  const audits: AuditEntry[] = [];
  const jobs: { job: string; payload: Record<string, string>; projectId: string | null; delayMs: number }[] = [];
  const notes = new Map<string, { channel: Channel; payload: string }>();
  const sql: Sql = {
    query: async <R extends object>(text: string, values: readonly unknown[] = []) =>
      (await client.query<R>(text, values as unknown[])).rows,
  };
  const tx: Tx = {
    ...sql,
    audit: (entry) => audits.push(entry),
    enqueue: (job, payload, options = {}) =>
      jobs.push({ job, payload, projectId: options.projectId ?? null, delayMs: options.delayMs ?? 0 }),
    notify: (channel, payload) => notes.set(`${channel} ${payload}`, { channel, payload }),
  };
  const complete = async () => {
    if (jobs.length > 0) {
      await sql.query(
        `INSERT INTO outbox (id, project_id, job, payload, available_at)
         SELECT id, project_id, job, payload::jsonb, now() + delay_ms * interval '1 millisecond'
         FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[])
           AS row (id, project_id, job, payload, delay_ms)`,
        [
          jobs.map(() => newId('outbox')),
          jobs.map((job) => job.projectId),
          jobs.map((job) => job.job),
          jobs.map((job) => JSON.stringify(job.payload)),
          jobs.map((job) => job.delayMs),
        ],
      );
      tx.notify('outbox', '');
    }
    for (const note of notes.values()) {
      await sql.query('SELECT pg_notify($1, $2)', [channelName(note.channel), note.payload]);
    }
    if (audits.length > 0) await appendAudit(sql, audits);
  };
  return { tx, complete };
}

export function sqlState(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

const unreachable = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|57P01|57P02|57P03|08...|53300)$/;
const brokenMessage = /connection terminated|timeout exceeded when trying to connect|server closed the connection/i;

/** A database error as what a caller can act on; everything else passes as it is. */
export function translate(error: unknown): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error;
  const code = String((error as { code?: unknown }).code ?? '');
  if (unreachable.test(code) || brokenMessage.test(error.message)) {
    return new AppError(
      'STORAGE_UNAVAILABLE',
      'The database cannot be reached right now. Try again in a few seconds.',
      {
        cause: error,
      },
    );
  }
  if (code === '53100') {
    return new AppError('STORAGE_FULL', 'The disk of the database is full. Free some space, then try again.', {
      cause: error,
    });
  }
  if (code === '22021' || code === '22P05') {
    return new AppError('PARAMETER_INVALID', 'A text holds a character that cannot be stored (NUL). Remove it.', {
      cause: error,
    });
  }
  return error;
}

/** JSON for a jsonb parameter: NUL and lone surrogates, which PostgreSQL refuses, become U+FFFD; NaN becomes null. */
export function json(value: unknown): string {
  return JSON.stringify(value, (_key, item) => (typeof item === 'string' ? storable(item) : item)) ?? 'null';
}

const notStorable = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
/** The text with what PostgreSQL cannot store replaced by U+FFFD. */
export function storable(text: string): string {
  return text.replace(notStorable, '\ufffd');
}

export function first<R>(rows: R[]): R | null {
  return rows[0] ?? null;
}

export function iso(date: Date): string;
export function iso(date: Date | null): string | null;
export function iso(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
