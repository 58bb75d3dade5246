import { Child, type ChildOptions, childEnvironment, loaderFor } from './child-process.ts';
import { failures } from './failure.ts';
import { residentMb } from './memory.ts';
import type { Outcome, PoolFailure, Protocol, RequestOf } from './protocol.ts';

export interface PoolOptions {
  /** program of a child: a bundle, or in development its TypeScript source */
  entry: string;
  /** requests that may run at the same time */
  size: number;
  /** resident memory at which a child is killed, unless a run says otherwise */
  memoryLimitMb: number;
  /** environment of the parent to take PATH and the locale from; nothing else of it reaches a child */
  parentEnv?: NodeJS.ProcessEnv;
  /** further variables for the children */
  env?: Record<string, string>;
  execArgv?: string[];
  log?: (message: string, fields: Record<string, unknown>) => void;
  /** an idle child ends after this time (60 s) */
  idleMs?: number;
}

export interface RunOptions<E> {
  /** after this the child is asked to end with what it has */
  softMs?: number;
  /** after this it is killed; counted from the moment that it got the request */
  hardMs?: number;
  /** kills the child, also one that never looks up */
  signal?: AbortSignal;
  onEvent?: (event: E) => void;
  /** called when a child has got the request, after any wait for a free one */
  onStart?: (pid: number) => void;
  memoryLimitMb?: number;
  /** what the child will hold afterwards (prepared data, a runtime): the next run with the same goes there */
  keys?: readonly string[];
}

export interface Pool<P extends Protocol> {
  run<K extends keyof P & string>(
    request: RequestOf<P, K>,
    options?: RunOptions<P[K]['event']>,
  ): Promise<Outcome<P[K]['result']>>;
  /** forks the first child ahead of the first request */
  warm(): void;
  status(): { size: number; busy: number; waiting: number; children: number; pids: number[] };
  /** kills every child; runs end as cancelled */
  close(): Promise<void>;
}

const pollMs = 250;
const jobsPerChild = 50;
const growthMb = 512;

interface Task {
  request: { kind: string };
  options: RunOptions<never>;
  resolve: (outcome: Outcome<never>) => void;
}
interface Run {
  child: Child;
  limitMb: number;
  fail: (failure: PoolFailure) => void;
}

/**
 * Child processes for work that may run for long, take all memory, or die: fits and file parsing. A child is used
 * again until it failed, was killed, did 50 jobs, or grew by 512 MB (the memory of WASM never shrinks); one spare
 * is kept ready, so that a replacement costs no start.
 */
export function createPool<P extends Protocol>(options: PoolOptions): Pool<P> {
  return new ProcessPool(options) as Pool<P>;
}

class ProcessPool {
  private readonly idle: Child[] = [];
  private readonly starting = new Set<Child>();
  private readonly runs = new Map<Child, Run>();
  private readonly all = new Set<Child>();
  private readonly waiting: Task[] = [];
  private readonly childOptions: ChildOptions;
  private poll: NodeJS.Timeout | null = null;
  private polling = false;
  private nextId = 1;
  private closed = false;
  private noSpareUntil = 0;
  private readonly options: PoolOptions;

  constructor(options: PoolOptions) {
    this.options = options;
    this.childOptions = {
      entry: options.entry,
      env: childEnvironment(options.parentEnv ?? {}, options.env ?? {}),
      execArgv: [
        ...loaderFor(options.entry),
        // the pool's own limit shall act, and not the smaller default of V8
        `--max-old-space-size=${Math.max(512, options.memoryLimitMb)}`,
        ...(options.execArgv ?? []),
      ],
      log: options.log ?? (() => undefined),
    };
  }

  run(request: { kind: string }, options: RunOptions<never> = {}): Promise<Outcome<never>> {
    return new Promise((resolve) => {
      if (this.closed || options.signal?.aborted) return resolve(notRun(failures.cancelled()));
      const drop = () => this.dropWaiting(task);
      const task: Task = {
        request,
        options,
        resolve: (outcome) => {
          options.signal?.removeEventListener('abort', drop);
          resolve(outcome);
        },
      };
      options.signal?.addEventListener('abort', drop, { once: true });
      this.waiting.push(task);
      this.dispatch();
    });
  }

  warm(): void {
    if (this.idle.length + this.starting.size === 0) this.start();
  }

  status() {
    const { size } = this.options;
    const pids = [...this.all].map((child) => child.pid);
    return { size, busy: this.runs.size, waiting: this.waiting.length, children: this.all.size, pids };
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const task of this.waiting.splice(0)) task.resolve(notRun(failures.cancelled()));
    for (const run of [...this.runs.values()]) run.fail(failures.cancelled());
    for (const child of this.all) child.kill();
    await Promise.all([...this.all].map((child) => child.ended));
  }

  private dropWaiting(task: Task): void {
    const at = this.waiting.indexOf(task);
    if (at < 0) return;
    this.waiting.splice(at, 1);
    task.resolve(notRun(failures.cancelled()));
  }

  private dispatch(): void {
    if (this.closed) return;
    while (this.waiting.length > 0 && this.runs.size < this.options.size && this.idle.length > 0) {
      const task = this.waiting.shift() as Task;
      this.begin(this.takeIdle(task.options.keys ?? []), task);
    }
    const wanted = Math.min(this.waiting.length, this.options.size - this.runs.size);
    const inUse = this.runs.size > 0 || this.waiting.length > 0;
    const spare = inUse && performance.now() > this.noSpareUntil ? 1 : 0;
    // runs are never more than `size`, so there are at most size + 1 processes
    const missing =
      Math.min(wanted + spare, this.options.size + 1 - this.all.size) - this.idle.length - this.starting.size;
    for (let i = 0; i < missing; i++) this.start();
  }

  /** The idle child that already holds most of what is needed; among equals the one that was used last. */
  private takeIdle(keys: readonly string[]): Child {
    let best = this.idle.length - 1;
    let bestHeld = -1;
    for (let i = this.idle.length - 1; i >= 0; i--) {
      const held = keys.filter((key) => this.idle[i]?.keys.has(key)).length;
      if (held > bestHeld) [best, bestHeld] = [i, held];
    }
    const [child] = this.idle.splice(best, 1) as [Child];
    if (child.idleTimer) clearTimeout(child.idleTimer);
    return child;
  }

  private start(): void {
    const child = new Child(this.childOptions);
    this.all.add(child);
    this.starting.add(child);
    void child.ended.then(({ stderr, code, signal }) => {
      this.all.delete(child);
      const at = this.idle.indexOf(child);
      if (at >= 0) this.idle.splice(at, 1);
      if (!child.isKilled) this.childOptions.log('a child process ended by itself', { code, signal, stderr });
      if (this.starting.delete(child) && !this.closed) {
        // a program that cannot start fails one request each time instead of being tried for ever
        this.noSpareUntil = performance.now() + 5000;
        this.waiting.shift()?.resolve(notRun(failures.neverStarted(stderr)));
      }
      this.dispatch();
    });
    void child.ready.then(async (isReady) => {
      if (!isReady) return;
      child.startMb = (await residentMb([child.pid])).get(child.pid) ?? 0;
      this.starting.delete(child);
      if (!child.isEnded && !this.closed) this.rest(child);
    });
  }

  /** Makes a child available, and lets it go when nobody needs it for a while. */
  private rest(child: Child): void {
    // a new one goes to the front: the spare is taken when no child that is at work already is free
    if (child.jobs === 0) this.idle.unshift(child);
    else this.idle.push(child);
    child.idleTimer = setTimeout(() => {
      const at = this.idle.indexOf(child);
      if (at < 0) return;
      this.idle.splice(at, 1);
      child.kill();
    }, this.options.idleMs ?? 60_000);
    child.idleTimer.unref();
    this.dispatch();
  }

  private begin(child: Child, { request, options, resolve }: Task): void {
    const id = this.nextId++;
    const startedAt = performance.now();
    const limitMb = options.memoryLimitMb ?? this.options.memoryLimitMb;
    const timers: NodeJS.Timeout[] = [];
    let isOver = false;
    const onAbort = () => finish({ status: 'failed', failure: failures.cancelled() });
    child.peakMb = 0;

    const finish = (end: { status: 'completed'; result: never } | { status: 'failed'; failure: PoolFailure }) => {
      // the end of a child is told to every run that it had: only its last one is concerned
      if (isOver) return;
      isOver = true;
      this.runs.delete(child);
      timers.forEach(clearTimeout);
      options.signal?.removeEventListener('abort', onAbort);
      child.onMessage = null;
      resolve({ ...end, seconds: (performance.now() - startedAt) / 1000, peakMb: child.peakMb });
      this.after(child, end.status === 'completed');
    };
    const fail = (failure: PoolFailure) => finish({ status: 'failed', failure });

    this.runs.set(child, { child, limitMb, fail });
    child.jobs++;
    child.onMessage = (message) => {
      if (message.type === 'ready' || message.id !== id) return;
      if (message.type === 'event') return options.onEvent?.(message.event as never);
      child.peakMb = Math.max(child.peakMb, message.rssMb);
      if (message.type === 'done') {
        for (const key of options.keys ?? []) child.keys.add(key);
        return finish({ status: 'completed', result: message.result as never });
      }
      if (message.outOfMemory) return fail(failures.oom(child.peakMb, limitMb));
      fail({ kind: 'error', message: message.error.message, error: message.error });
    };
    void child.ended.then((end) => fail(failures.died(end.code, end.signal, end.stderr, limitMb, child.peakMb)));
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const { softMs, hardMs } = options;
    if (softMs !== undefined) timers.push(setTimeout(() => child.send({ type: 'stop', id }), softMs));
    if (hardMs !== undefined) timers.push(setTimeout(() => fail(failures.timeout(hardMs)), hardMs));
    child.send({ type: 'run', id, request, limitMb });
    options.onStart?.(child.pid);
    this.watchMemory();
  }

  /** After a run: back to the idle ones, or away with it. */
  private after(child: Child, completed: boolean): void {
    const grown = child.peakMb > child.startMb + growthMb;
    if (!completed || child.isEnded || child.jobs >= jobsPerChild) child.kill();
    else if (grown) void this.restUnlessGrown(child);
    else this.rest(child);
    this.dispatch();
  }

  private async restUnlessGrown(child: Child): Promise<void> {
    const mb = (await residentMb([child.pid])).get(child.pid);
    if (mb === undefined || mb > child.startMb + growthMb) child.kill();
    else this.rest(child);
  }

  private watchMemory(): void {
    this.poll ??= setInterval(() => void this.checkMemory(), pollMs);
    this.poll.unref();
  }

  private async checkMemory(): Promise<void> {
    if (this.polling) return;
    this.polling = true;
    const residents = await residentMb([...this.runs.keys()].map((child) => child.pid));
    this.polling = false;
    for (const { child, limitMb, fail } of [...this.runs.values()]) {
      const mb = residents.get(child.pid) ?? 0;
      child.peakMb = Math.max(child.peakMb, mb);
      if (mb > limitMb) fail(failures.oom(mb, limitMb));
    }
    if (this.runs.size === 0 && this.poll) {
      clearInterval(this.poll);
      this.poll = null;
    }
  }
}

function notRun(failure: PoolFailure): Outcome<never> {
  return { status: 'failed', failure, seconds: 0, peakMb: 0 };
}
