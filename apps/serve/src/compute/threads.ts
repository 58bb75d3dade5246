import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { AppError, deserialiseError } from '@laurel/contracts';
import type { FromThread, ToThread } from './protocol.ts';
import type { TaskInput, TaskName, TaskOutput } from './tasks.ts';

interface Job {
  message: ToThread;
  urgent: boolean;
  resolve: (output: unknown) => void;
  reject: (error: unknown) => void;
}

interface Thread {
  worker: Worker;
  job: Job | null;
  idle: NodeJS.Timeout | null;
  hard: NodeJS.Timeout | null;
}

const resourceLimits = { maxOldGenerationSizeMb: 2048 };

/** In the bundle the entry is JavaScript beside this module. In tests it is TypeScript, which a thread must learn to read first. */
function startThread(): Worker {
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(new URL('./compute-thread.js', import.meta.url), { resourceLimits });
  }
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json'));
  const loader = new URL('dist/esm/api/index.mjs', tsx).href;
  const entry = new URL('./thread.ts', import.meta.url).href;
  const code = `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(entry)}); })`;
  return new Worker(code, { eval: true, execArgv: [], resourceLimits });
}

/**
 * Threads for what would hold up predictions: explanations, plans, large batches. Started when needed, stopped after a
 * minute without work; a thread that dies or hangs fails its one task and is replaced.
 */
export class ComputeThreads {
  readonly #options: {
    size: number;
    artifact: (sha256: string) => Promise<Uint8Array>;
    idleMs: number;
    hardMs: number;
  };
  readonly #threads: Thread[] = [];
  #queue: Job[] = [];
  #next = 1;
  #closed = false;

  constructor(options: {
    size: number;
    artifact: (sha256: string) => Promise<Uint8Array>;
    idleMs?: number;
    hardMs?: number;
  }) {
    this.#options = { idleMs: 60_000, hardMs: 600_000, ...options };
  }

  /** Runs one task; `urgent` ones go before the others that wait. Rejects with the task's AppError. */
  run<N extends TaskName>(task: N, input: TaskInput<N>, options: { urgent?: boolean } = {}): Promise<TaskOutput<N>> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new AppError('NOT_READY', 'The prediction server is stopping. Try again in a few seconds.'));
        return;
      }
      const message: ToThread = { id: this.#next++, task, input, artifacts: [] };
      this.#queue.push({
        message,
        urgent: options.urgent ?? false,
        resolve: resolve as (output: unknown) => void,
        reject,
      });
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const stopped = new AppError('NOT_READY', 'The prediction server is stopping. Try again in a few seconds.');
    for (const job of this.#queue) job.reject(stopped);
    this.#queue = [];
    await Promise.all(this.#threads.slice().map((thread) => this.#stop(thread, stopped)));
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const next = this.#nextJob();
      const free = next < 0 ? null : (this.#threads.find((thread) => thread.job === null) ?? this.#spawn());
      if (free === null) return;
      const [job] = this.#queue.splice(next, 1);
      this.#give(free, job!);
    }
  }

  /** The oldest urgent job; else the oldest, as long as one thread stays free for urgent ones. -1: none may start. */
  #nextJob(): number {
    const urgent = this.#queue.findIndex((job) => job.urgent);
    if (urgent >= 0) return urgent;
    const patient = this.#threads.filter((thread) => thread.job !== null && !thread.job.urgent).length;
    return patient < Math.max(1, this.#options.size - 1) ? 0 : -1;
  }

  #spawn(): Thread | null {
    if (this.#threads.length >= this.#options.size) return null;
    const worker = startThread();
    const thread: Thread = { worker, job: null, idle: null, hard: null };
    worker.on('message', (message: FromThread) => this.#onMessage(thread, message));
    worker.on('error', (cause) => void this.#stop(thread, died(cause)));
    worker.on('exit', () => void this.#stop(thread, died(null)));
    this.#threads.push(thread);
    return thread;
  }

  #give(thread: Thread, job: Job): void {
    if (thread.idle !== null) clearTimeout(thread.idle);
    thread.idle = null;
    thread.job = job;
    thread.hard = setTimeout(() => {
      void this.#stop(
        thread,
        new AppError(
          'INTERNAL',
          'This computation took too long and was stopped. Ask for less, for example fewer rows or columns.',
        ),
      );
    }, this.#options.hardMs);
    thread.worker.postMessage(job.message);
  }

  #onMessage(thread: Thread, message: FromThread): void {
    const job = thread.job;
    if (job === null || job.message.id !== message.id) return;
    if ('needs' in message) {
      Promise.all(message.needs.map(async (sha256) => ({ sha256, bytes: await this.#options.artifact(sha256) }))).then(
        (artifacts) => thread.worker.postMessage({ ...job.message, artifacts } satisfies ToThread),
        (error) => {
          this.#release(thread);
          job.reject(error);
        },
      );
      return;
    }
    this.#release(thread);
    if (message.ok) job.resolve(message.output);
    // what is not an error of ours stays in the log: its text is not for callers
    else
      job.reject(
        message.error.code === 'INTERNAL' ? new Error(message.error.message) : deserialiseError(message.error),
      );
  }

  #release(thread: Thread): void {
    if (thread.hard !== null) clearTimeout(thread.hard);
    thread.job = null;
    thread.hard = null;
    thread.idle = setTimeout(() => void this.#stop(thread, died(null)), this.#options.idleMs);
    thread.idle.unref();
    this.#dispatch();
  }

  async #stop(thread: Thread, error: AppError): Promise<void> {
    const at = this.#threads.indexOf(thread);
    if (at < 0) return;
    this.#threads.splice(at, 1);
    if (thread.hard !== null) clearTimeout(thread.hard);
    if (thread.idle !== null) clearTimeout(thread.idle);
    thread.job?.reject(error);
    await thread.worker.terminate();
    if (!this.#closed) this.#dispatch();
  }
}

function died(cause: unknown): AppError {
  return new AppError(
    'INTERNAL',
    'The computation ended without an answer, probably for lack of memory. Ask for less, or try again.',
    { cause },
  );
}
