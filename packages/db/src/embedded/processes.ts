import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';

/** What PostgreSQL writes into postmaster.pid: pid, folder, port and, in line 8, whether it is ready. */
export interface PostmasterFile {
  pid: number;
  port: number;
  ready: boolean;
}

export async function readPostmasterFile(dataDir: string): Promise<PostmasterFile | null> {
  const text = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const lines = text.split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Program name and start time, from /proc on Linux and ps elsewhere; null when there is no such process. */
export async function identify(pid: number): Promise<{ command: string; started: string } | null> {
  if (!isAlive(pid)) return null;
  if (process.platform === 'linux') {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    if (text === null) return null;
    // pid (comm) state ppid ...: the name may hold spaces, so split after its last bracket
    const close = text.lastIndexOf(')');
    const rest = text.slice(close + 2).split(' ');
    if (rest[0] === 'Z') return null;
    return { command: text.slice(text.indexOf('(') + 1, close), started: rest[19] ?? '' };
  }
  const result = spawnSync('ps', ['-o', 'lstart=,comm=', '-p', String(pid)], { encoding: 'utf8' });
  const line = result.stdout?.trim() ?? '';
  if (result.status !== 0 || line === '') return null;
  return { started: line.slice(0, 24), command: (line.slice(24).trim().split('/').pop() ?? '').trim() };
}

/** True for a running server process of PostgreSQL, and not some other program that got its number. */
export async function isPostgres(pid: number): Promise<boolean> {
  return (await identify(pid))?.command.startsWith('postgres') === true;
}

export async function waitForExit(pid: number, timeoutMs: number): Promise<boolean> {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    if ((await identify(pid)) === null) return true;
    await sleep(20);
  }
  return (await identify(pid)) === null;
}

/** Stops a server the gentle way first: fast, immediate, killed. */
export async function stopServer(pid: number): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGINT', 20_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (!(await isPostgres(pid))) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    if (await waitForExit(pid, patienceMs)) return;
  }
  throw new Error(`PostgreSQL (process ${pid}) does not stop. End it by hand: kill -9 ${pid}`);
}

export function portAnswers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.setTimeout(1_000);
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => done(true));
    socket.on('error', () => done(false));
    socket.on('timeout', () => done(false));
  });
}

/** The port asked for when it is free on 127.0.0.1; null when it is taken. */
export function freePort(wanted: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(null));
    server.listen({ host: '127.0.0.1', port: wanted }, () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : null;
      server.close(() => resolve(port));
    });
  });
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
