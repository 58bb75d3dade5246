import { AppError } from '@laurel/contracts';
import { type Backend, createBackend, type QueueConnection } from './backend.ts';
import { isJobName, type JobDefinition, type JobName, type JobPayload, jobNames, jobs, retention } from './jobs.ts';
import { type JobWorker, startWorker, type WorkerInput } from './worker.ts';

export interface QueueOptions {
  connection: QueueConnection;
  /** errors of connections, which come and go by themselves */
  onError?: (error: Error) => void;
}

export type JobCounts = { waiting: number; active: number; delayed: number; failed: number };

export interface JobQueue {
  backend: Backend['name'];
  /** throws NOT_READY when the server cannot be reached or must not be used as it is set */
  ready(): Promise<void>;
  /**
   * Adds a job; a second one of the same id changes nothing. QUEUE_UNAVAILABLE within 2 s when the server does not
   * answer: the outbox then still has it.
   */
  enqueue<N extends JobName>(name: N, payload: JobPayload<N>, options: { jobId: string }): Promise<void>;
  /** for rows of the outbox, whose job and payload come from the database */
  enqueueUnchecked(name: string, payload: unknown, options: { jobId: string }): Promise<void>;
  /** starts taking jobs, and the schedules of the catalog */
  createWorker(input: WorkerInput): Promise<JobWorker>;
  counts(): Promise<Record<JobName, JobCounts>>;
  close(): Promise<void>;
}

type Queue = InstanceType<Backend['classes']['Queue']>;

const enqueueLimitMs = 2000;

/**
 * The queue of background jobs, on PostgreSQL or Redis: at least once, in no promised order. It delivers ids and
 * nothing else; events of the backend are not used (PostgreSQL's lose some), the database is asked instead.
 */
export function createQueue(options: QueueOptions): JobQueue {
  const onError = options.onError ?? (() => undefined);
  const backend = createBackend(options.connection, onError);
  const open = new Map<JobName, Promise<Queue>>();

  /** Opened when the server answers: what is opened before remembers the failure for ever. */
  function queueOf(name: JobName): Promise<Queue> {
    const known = open.get(name);
    if (known) return known;
    const queue = new backend.classes.Queue<unknown, void>(name, {
      ...backend.producer,
      defaultJobOptions: { removeOnComplete: retention.completed, removeOnFail: retention.failed },
    });
    queue.on('error', onError);
    const opening = queue.waitUntilReady().then(
      () => queue,
      (error: unknown) => {
        open.delete(name);
        queue.close().catch(onError);
        throw error;
      },
    );
    open.set(name, opening);
    return opening;
  }

  async function enqueueUnchecked(name: string, payload: unknown, { jobId }: { jobId: string }): Promise<void> {
    if (!isJobName(name)) throw new AppError('PARAMETER_INVALID', `There is no background job of the name ${name}.`);
    const definition: JobDefinition = jobs[name];
    const data = definition.payload.safeParse(payload);
    if (!data.success)
      throw new AppError('PARAMETER_INVALID', `The payload of a job ${name} is malformed: ${data.error.message}`);
    const { attempts, backoffMs } = definition;
    await answered(backend, async () =>
      (await queueOf(name)).add(name, data.data, {
        jobId,
        attempts,
        backoff: { type: 'exponential', delay: backoffMs },
      }),
    );
  }

  async function ready(): Promise<void> {
    try {
      await answered(backend, () => backend.check());
      await answered(backend, () => Promise.all(jobNames.map(queueOf)));
      // being ready is remembered; only a question shows that the server is there now
      await answered(backend, async () => (await queueOf('reconcile')).count());
    } catch (error) {
      if (error instanceof AppError && error.code === 'NOT_READY') throw error;
      throw new AppError('NOT_READY', unreachable(backend), { cause: error });
    }
  }

  async function schedule(): Promise<void> {
    for (const name of jobNames) {
      const { everyMs, attempts }: JobDefinition = jobs[name];
      if (everyMs)
        await (await queueOf(name)).upsertJobScheduler(
          name,
          { every: everyMs },
          { name, data: {}, opts: { attempts } },
        );
    }
  }

  return {
    backend: backend.name,
    ready,
    enqueue: enqueueUnchecked,
    enqueueUnchecked,
    createWorker: async (input) => {
      await schedule();
      return startWorker(backend, input);
    },
    counts: async () => {
      const countOf = async (name: JobName) => {
        const counts = await (await queueOf(name)).getJobCounts('waiting', 'active', 'delayed', 'failed');
        const { waiting = 0, active = 0, delayed = 0, failed = 0 } = counts;
        return [name, { waiting, active, delayed, failed }] as const;
      };
      return Object.fromEntries(await answered(backend, () => Promise.all(jobNames.map(countOf)))) as Record<
        JobName,
        JobCounts
      >;
    },
    close: async () => {
      await Promise.allSettled([...open.values()].map(async (opening) => (await opening).close()));
      await backend.close();
    },
  };
}

/** People wait for producers, so a server that does not answer is an error soon and not a hanging request. */
async function answered<T>(backend: Backend, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError('QUEUE_UNAVAILABLE', unreachable(backend))), enqueueLimitMs);
  });
  try {
    return await Promise.race([backend.connected().then(work), late]);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('QUEUE_UNAVAILABLE', unreachable(backend), { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function unreachable(backend: Backend): string {
  const setting = backend.name === 'Redis' ? 'REDIS_URL' : 'DATABASE_URL';
  return `The job queue on ${backend.name} does not answer. Work that was asked for is kept and starts when it is back. If it stays, check that ${backend.name} runs and that ${setting} is right.`;
}
