import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { stayBehind } from './memory.ts';
import type { FromChild, ToChild } from './protocol.ts';

export interface ChildOptions {
  entry: string;
  env: Record<string, string>;
  execArgv: string[];
  log: (message: string, fields: Record<string, unknown>) => void;
}

export type ChildEnd = { code: number | null; signal: NodeJS.Signals | null; stderr: string };

const stderrKept = 4096;

/** One forked process and what the pool knows of it. It answers one request at a time. */
export class Child {
  readonly pid: number;
  /** resolves at the first sign of life, false when it ended before */
  readonly ready: Promise<boolean>;
  readonly ended: Promise<ChildEnd>;
  readonly keys = new Set<string>();
  jobs = 0;
  startMb = 0;
  peakMb = 0;
  idleTimer: NodeJS.Timeout | null = null;
  onMessage: ((message: FromChild) => void) | null = null;
  isEnded = false;
  /** ended on the pool's order, which is nothing to report */
  isKilled = false;
  private readonly process: ChildProcess;
  private stderr = '';

  constructor(options: ChildOptions) {
    this.process = fork(options.entry, [], {
      serialization: 'advanced',
      env: options.env,
      execArgv: options.execArgv,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.pid = this.process.pid ?? -1;
    if (this.pid > 0) stayBehind(this.pid);
    this.process.stdout?.on('data', (chunk: Buffer) => options.log('child', { pid: this.pid, text: String(chunk) }));
    this.process.stderr?.on('data', (chunk: Buffer) => {
      this.stderr = (this.stderr + String(chunk)).slice(-stderrKept);
    });
    this.ended = new Promise((resolve) => {
      // `close` and not `exit`: what it wrote at the end is then complete
      this.process.once('close', (code, signal) => {
        this.isEnded = true;
        resolve({ code, signal, stderr: this.stderr });
      });
      this.process.once('error', (error) => {
        this.stderr += error.message;
        if (this.process.pid === undefined) resolve({ code: null, signal: null, stderr: this.stderr });
      });
    });
    this.ready = Promise.race([
      new Promise<boolean>((resolve) => {
        this.process.on('message', (message: FromChild) => {
          if (message.type === 'ready') resolve(true);
          else this.onMessage?.(message);
        });
      }),
      this.ended.then(() => false),
    ]);
  }

  send(message: ToChild): void {
    // an error means that it is dead or dying, which `ended` tells
    if (this.process.connected) this.process.send(message, () => undefined);
  }

  kill(): void {
    if (this.idleTimer) clearTimeout(this.idleTimer);
    this.isKilled = true;
    this.process.kill('SIGKILL');
  }
}

/** The directory of nobody: DuckDB reads settings and extensions from HOME, so a child's must hold nothing. */
const nowhere = '/nonexistent';
const passedOn = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'NODE_ENV'];

/** All that a child's environment holds; secrets and addresses of services stay with the parent. */
export function childEnvironment(parent: NodeJS.ProcessEnv, extra: Record<string, string>): Record<string, string> {
  const env: Record<string, string> = { HOME: nowhere };
  for (const name of passedOn) {
    const value = parent[name];
    if (value !== undefined) env[name] = value;
  }
  return { ...env, ...extra };
}

/** Options of node for an entry: TypeScript sources need the loader of development, bundles need nothing. */
export function loaderFor(entry: string): string[] {
  if (!existsSync(entry))
    throw new Error(`The program of the child processes is missing: ${entry}. Build Laurel first.`);
  if (!entry.endsWith('.ts')) return [];
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
}
