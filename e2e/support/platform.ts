import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@laurel/config/free-port';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface Credentials {
  url: string;
  serveUrl: string;
  email: string;
  password: string;
  apiKey: string;
}

export interface Platform {
  home: string;
  credentials: Credentials;
  launcher: ChildProcess;
  /** everything it printed so far */
  output: () => string;
  /** Ctrl-C; resolves when it has stopped */
  stop: () => Promise<void>;
}

export interface PlatformOptions {
  home?: string;
  env?: Record<string, string>;
  ports?: { web: number; serve: number };
}

export function newHome(name = 'laurel e2e '): string {
  return mkdtempSync(join(tmpdir(), name)); // the space in the name is wanted: paths with spaces must work
}

/** Starts the built product as `npm start` does after its set-up, on its own data directory and ports. */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const home = options.home ?? newHome();
  const ports = options.ports ?? { web: await freePort(), serve: await freePort() };
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
      LAUREL_WORKERS: '2',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [launcher.stdout, launcher.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  }
  await waitFor(
    () => output.includes('Laurel is ready'),
    120_000,
    () => `Laurel did not get ready:\n${output}`,
    () => launcher.exitCode !== null,
  );
  const credentials = JSON.parse(readFileSync(join(home, 'credentials.json'), 'utf8')) as Credentials;
  return {
    home,
    credentials,
    launcher,
    output: () => output,
    async stop() {
      if (launcher.exitCode !== null || launcher.signalCode !== null) return;
      const ended = new Promise<void>((done) => launcher.once('exit', () => done()));
      launcher.kill('SIGINT');
      await ended;
    },
  };
}

/** Stops a platform and removes its data. */
export async function discard(platform: Platform): Promise<void> {
  await platform.stop();
  rmSync(platform.home, { recursive: true, force: true });
}

/** pid of a part as the launcher recorded it. */
export function pidOf(platform: Platform, part: 'web' | 'worker' | 'serve'): number {
  const path = join(platform.home, 'run/processes.json');
  if (!existsSync(path)) throw new Error('the launcher keeps no record of its processes');
  const run = JSON.parse(readFileSync(path, 'utf8')) as { processes: Record<string, { pid: number }> };
  const entry = run.processes[part];
  if (!entry) throw new Error(`${part} is not running`);
  return entry.pid;
}

/** Polls until `done`, at most `limitMs`; the message is made when it fails. */
export async function waitFor(
  done: () => boolean | Promise<boolean>,
  limitMs: number,
  message: () => string,
  hopeless: () => boolean = () => false,
): Promise<void> {
  const until = Date.now() + limitMs;
  while (Date.now() < until) {
    if (await done()) return;
    if (hopeless()) break;
    await new Promise((next) => setTimeout(next, 150));
  }
  throw new Error(message());
}
