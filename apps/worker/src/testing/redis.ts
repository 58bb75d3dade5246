import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';

export interface TestRedis {
  url: string;
  pid(): number;
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** False only where a developer has no redis-server; CI must have it. */
export function hasRedis(): boolean {
  if (spawnSync('redis-server', ['--version']).status === 0) return true;
  if (process.env.CI) throw new Error('redis-server is missing: install it (apt-get install redis-server).');
  console.warn('redis-server is not installed: the tests on Redis are skipped.');
  return false;
}

/** A real redis-server that keeps its data in `folder`. */
export async function startRedis(folder: string, port: number): Promise<TestRedis> {
  mkdirSync(folder, { recursive: true });
  let child: ChildProcess | null = null;
  async function start(): Promise<void> {
    const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes'];
    child = spawn('redis-server', settings, { stdio: 'ignore' });
    while (!(await answersPong(port))) await new Promise((resolve) => setTimeout(resolve, 30));
  }
  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child?.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }
  await start();
  return { url: `redis://127.0.0.1:${port}`, pid: () => child?.pid ?? -1, kill, start, stop: kill };
}

function answersPong(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      resolve(String(data).startsWith('+PONG'));
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
  });
}
