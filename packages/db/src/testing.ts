import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from './embedded/index.ts';
import { migrate } from './migrate.ts';

export interface TestDatabase {
  connectionString: string;
  /** drops the database */
  drop(): Promise<void>;
}

let server: Promise<{ adminUrl: string; template: string; stop: () => Promise<void> }> | null = null;

/**
 * A fresh, migrated database: on the server of LAUREL_TEST_DATABASE_URL, or on an embedded PostgreSQL that this
 * process starts once. Copied from a migrated template, so it takes some 50 ms. Call `stopTestDatabases` in afterAll.
 */
export async function testDatabase(): Promise<TestDatabase> {
  server ??= start();
  const { adminUrl, template } = await server;
  const name = `laurel_test_${randomBytes(6).toString('hex')}`;
  await asAdmin(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  return {
    connectionString: withDatabase(adminUrl, name),
    drop: () => asAdmin(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** Drops the template and stops the embedded server, if this process started one. */
export async function stopTestDatabases(): Promise<void> {
  const running = await server;
  server = null;
  await running?.stop();
}

async function start() {
  const given = process.env.LAUREL_TEST_DATABASE_URL;
  const embedded = given ? null : await startTestServer();
  const adminUrl = given ? withDatabase(given, 'postgres') : embedded!.url;
  const template = `laurel_template_${randomBytes(6).toString('hex')}`;
  await asAdmin(adminUrl, `CREATE DATABASE ${template}`);
  await migrate(withDatabase(adminUrl, template));
  const stop = async () => {
    if (embedded) await embedded.stop();
    else await asAdmin(adminUrl, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
  };
  return { adminUrl, template, stop };
}

/** An embedded PostgreSQL in a temporary folder; for a vitest globalSetup, which sets LAUREL_TEST_DATABASE_URL to it. */
export async function startTestServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'laurel-test-'));
  // As root another user runs PostgreSQL, and mkdtemp closes the folder to all others.
  await chmod(dir, 0o711);
  const postgres = await startEmbeddedPostgres({ dataDir: join(dir, 'postgres') });
  // When a test run is interrupted, the server goes with it.
  const kill = () => {
    try {
      process.kill(postgres.pid, 'SIGQUIT');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  process.once('exit', kill);
  return {
    url: postgres.adminConnectionString,
    async stop() {
      process.off('exit', kill);
      await postgres.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function asAdmin(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
}

/** An experiment whose row is locked by a test: nobody can record anything of it. */
export interface HeldExperiment {
  /** which worker has begun to prepare it, and whether its study exists, at the time of the lock */
  begunBy: string | null;
  prepared: boolean;
  /** writers that wait for the lock */
  waiting(): Promise<number>;
  release(): Promise<void>;
}

/** Locks an experiment until `release`, for tests of what happens when a worker dies before it could record. */
export async function holdExperiment(connectionString: string, experimentId: string): Promise<HeldExperiment> {
  const [holder, watcher] = [new pg.Client({ connectionString }), new pg.Client({ connectionString })];
  await Promise.all([holder.connect(), watcher.connect()]);
  await holder.query('BEGIN');
  const { rows } = await holder.query<{ begunBy: string | null; prepared: boolean }>(
    `SELECT begun_by AS "begunBy", study IS NOT NULL AS prepared FROM experiment WHERE id = $1 FOR UPDATE`,
    [experimentId],
  );
  return {
    ...rows[0]!,
    async waiting() {
      const found = await watcher.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'`);
      return found.rows.length;
    },
    async release() {
      await holder.query('ROLLBACK');
      await Promise.all([holder.end(), watcher.end()]);
    },
  };
}
