import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './index.ts';
import { isAlive, waitForExit } from './processes.ts';

let home: string;
let started: EmbeddedPostgres[] = [];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'laurel embedded '));
  await chmod(home, 0o711);
});
afterEach(async () => {
  for (const server of started) await server.stop();
  started = [];
  await rm(home, { recursive: true, force: true });
});

async function start(options: { port?: number } = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir: join(home, 'postgres'), ...options });
  started.push(server);
  return server;
}

async function query<R extends object>(url: string, text: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<R>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('the embedded PostgreSQL', { timeout: 60_000 }, () => {
  it('starts in a folder with spaces, safely set up, and keeps its data', async () => {
    const first = await start();
    await query(first.connectionString, 'CREATE TABLE kept (id INT)');
    const [row] = await query<Record<string, string>>(
      first.connectionString,
      `SELECT current_setting('server_encoding') AS encoding, current_setting('data_checksums') AS checksums,
         current_setting('listen_addresses') AS addresses, current_setting('server_version_num') AS version`,
    );
    expect(row).toMatchObject({ encoding: 'UTF8', checksums: 'on', addresses: '127.0.0.1' });
    expect(row!.version).toMatch(/^18/);
    expect((await stat(join(home, 'postgres.json'))).mode & 0o777).toBe(0o600);
    const wrong = first.connectionString.replace(/:[^:@/]+@/, ':wrong@');
    await expect(query(wrong, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await start();
    expect(second.port).toBe(first.port);
    expect(await query(second.connectionString, 'SELECT * FROM kept')).toEqual([]);
  });

  it('tells when it was killed, and starts again on the same data', async () => {
    const first = await start();
    await query(first.connectionString, 'CREATE TABLE kept (id INT)');
    const exit = new Promise<string>((resolve) => first.onExit(resolve));
    process.kill(first.pid, 'SIGKILL');
    expect(await exit).toMatch(/SIGKILL/);
    const second = await start({ port: first.port });
    expect(second.pid).not.toBe(first.pid);
    expect(await query(second.connectionString, 'SELECT * FROM kept')).toEqual([]);
    const unwanted: string[] = [];
    second.onExit((reason) => unwanted.push(reason));
    await second.stop();
    expect(unwanted).toEqual([]);
  });

  it('is taken over when its launcher was killed', async () => {
    const launcher = spawn(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, '..', 'testing', 'launch.ts'), join(home, 'postgres')],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = await once(launcher.stdout, 'data');
    const orphan = JSON.parse(String(line)) as { pid: number; port: number };
    await expect(start()).rejects.toThrow(/already running with this data/);
    launcher.kill('SIGKILL');
    await once(launcher, 'exit');
    const server = await start();
    expect(server).toMatchObject({ adopted: true, pid: orphan.pid, port: orphan.port });
    const exit = new Promise<string>((resolve) => server.onExit(resolve));
    process.kill(server.pid, 'SIGKILL');
    expect(await exit).toMatch(/gone/);
  });

  it('clears a stale pid file and moves away from a taken port', async () => {
    const first = await start();
    await first.stop();
    // the number of a living process that is no PostgreSQL
    await writeFile(
      join(home, 'postgres', 'postmaster.pid'),
      `${process.pid}\n${join(home, 'postgres')}\n1\n${first.port}\n\n\n\n`,
    );
    const blocker = createServer().listen(first.port, '127.0.0.1');
    await once(blocker, 'listening');
    const second = await start();
    expect(second.port).not.toBe(first.port);
    await second.stop();
    await expect(start({ port: first.port })).rejects.toThrow(/is taken by another program/);
    blocker.close();
  });

  it('says what is wrong with a folder', async () => {
    const first = await start();
    await first.stop();
    const secrets = await readFile(join(home, 'postgres.json'), 'utf8');
    await rm(join(home, 'postgres.json'));
    await expect(start()).rejects.toThrow(/postgres\.json, is missing/);
    await writeFile(join(home, 'postgres.json'), 'nonsense');
    await expect(start()).rejects.toThrow(/cannot be read as the password file/);
    await writeFile(join(home, 'postgres.json'), secrets);
    await writeFile(join(home, 'postgres', 'postgresql.auto.conf'), 'no_such_setting = 1\n');
    await expect(start()).rejects.toThrow(/no_such_setting/);
    await writeFile(join(home, 'postgres', 'PG_VERSION'), '16\n');
    await expect(start()).rejects.toThrow(/data of PostgreSQL 16/);
    await rm(join(home, 'postgres', 'PG_VERSION'));
    await expect(start()).rejects.toThrow(/is not empty/);
    expect(await waitForExit(first.pid, 1)).toBe(true);
  });

  it('refuses to put an empty database in the place of one that is gone', async () => {
    await (await start()).stop();
    await rm(join(home, 'postgres'), { recursive: true });
    await expect(start()).rejects.toThrow(
      /it is gone\. Put it back from a backup; to start afresh, delete .*postgres\.json/,
    );
    await rm(join(home, 'postgres.json'));
    expect((await start()).port).toBeGreaterThan(0);
  });
});
