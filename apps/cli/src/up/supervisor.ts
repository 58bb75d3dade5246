import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, renameSync, statSync, type WriteStream } from 'node:fs';

export interface ServiceOptions {
  name: string;
  command: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
  /** called with the pid of each start and with null when it is down */
  onPid: (pid: number | null) => void;
  say: (text: string) => void;
}

const firstDelayMs = 1_000;
const longestDelayMs = 30_000;
/** a process that ran this long had started well: the back-off begins anew */
const steadyMs = 60_000;
const logLimitBytes = 20 * 1024 * 1024;
/** worker and serve drain within 30 s by themselves */
const stopLimitMs = 35_000;

/** One process of the platform: started, its output kept in a file, started again with back-off when it dies. */
export class Service {
  readonly #options: ServiceOptions;
  #child: ChildProcess | null = null;
  #log: WriteStream | null = null;
  #lastLines: string[] = [];
  #stopping = false;
  #delayMs = firstDelayMs;
  #timer: NodeJS.Timeout | null = null;
  #startedAtMs = 0;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  get lastLines(): readonly string[] {
    return this.#lastLines;
  }

  start(): void {
    const { command, cwd, env, logFile, name } = this.#options;
    this.#timer = null;
    this.#log ??= openLog(logFile);
    const [program, ...args] = command;
    // An own process group: Ctrl-C in the terminal reaches only the launcher, which then stops all in order. The IPC
    // channel tells the process when the launcher is gone.
    const child = spawn(program as string, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    this.#child = child;
    this.#startedAtMs = Date.now();
    this.#options.onPid(child.pid ?? null);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#log?.write(chunk);
        this.#lastLines = [...this.#lastLines, ...chunk.toString('utf8').trimEnd().split('\n')].slice(-15);
      });
    }
    child.once('error', (error) => this.#ended(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => this.#ended(signal ? `was ended by ${signal}` : `stopped with code ${code}`));
    this.#log.write(`--- ${new Date().toISOString()} ${name} started as process ${child.pid}\n`);
  }

  #ended(how: string): void {
    if (!this.#child) return;
    this.#child = null;
    this.#options.onPid(null);
    this.#log?.write(`--- ${new Date().toISOString()} ${this.#options.name} ${how}\n`);
    if (this.#stopping) return;
    if (Date.now() - this.#startedAtMs > steadyMs) this.#delayMs = firstDelayMs;
    this.#options.say(
      `${this.#options.name} ${how}; starting it again in ${this.#delayMs / 1000} s. What it said last is in ${this.#options.logFile}`,
    );
    this.#timer = setTimeout(() => this.start(), this.#delayMs);
    this.#delayMs = Math.min(this.#delayMs * 2, longestDelayMs);
  }

  /** Asks the process to end, waits, and ends it by force after the limit. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#timer) clearTimeout(this.#timer);
    const child = this.#child;
    if (child?.pid) {
      const pid = child.pid;
      await new Promise<void>((done) => {
        const force = setTimeout(() => signalGroup(pid, 'SIGKILL'), stopLimitMs);
        child.once('exit', () => {
          clearTimeout(force);
          done();
        });
        child.kill('SIGTERM');
      });
      signalGroup(pid, 'SIGKILL'); // children that outlived it
    }
    this.#log?.end();
    this.#log = null;
  }
}

/** Signals a process and all it started; a group that is gone already is what we wanted. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Appends; a file over the limit is put aside as `.old` first, so that logs never fill the disk. */
function openLog(path: string): WriteStream {
  try {
    if (statSync(path).size > logLimitBytes) renameSync(path, `${path}.old`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return createWriteStream(path, { flags: 'a', mode: 0o600 });
}
