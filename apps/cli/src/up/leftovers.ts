import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { AppError } from '@laurel/contracts';
import { type Home, writePrivate } from './settings.ts';
import { signalGroup } from './supervisor.ts';

interface RunFile {
  launcher: number;
  url: string;
  /** name -> pid and what identifies it, since a pid alone may have been given to another program */
  processes: Record<string, { pid: number; marker: string }>;
}

const runFilePath = (home: Home) => join(home.run, 'processes.json');

/** Command line of a process, or null when there is none. `ps` serves Linux and macOS alike. */
function commandOf(pid: number): string | null {
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return procCommand(pid); // slim containers have no ps
  }
}

function procCommand(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return null; // no such process
  }
}

/**
 * What an earlier launcher left: refuses when that launcher still runs, ends processes that outlived it.
 * @throws CONFLICT when Laurel already runs on this data directory
 */
export async function clearLeftovers(home: Home, say: (text: string) => void): Promise<void> {
  const path = runFilePath(home);
  if (!existsSync(path)) return;
  let run: RunFile;
  try {
    run = JSON.parse(readFileSync(path, 'utf8')) as RunFile;
  } catch {
    rmSync(path, { force: true }); // written atomically, so this was never ours
    return;
  }
  if (run.launcher !== process.pid && commandOf(run.launcher)?.includes('main.js up')) {
    throw new AppError(
      'CONFLICT',
      `Laurel already runs at ${run.url} on this data directory (process ${run.launcher}). Open that address, or stop it with Ctrl-C in its terminal (or "kill ${run.launcher}") and start again. For a second installation set LAUREL_HOME and PORT.`,
    );
  }
  for (const [name, { pid, marker }] of Object.entries(run.processes)) {
    // an orphaned PostgreSQL is taken over with its data, not stopped
    if (name === 'postgres' || !commandOf(pid)?.includes(marker)) continue;
    say(`An earlier start left ${name} running (process ${pid}); stopping it.`);
    signalGroup(pid, 'SIGTERM');
    for (let waitedMs = 0; waitedMs < 5_000 && commandOf(pid)?.includes(marker); waitedMs += 100) await sleep(100);
    if (commandOf(pid)?.includes(marker)) signalGroup(pid, 'SIGKILL');
  }
  rmSync(path, { force: true });
}

/** Remembers what runs, for the next start to find after a crash of this one. */
export class RunRecord {
  readonly #home: Home;
  readonly #run: RunFile;

  constructor(home: Home, url: string) {
    this.#home = home;
    this.#run = { launcher: process.pid, url, processes: {} };
    this.#write();
  }

  set(name: string, pid: number | null, marker: string): void {
    if (pid === null) delete this.#run.processes[name];
    else this.#run.processes[name] = { pid, marker };
    this.#write();
  }

  clear(): void {
    rmSync(runFilePath(this.#home), { force: true });
  }

  #write(): void {
    writePrivate(runFilePath(this.#home), this.#run);
  }
}

/** @throws CONFLICT when another program listens on the port; the message names the variable to change */
export async function requireFreePort(port: number, variable: string, what: string): Promise<void> {
  const free = await new Promise<boolean>((answer) => {
    const probe = createServer();
    probe.once('error', () => answer(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => answer(true)));
  });
  if (!free) {
    throw new AppError(
      'CONFLICT',
      `Port ${port} for ${what} is in use by another program. Stop that program, or choose another port: ${variable}=${port + 10} npm start`,
    );
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
