import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findMigrationsDir, migrate } from './migrate.ts';

let connectionString: string;
let dir: string;
/** names of the files that the program brings along */
let ours: string[];
const admin = () => process.env.LAUREL_TEST_DATABASE_URL!;

async function sql<R extends object>(url: string, text: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<R>(text)).rows;
  } finally {
    await client.end();
  }
}

beforeEach(async () => {
  const name = `laurel_migrate_${process.pid}_${Date.now()}`;
  await sql(admin(), `CREATE DATABASE ${name}`);
  const url = new URL(admin());
  url.pathname = `/${name}`;
  connectionString = url.toString();
  dir = await mkdtemp(join(tmpdir(), 'laurel-migrations-'));
  await cp(findMigrationsDir(), dir, { recursive: true });
  const entries = await readdir(dir, { withFileTypes: true });
  ours = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
});
afterEach(async () => {
  await sql(admin(), `DROP DATABASE ${new URL(connectionString).pathname.slice(1)} WITH (FORCE)`);
  await rm(dir, { recursive: true, force: true });
});

async function addMigration(name: string, text: string): Promise<void> {
  await mkdir(join(dir, name));
  await writeFile(join(dir, name, 'migration.sql'), text);
}

describe('migrate', () => {
  it('applies each file once with three starters at a time', async () => {
    const outcomes = await Promise.all([1, 2, 3].map(() => migrate(connectionString, { migrationsDir: dir })));
    expect(outcomes.flatMap((outcome) => outcome.applied)).toEqual(ours);
    await addMigration('9001_more', 'CREATE TABLE more (id INT); CREATE TABLE even_more (id INT);');
    expect(await migrate(connectionString, { migrationsDir: dir })).toEqual({ applied: ['9001_more'] });
    const rows = await sql<{ checksum: string; applied_steps_count: number }>(
      connectionString,
      'SELECT checksum, applied_steps_count FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY migration_name',
    );
    expect(rows).toHaveLength(ours.length + 1);
    expect(rows[0]!.checksum).toMatch(/^[0-9a-f]{64}$/);
  });

  it('undoes a file that fails', async () => {
    await addMigration('9001_bad', 'CREATE TABLE half (id INT); SELECT nonsense;');
    await expect(migrate(connectionString, { migrationsDir: dir })).rejects.toThrow(/9001_bad failed and was undone/);
    expect(await sql(connectionString, `SELECT 1 FROM pg_tables WHERE tablename = 'half'`)).toHaveLength(0);
    expect(await sql(connectionString, 'SELECT 1 FROM _prisma_migrations')).toHaveLength(ours.length);
  });

  it('refuses a changed file, and a database that is newer than the program', async () => {
    await migrate(connectionString, { migrationsDir: dir });
    const file = join(dir, '0001_init', 'migration.sql');
    const text = await readFile(file, 'utf8');
    await writeFile(file, `${text}\n-- changed`);
    await expect(migrate(connectionString, { migrationsDir: dir })).rejects.toThrow(/0001_init was changed/);
    await writeFile(file, text);
    await addMigration('9001_next', 'SELECT 1;');
    await migrate(connectionString, { migrationsDir: dir });
    await rm(join(dir, '9001_next'), { recursive: true });
    await expect(migrate(connectionString, { migrationsDir: dir })).rejects.toThrow(/newer Laurel/);
  });

  it('gives the tables that the Prisma schema describes', async () => {
    await migrate(connectionString, { migrationsDir: dir });
    const columns = await sql<{ table: string; column: string; nullable: boolean; type: string }>(
      connectionString,
      `SELECT table_name AS "table", column_name AS "column", is_nullable = 'YES' AS nullable, udt_name AS type
       FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'`,
    );
    const found = columns.map(
      ({ table, column, nullable, type }) => `${table}.${column} ${type}${nullable ? '?' : ''}`,
    );
    expect(found.sort()).toEqual((await describedColumns()).sort());
  });
});

const types: Record<string, string> = {
  String: 'text',
  Boolean: 'bool',
  Int: 'int4',
  BigInt: 'int8',
  Float: 'float8',
  Json: 'jsonb',
  Bytes: 'bytea',
  DateTime: 'timestamptz',
};

/** `table.column type` of every scalar field, read from the schema files; `?` when it may be null. */
async function describedColumns(): Promise<string[]> {
  const files = ['people', 'projects', 'experiments', 'governance', 'machinery'];
  const texts = await Promise.all(
    files.map((file) => readFile(join(findMigrationsDir(), '..', 'schema', `${file}.prisma`), 'utf8')),
  );
  const described: string[] = [];
  for (const [, body] of texts.join('\n').matchAll(/^model \w+ \{\n(.*?)^\}/gms)) {
    const table = /@@map\("(\w+)"\)/.exec(body!)![1];
    for (const [, field, type, optional, rest] of body!.matchAll(/^ {2}(\w+) +(\w+)(\??)( .*)?$/gm)) {
      if (!types[type!]) continue;
      const column = /@map\("(\w+)"\)/.exec(rest ?? '')?.[1] ?? field;
      described.push(`${table}.${column} ${types[type!]}${optional}`);
    }
  }
  return described;
}
