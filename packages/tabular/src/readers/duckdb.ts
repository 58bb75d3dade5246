import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';

export interface DuckDbOptions {
  /** the only folder that DuckDB may touch; one of our own is made and removed when not given */
  workDir?: string | undefined;
  /** files elsewhere that it may read */
  files: readonly string[];
  threads?: number;
  memoryMb?: number;
}

/**
 * Runs with a DuckDB that is locked down: no extensions, no network, no other files, no way to change that. The order
 * matters, and the settings are tested against what must stay closed. `memory_limit` bounds its buffers only: a crafted
 * file may still crash the process or allocate, so callers run in a disposable child with a cap of its own.
 */
export async function withDuckDb<T>(
  options: DuckDbOptions,
  use: (connection: DuckDBConnection, files: string[]) => Promise<T>,
): Promise<T> {
  const ownDir = options.workDir === undefined ? await mkdtemp(join(tmpdir(), 'laurel-')) : undefined;
  const workDir = await realpath(options.workDir ?? ownDir!);
  const tempDir = join(workDir, 'duckdb');
  await mkdir(tempDir, { recursive: true });
  const files = await Promise.all(options.files.map((file) => realpath(file)));
  // Loaded here and not above: reading a CSV must not cost the start of a database.
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads ?? 2),
    memory_limit: `${options.memoryMb ?? 512}MB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    await connection.run(`SET allowed_directories = [${literal(`${workDir}/`)}]`);
    await connection.run(`SET allowed_paths = [${files.map(literal).join(', ')}]`);
    await connection.run(`SET temp_directory = ${literal(tempDir)}`);
    await connection.run(`SET max_temp_directory_size = '2GB'`);
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
    return await use(connection, files);
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(ownDir ?? tempDir, { recursive: true, force: true });
  }
}

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
