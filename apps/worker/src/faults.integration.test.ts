import { systemActor } from '@laurel/access';
import { newId, type TrialView } from '@laurel/contracts';
import { blobKeys } from '@laurel/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flowers, type Platform, startPlatform, until } from './testing/platform.ts';
import { childrenOf, isAlive } from './testing/processes.ts';
import { hasRedis } from './testing/redis.ts';
import { isEnd, resultsOf } from './testing/results.ts';

const withRedis = hasRedis();
const limitMs = 120_000;

describe('on PostgreSQL alone', () => describeFaults('postgres'));
describe.skipIf(!withRedis)('with the queue on Redis', () => describeFaults('redis'));

function describeFaults(backend: 'postgres' | 'redis'): void {
  let platform: Platform;
  let datasetId: string;
  let reference: string[];

  beforeAll(async () => {
    platform = await startPlatform(backend);
    datasetId = await platform.upload(flowers(160));
  }, limitMs);
  afterAll(() => platform?.stop());

  /** What does not touch the queue is the same on both: once is enough. */
  const withoutQueue = it.skipIf(backend === 'redis');
  /** Counted in trials, so that every run gives the same models however often it is disturbed. */
  const quick = { families: ['baseline', 'linear'], validation: { kind: 'kfold' as const, folds: 3 } };
  const begin = () => platform.experiment(datasetId, { ...quick, budget: { trials: 6 }, seed: 5 });
  const ended = (id: string) =>
    until('the end of the run', async () => isEnd((await platform.view(id)).status), platform.worker.log, limitMs);

  /** Waits until some trials are done and one is running; answers the done ones. */
  async function midway(id: string): Promise<TrialView[]> {
    let done: TrialView[] = [];
    const reached = async () => {
      const trials = await platform.trials(id);
      done = trials.filter((trial) => trial.status === 'completed');
      return done.length >= 1 && trials.some((trial) => trial.status === 'running');
    };
    await until('the middle of the run', reached, platform.worker.log);
    return done;
  }

  /**
   * As `midway`, with the children held still and a trial in one of them: a trial of a few milliseconds may end between
   * the look at it and the kill, which would then hit an idle child.
   */
  async function midTrial(id: string, workerPid: number): Promise<TrialView[]> {
    for (let attempt = 0; attempt < 20; attempt++) {
      await midway(id);
      for (const pid of childrenOf(workerPid)) process.kill(pid, 'SIGSTOP');
      // what a child had sent before it was held is recorded by then
      await new Promise((resolve) => setTimeout(resolve, 400));
      const trials = await platform.trials(id);
      const done = trials.filter((trial) => trial.status === 'completed');
      if (trials.some((trial) => trial.status === 'running')) return done;
      for (const pid of childrenOf(workerPid)) process.kill(pid, 'SIGCONT');
    }
    throw new Error('no trial was met while it ran');
  }

  /** Every number once, what was done is kept, and the same result as without the fault. */
  async function expectWhole(id: string, before: TrialView[]): Promise<TrialView[]> {
    await ended(id);
    const view = await platform.view(id);
    expect(view.status, JSON.stringify(view.error)).toBe('completed');
    const trials = await platform.trials(id);
    expect(trials.map((trial) => trial.number).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(resultsOf(trials)).toEqual(reference);
    for (const kept of before) {
      const now = trials.find((trial) => trial.number === kept.number);
      expect(now).toMatchObject({ finishedAt: kept.finishedAt, modelId: kept.modelId, attempts: kept.attempts });
    }
    expect((await platform.db.experiments.models(systemActor, id)).length).toBe(7);
    expect(view.winnerModelId).not.toBeNull();
    return trials;
  }

  it(
    'runs an experiment to its end',
    async () => {
      const id = await begin();
      await ended(id);
      const view = await platform.view(id);
      expect(view).toMatchObject({ status: 'completed', error: null, warnings: [] });
      const trials = await platform.trials(id);
      expect(trials.map((trial) => trial.failure)).toEqual(Array(7).fill(null));
      expect(trials.find((trial) => trial.number === 7)?.family).toBe('ensemble');
      const events = await platform.db.experiments.events(systemActor, id, 0, 1000);
      const ids = events.map((event) => event.id);
      expect(ids).toEqual(ids.toSorted((a, b) => a - b));
      expect(new Set(ids).size).toBe(ids.length);
      expect(events.at(-1)).toMatchObject({ type: 'status', status: 'completed' });
      for (const { id: trialId } of trials)
        expect(await platform.storage.exists(blobKeys.predictions(id, trialId))).toBe(true);
      reference = resultsOf(trials);
    },
    limitMs,
  );

  withoutQueue(
    'a killed child costs nothing but its own attempt',
    async () => {
      const id = await begin();
      const workerPid = platform.worker.pid();
      const before = await midTrial(id, workerPid);
      for (const pid of childrenOf(workerPid)) process.kill(pid, 'SIGKILL');
      const trials = await expectWhole(id, before);
      expect(platform.worker.pid()).toBe(workerPid);
      expect(Math.max(...trials.map((trial) => trial.attempts))).toBe(2);
    },
    limitMs,
  );

  it(
    'a killed worker is replaced, and its children die with it',
    async () => {
      const id = await begin();
      const before = await midway(id);
      const children = childrenOf(platform.worker.pid());
      await platform.worker.kill('SIGKILL');
      await until('the end of the orphans', () => children.every((pid) => !isAlive(pid)), platform.worker.log);
      await platform.worker.start();
      await expectWhole(id, before);
    },
    limitMs,
  );

  it(
    'a worker that is told to stop ends well and gives back what it cannot end',
    async () => {
      const id = await begin();
      const before = await midway(id);
      expect(await platform.worker.kill('SIGTERM')).toBe(0);
      expect((await platform.trials(id)).filter((trial) => trial.status === 'running')).toEqual([]);
      await platform.worker.start();
      await expectWhole(id, before);
    },
    limitMs,
  );

  withoutQueue(
    'a killed PostgreSQL comes back, and finished work is not lost',
    async () => {
      const id = await begin();
      const before = await midway(id);
      await platform.killPostgres();
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await platform.startPostgres();
      const trials = await expectWhole(id, before);
      expect(trials.map((trial) => trial.attempts)).toEqual(Array(7).fill(1));
    },
    limitMs,
  );

  it.skipIf(backend !== 'redis')(
    'a killed Redis comes back',
    async () => {
      const id = await begin();
      const before = await midway(id);
      await platform.redis?.kill();
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await platform.redis?.start();
      await expectWhole(id, before);
    },
    limitMs,
  );

  withoutQueue(
    'a cancelled run stops at once',
    async () => {
      const id = await platform.experiment(datasetId, { ...quick, budget: { trials: 200 } });
      await midway(id);
      await platform.db.experiments.command(systemActor, id, { type: 'cancel' });
      expect((await platform.view(id)).status).toBe('cancelled');
      const log = platform.worker.log;
      const here = async () =>
        (await platform.db.internal.liveWorkers()).find(({ pid }) => pid === platform.worker.pid());
      const busy = async () => (await here())?.busy;
      await until('idle slots', async () => (await busy()) === 0, log, 20_000);
      expect((await platform.trials(id)).filter((trial) => ['queued', 'running'].includes(trial.status))).toEqual([]);
    },
    limitMs,
  );

  withoutQueue(
    'a run of some seconds ends in time, with an ensemble',
    async () => {
      const id = await platform.experiment(datasetId, { ...quick, budget: { seconds: 6 } });
      await ended(id);
      const view = await platform.view(id);
      expect(view.status, JSON.stringify(view.error)).toBe('completed');
      expect(view.winnerModelId).not.toBeNull();
      expect((await platform.trials(id)).some((trial) => trial.status === 'completed')).toBe(true);
    },
    limitMs,
  );

  withoutQueue(
    'finish keeps the best so far',
    async () => {
      const id = await platform.experiment(datasetId, { ...quick, budget: { trials: 200 } });
      await midway(id);
      await platform.db.experiments.command(systemActor, id, { type: 'finish' });
      await ended(id);
      expect((await platform.view(id)).status).toBe('completed');
      expect((await platform.view(id)).winnerModelId).not.toBeNull();
    },
    limitMs,
  );

  withoutQueue(
    'a file that is no table fails with its reason',
    async () => {
      const id = newId('dataset');
      await platform.storage.put(blobKeys.datasetSource(id), Buffer.alloc(0));
      const source = { kind: 'upload' as const, note: null };
      const file = {
        id,
        name: 'nothing.csv',
        bytes: 0,
        sha256: '0'.repeat(64),
        contentType: 'text/csv',
        parse: {},
        source,
      };
      await platform.db.datasets.create(systemActor, file);
      const view = () => platform.db.datasets.get(systemActor, id);
      await until('the refusal', async () => (await view()).status === 'failed', platform.worker.log);
      expect((await view()).error?.code).toBe('EMPTY_FILE');
    },
    limitMs,
  );
}
