import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@laurel/config/free-port';
import { root } from '../record.ts';

export interface Platform {
  home: string;
  ports: { web: number; serve: number };
  credentials: { url: string; serveUrl: string; apiKey: string };
  launcher: ChildProcess;
  /** from the start of the process to its word that Laurel is ready */
  readyMs: number;
  /** Ctrl-C; resolves with the milliseconds until it had stopped */
  stop(): Promise<number>;
  /** pid of a part, as the launcher recorded it */
  pidOf(part: 'web' | 'worker' | 'serve' | 'postgres'): number;
}

const readyLimitMs = 120_000;
const running = new Set<ChildProcess>();

/** Starts the built product on its own data directory and free ports, as `npm start` does after its set-up. */
export async function launch(
  at: { home?: string; ports?: Platform['ports']; env?: Record<string, string> } = {},
): Promise<Platform> {
  const home = at.home ?? mkdtempSync(join(tmpdir(), 'laurel-bench-'));
  const ports = at.ports ?? { web: await freePort(), serve: await freePort() };
  const startedAt = performance.now();
  const launcher = spawn(process.execPath, [join(root, 'apps/cli/dist/main.js'), 'up'], {
    cwd: root,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? home,
      LAUREL_HOME: home,
      LAUREL_ROOT: root,
      PORT: String(ports.web),
      SERVE_PORT: String(ports.serve),
      LAUREL_SAMPLE: 'off',
      ...at.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(launcher);
  launcher.once('exit', () => running.delete(launcher));
  const readyMs = (await ready(launcher)) - startedAt;
  const read = (path: string) => JSON.parse(readFileSync(join(home, path), 'utf8'));
  return {
    home,
    ports,
    credentials: read('credentials.json'),
    launcher,
    readyMs,
    stop: () => stop(launcher),
    pidOf: (part) => read('run/processes.json').processes[part].pid,
  };
}

export function discard(home: string): void {
  rmSync(home, { recursive: true, force: true });
}

/** Resolves with the moment at which the launcher says that all is ready. */
function ready(launcher: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    const give = (why: string) => reject(new Error(`${why}\n${output.trimEnd().split('\n').slice(-30).join('\n')}`));
    const timer = setTimeout(() => give(`Laurel was not ready after ${readyLimitMs / 1000} s. It said:`), readyLimitMs);
    const onData = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-100_000);
      if (!output.includes('Laurel is ready')) return;
      clearTimeout(timer);
      resolve(performance.now());
    };
    launcher.stdout?.on('data', onData);
    launcher.stderr?.on('data', onData);
    launcher.once('exit', (code) => {
      clearTimeout(timer);
      give(`Laurel ended with code ${code} before it was ready. It said:`);
    });
  });
}

async function stop(launcher: ChildProcess): Promise<number> {
  const askedAt = performance.now();
  if (launcher.exitCode !== null || launcher.signalCode !== null) return 0;
  const ended = new Promise<void>((done) => launcher.once('exit', () => done()));
  launcher.kill('SIGINT');
  await ended;
  return performance.now() - askedAt;
}

/** Ends every platform that this process started and that still runs. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map(stop));
}
