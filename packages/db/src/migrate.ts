import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** The number that every starter of Laurel waits on; Prisma's own command line uses the same one. */
const migrationLock = 72_707_369;

/**
 * Applies the SQL files of prisma/migrations that this database does not have yet, in order of name, each in its own
 * transaction. Writes the rows of Prisma's `_prisma_migrations`, so `prisma migrate deploy` goes on from here.
 * Safe with several starters at once. Throws when an applied file was changed, or the database is newer than the program.
 */
export async function migrate(
  connectionString: string,
  options: { migrationsDir?: string | undefined } = {},
): Promise<{ applied: string[] }> {
  const files = await readMigrations(options.migrationsDir ?? findMigrationsDir());
  const client = new pg.Client({ connectionString, application_name: 'laurel-migrate' });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    await client.query(createTable);
    const { rows } = await client.query<{ migration_name: string; checksum: string }>(
      'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
    );
    const known = new Map(rows.map((row) => [row.migration_name, row.checksum]));
    checkKnown(files, known);
    const applied: string[] = [];
    for (const file of files) {
      if (known.has(file.name)) continue;
      await apply(client, file);
      applied.push(file.name);
    }
    return { applied };
  } finally {
    await client.end();
  }
}

interface MigrationFile {
  name: string;
  sql: string;
  checksum: string;
}

async function apply(client: pg.Client, file: MigrationFile): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(file.sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), file.checksum, file.name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Migration ${file.name} failed and was undone: ${reason}`, { cause: error });
  }
}

function checkKnown(files: MigrationFile[], known: Map<string, string>): void {
  const byName = new Map(files.map((file) => [file.name, file]));
  for (const [name, checksum] of known) {
    const file = byName.get(name);
    if (!file) {
      throw new Error(
        `The database was migrated by a newer Laurel (it has ${name}). Start that version, or restore a backup made before it.`,
      );
    }
    if (file.checksum !== checksum) {
      throw new Error(
        `Migration ${name} was changed after it had been applied. Put the original file back and make a new migration.`,
      );
    }
  }
}

async function readMigrations(dir: string): Promise<MigrationFile[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(dir, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** prisma/migrations of the repository, from this file or from a bundle that lies somewhere below the root. */
export function findMigrationsDir(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = join(dir, 'prisma', 'migrations');
    if (existsSync(candidate)) return candidate;
    const parent = dirname(dir);
    if (parent === dir) {
      throw new Error(
        'prisma/migrations was not found above this program. Pass migrationsDir, or start it from the repository.',
      );
    }
    dir = parent;
  }
}

const createTable = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;
