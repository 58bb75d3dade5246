import { AppError, errorCodes } from '@laurel/contracts';
import { DelayedError, type Job, UnrecoverableError, type Worker } from 'bullmq';
import type { Backend } from './backend.ts';
import { isJobName, type JobDefinition, type JobName, type JobPayload, jobNames, jobs } from './jobs.ts';

export interface JobContext {
  jobId: string;
  /** 1 for the first run */
  attempt: number;
}
export type Handler<N extends JobName> = (payload: JobPayload<N>, context: JobContext) => Promise<void>;

/** One handler per job: a missing one does not compile. */
export type JobHandlers = { [N in JobName]: Handler<N> };

export interface WorkerInput {
  handlers: JobHandlers;
  /** child processes that this worker has; some jobs run as many at a time */
  slots: number;
  log: (level: 'info' | 'warn' | 'error', message: string, fields: Record<string, unknown>) => void;
}

export interface JobWorker {
  /** takes no new jobs at once; resolves when those under way have ended, or after `graceMs` */
  close(graceMs: number): Promise<void>;
}

/** Thrown by a handler that cannot go on yet: the job comes again after the delay, and no attempt is counted. */
export class JobPostponed extends Error {
  readonly delayMs: number;
  constructor(delayMs: number) {
    super(`postponed by ${delayMs} ms`);
    this.delayMs = delayMs;
  }
}

/**
 * BullMQ's own watch over lost jobs: short, and never the only one. What was lost is found by the heartbeats of
 * trials in the database; these only bring back the jobs that have none (profiles, preparations).
 */
const locks = { lockDuration: 10_000, stalledInterval: 5_000, maxStalledCount: 10 };

type RunningWorker = Pick<Worker, 'close'>;

/** How often a worker of a job is made anew while its connection cannot be made ready, a second apart. */
const mostStarts = 30;

/** Starts taking jobs of every kind. Rejects when the backend could not be made ready for half a minute. */
export async function startWorker(backend: Backend, input: WorkerInput): Promise<JobWorker> {
  const workers: RunningWorker[] = [];
  try {
    for (const name of jobNames) workers.push(await startOne(backend, input, name));
  } catch (error) {
    await closeAll(workers, 0);
    throw error;
  }
  return { close: (graceMs) => closeAll(workers, graceMs) };
}

/**
 * A worker whose connection failed while it was made ready stays failed: BullMQ remembers the rejection and asks again
 * without a pause, which starves the whole process. So it runs only once it is ready, and a failed one is made anew.
 */
async function startOne(backend: Backend, input: WorkerInput, name: JobName): Promise<RunningWorker> {
  for (let start = 1; ; start++) {
    const worker = new backend.classes.Worker<unknown, void>(name, (job, token) => process(job, token, name, input), {
      ...backend.consumer,
      ...locks,
      autorun: false,
      concurrency: jobs[name].concurrency(input.slots),
      // how long the backend may sleep without a wake-up; a lost notification costs this much
      drainDelay: 2,
      // the wait after a lost connection
      runRetryDelay: 1000,
    });
    worker.on('error', (error) => input.log('warn', 'the queue has an error', { job: name, error: error.message }));
    worker.on('stalled', (jobId) => input.log('warn', 'a job was lost and comes again', { job: name, jobId }));
    try {
      await worker.waitUntilReady();
    } catch (error) {
      input.log('warn', 'the queue is not ready for a worker', { job: name, error: (error as Error).message });
      discard(worker, input, name);
      if (start === mostStarts) throw error;
      await new Promise((next) => setTimeout(next, 1000));
      continue;
    }
    void worker.run().catch((error: Error) => {
      input.log('error', 'a worker of the queue ended', { job: name, error: error.message });
    });
    return worker;
  }
}

/** What could not start may not end either; nothing waits for it. */
function discard(worker: RunningWorker, input: WorkerInput, name: JobName): void {
  worker.close(true).catch((error: Error) => {
    input.log('warn', 'a worker that had not started could not be closed', { job: name, error: error.message });
  });
}

async function process(job: Job, token: string | undefined, name: JobName, input: WorkerInput): Promise<void> {
  const { handlers, log } = input;
  const fields = { job: job.name, jobId: job.id };
  if (job.name !== name || !isJobName(job.name)) {
    log('warn', 'a job of an unknown name was dropped', fields);
    return;
  }
  const definition: JobDefinition = jobs[name];
  const payload = definition.payload.safeParse(job.data);
  if (!payload.success) {
    log('error', 'a job with a malformed payload was dropped', { ...fields, issues: payload.error.issues });
    throw new UnrecoverableError('malformed payload');
  }
  try {
    const handle = handlers[name] as (payload: unknown, context: JobContext) => Promise<void>;
    await handle(payload.data, { jobId: String(job.id), attempt: job.attemptsMade + 1 });
  } catch (error) {
    if (error instanceof JobPostponed) {
      await job.moveToDelayed(Date.now() + error.delayMs, token);
      throw new DelayedError();
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log('error', 'a job failed', { ...fields, attempt: job.attemptsMade + 1, error: text });
    if (error instanceof AppError && !errorCodes[error.code].retryable) throw new UnrecoverableError(error.message);
    throw error;
  }
}

async function closeAll(workers: RunningWorker[], graceMs: number): Promise<void> {
  const graceful = Promise.all(workers.map((worker) => worker.close()));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), graceMs);
  });
  if ((await Promise.race([graceful, late])) === 'late') await Promise.all(workers.map((worker) => worker.close(true)));
  clearTimeout(timer);
}
