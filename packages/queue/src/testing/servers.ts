import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@laurel/config/free-port';
import { startEmbeddedPostgres } from '@laurel/db/embedded';
import { Redis } from 'ioredis';
import type { QueueConnection } from '../backend.ts';

/** A real server for a test: it can be killed and started again with its data. */
export interface TestServer {
  connection: QueueConnection;
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** False only where a developer has no redis-server; CI must have it. */
export function hasRedis(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'pipe' });
    return true;
  } catch (error) {
    if (process.env.CI)
      throw new Error('redis-server is missing: install it (apt-get install redis-server).', { cause: error });
    console.warn('redis-server is not installed: the tests on Redis are skipped.');
    return false;
  }
}

export async function startPostgres(): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'laurel-queue-pg-'));
  const dataDir = join(folder, 'postgres');
  let server = await startEmbeddedPostgres({ dataDir });
  return {
    connection: { kind: 'postgres', url: server.connectionString },
    kill: async () => {
      process.kill(server.pid, 'SIGKILL');
      await new Promise<void>((resolve) => server.onExit(() => resolve()));
    },
    start: async () => {
      server = await startEmbeddedPostgres({ dataDir, port: server.port });
    },
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function startRedis(extra: string[] = []): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'laurel-queue-redis-'));
  const port = await freePort();
  let child: ChildProcess;
  const ended = () => new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const start = async () => {
    const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes'];
    child = spawn('redis-server', [...settings, '--appendfsync', 'always', ...extra], { stdio: 'ignore' });
    const probe = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null, retryStrategy: () => 50 });
    probe.on('error', () => undefined);
    // a Redis that loads its file answers LOADING, which is an error too
    for (let pong = ''; pong !== 'PONG'; ) pong = await probe.ping().catch(() => '');
    probe.disconnect();
  };
  const kill = async () => {
    const gone = ended();
    child.kill('SIGKILL');
    await gone;
  };
  await start();
  return {
    connection: { kind: 'redis', url: `redis://127.0.0.1:${port}` },
    kill,
    start,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
