import { newId } from '@laurel/contracts';
import pg from 'pg';
import { appendAudit } from './audit-chain.ts';
import type { AuditEntry } from './audit-entry.ts';
import { type Channel, channelName, type Sql, sqlState, type Tx, translate } from './sql.ts';

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
    // One that breaks while a transaction holds it says so twice: by the query that fails, and by this event, which
    // would end the process without a listener.
    this.pool.on('connect', (client) => client.on('error', () => {}));
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
