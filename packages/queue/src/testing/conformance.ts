import { AppError } from '@laurel/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBackend } from '../backend.ts';
import { createQueue, type JobQueue } from '../queue.ts';
import { type JobHandlers, JobPostponed, type JobWorker } from '../worker.ts';
import type { TestServer } from './servers.ts';

/** What the queue must do on every backend. */
export function describeQueue(start: () => Promise<TestServer>): void {
  let server: TestServer;
  let queue: JobQueue;
  const workers: JobWorker[] = [];
  let namespaces = 0;

  beforeAll(async () => {
    server = await start();
    await connect();
  });
  afterAll(async () => {
    await closeWorkers();
    await queue?.close();
    await server?.stop();
  });
  beforeEach(closeWorkers);

  async function connect() {
    await queue?.close();
    const connection = { ...server.connection, namespace: `laurel_test_${++namespaces}` };
    queue = createQueue({ connection });
    await queue.ready();
    return connection;
  }
  async function closeWorkers() {
    await Promise.all(workers.splice(0).map((worker) => worker.close(500)));
  }
  async function work(handlers: Partial<JobHandlers>, slots = 2, of = queue) {
    const logs: string[] = [];
    const nothing = async () => undefined;
    const worker = await of.createWorker({
      handlers: {
        'profile-dataset': nothing,
        'prepare-experiment': nothing,
        'run-trial': nothing,
        'refit-model': nothing,
        'select-models': nothing,
        'step-study': nothing,
        reconcile: nothing,
        ...handlers,
      },
      slots,
      log: (level, message, fields) => logs.push(`${level} ${message} ${JSON.stringify(fields)}`),
    });
    workers.push(worker);
    return { worker, logs };
  }

  it('delivers each of 200 jobs once, and a job id only once', async () => {
    const seen: string[] = [];
    for (let i = 0; i < 100; i++) await queue.enqueue('run-trial', { trialId: `a${i}` }, { jobId: `a${i}` });
    await work({ 'run-trial': async ({ trialId }) => void seen.push(trialId) });
    for (let i = 0; i < 100; i++) {
      await queue.enqueue('run-trial', { trialId: `b${i}` }, { jobId: `b${i}` });
      await queue.enqueue('run-trial', { trialId: `b${i}` }, { jobId: `b${i}` });
    }
    await until(() => seen.length >= 200);
    await sleep(100);
    expect(seen.length).toBe(200);
    expect(new Set(seen).size).toBe(200);
  });

  it('runs as many at a time as there are slots', async () => {
    let running = 0;
    let most = 0;
    let done = 0;
    for (let i = 0; i < 9; i++) await queue.enqueue('run-trial', { trialId: `c${i}` }, { jobId: `c${i}` });
    await work(
      {
        'run-trial': async () => {
          most = Math.max(most, ++running);
          await sleep(50);
          running--;
          done++;
        },
      },
      3,
    );
    await until(() => done === 9);
    expect(most).toBe(3);
  });

  it('tries again what may work later, counting attempts', async () => {
    const attempts: number[] = [];
    await work({
      'run-trial': async (_, { attempt }) => {
        attempts.push(attempt);
        if (attempt < 3) throw new AppError('STORAGE_UNAVAILABLE', 'The store is away. Wait.');
      },
    });
    await queue.enqueue('run-trial', { trialId: 'd' }, { jobId: 'd' });
    await until(() => attempts.length === 3);
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('does not try again what cannot work', async () => {
    let runs = 0;
    const { logs } = await work({
      'run-trial': async () => {
        runs++;
        throw new AppError('TARGET_CONSTANT', 'The target has one value. Choose another.');
      },
    });
    await queue.enqueue('run-trial', { trialId: 'e' }, { jobId: 'e' });
    await until(() => runs === 1);
    await sleep(1200);
    expect(runs).toBe(1);
    expect(logs.join()).toContain('The target has one value');
  });

  it('postpones a job without counting an attempt', async () => {
    const attempts: number[] = [];
    await work({
      'prepare-experiment': async (_, { attempt }) => {
        attempts.push(attempt);
        if (attempts.length < 8) throw new JobPostponed(50);
      },
    });
    await queue.enqueue('prepare-experiment', { experimentId: 'f' }, { jobId: 'f' });
    await until(() => attempts.length === 8);
    expect(new Set(attempts)).toEqual(new Set([1]));
  });

  it('drops a job of an unknown name, and one with a malformed payload, and says so', async () => {
    const connection = await connect();
    let runs = 0;
    const { logs } = await work({ 'run-trial': async () => void runs++ });
    const backend = createBackend(connection, () => undefined);
    const raw = new backend.classes.Queue<unknown>('run-trial', backend.producer);
    await raw.add('run-trial-v9', { trialId: 'x' });
    await raw.add('run-trial', { trialId: 'x', secret: 'y' });
    await until(() => logs.length >= 2);
    expect(logs.join()).toContain('unknown name');
    expect(logs.join()).toContain('malformed payload');
    expect(runs).toBe(0);
    await raw.close();
    await backend.close();
  });

  it('refuses a payload or a name that is not in the catalog', async () => {
    const bad = queue.enqueueUnchecked('run-trial', { trialId: 1 }, { jobId: 'g' });
    await expect(bad).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
    const unknown = queue.enqueueUnchecked('mine-coins', {}, { jobId: 'g' });
    await expect(unknown).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
  });

  it('has one schedule however many workers start', async () => {
    const connection = await connect();
    let runs = 0;
    for (let i = 0; i < 3; i++) await work({ reconcile: async () => void runs++ });
    const backend = createBackend(connection, () => undefined);
    const raw = new backend.classes.Queue<unknown>('reconcile', backend.producer);
    expect(await raw.getJobSchedulersCount()).toBe(1);
    await raw.close();
    await backend.close();
    await until(() => runs >= 1);
    expect(runs).toBe(1);
  });

  it('closes: takes nothing new, lets what runs end', async () => {
    let ended = 0;
    let started = 0;
    const { worker } = await work(
      {
        'run-trial': async () => {
          started++;
          await sleep(300);
          ended++;
        },
      },
      1,
    );
    await queue.enqueue('run-trial', { trialId: 'h1' }, { jobId: 'h1' });
    await queue.enqueue('run-trial', { trialId: 'h2' }, { jobId: 'h2' });
    await until(() => started === 1);
    await worker.close(5000);
    expect([started, ended]).toEqual([1, 1]);
    expect((await queue.counts())['run-trial'].waiting).toBe(1);
    await work({ 'run-trial': async () => void ended++ });
    await until(() => ended === 2);
  });

  describe('when the server dies', () => {
    it('producers fail fast, the worker goes on by itself when it is back, and nothing is lost', async () => {
      await connect();
      const seen = new Set<string>();
      await work({ 'run-trial': async ({ trialId }) => void seen.add(trialId) });
      await queue.enqueue('run-trial', { trialId: 'before' }, { jobId: 'before' });
      await until(() => seen.has('before'));

      await server.kill();
      const begun = performance.now();
      const refused = queue.enqueue('run-trial', { trialId: 'during' }, { jobId: 'during' });
      await expect(refused).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
      expect(performance.now() - begun).toBeLessThan(10_000);
      await expect(queue.ready()).rejects.toMatchObject({ code: 'NOT_READY' });

      await server.start();
      await until(async () => {
        await queue.enqueue('run-trial', { trialId: 'during' }, { jobId: 'during' }).catch(() => undefined);
        return seen.has('during');
      }, 30_000);
      await queue.enqueue('run-trial', { trialId: 'after' }, { jobId: 'after' });
      await until(() => seen.has('after'), 10_000);
      await queue.ready();
    }, 60_000);
  });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
async function until(what: () => boolean | Promise<boolean>, ms = 15_000): Promise<void> {
  for (const end = Date.now() + ms; !(await what()); ) {
    if (Date.now() > end) throw new Error('it never became true');
    await sleep(20);
  }
}
