import { systemActor } from '@laurel/access';
import type { TrialView } from '@laurel/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flowers, type Platform, startPlatform, type TestWorker, until } from './testing/platform.ts';
import { childrenOf } from './testing/processes.ts';
import { isEnd, resultsOf } from './testing/results.ts';

const limitMs = 120_000;
const folds = { validation: { kind: 'kfold' as const, folds: 3 }, seed: 5 };
/** Trials that are over in a moment, and ones whose folds take long enough to be told apart from outside. */
const quick = { ...folds, families: ['baseline', 'linear'], budget: { trials: 4 } };
const slow = {
  ...folds,
  ...{ families: ['baseline', 'gbm'], budget: { trials: 2 } },
  space: { gbm: { learningRate: { fixed: 0.01 } } },
};

let platform: Platform;
let small: string;
let large: string;
const reference = new Map<object, { results: string[]; winner: string }>();

beforeAll(async () => {
  platform = await startPlatform('postgres');
  [small, large] = [await platform.upload(flowers(160)), await platform.upload(flowers(2500))];
  for (const [request, datasetId] of [
    [quick, small],
    [slow, large],
  ] as const) {
    const id = await platform.experiment(datasetId, request);
    await ended(id);
    reference.set(request, await outcome(id));
  }
}, limitMs);
afterAll(() => platform?.stop());

const log = () => platform.worker.log();
const ended = (id: string) => until('the end', async () => isEnd((await platform.view(id)).status), log, limitMs);

/** Scores of all trials, and the winner by its number and its bytes. */
async function outcome(id: string) {
  const view = await platform.view(id);
  expect(view.status, JSON.stringify(view.error)).toBe('completed');
  const winner = (await platform.db.experiments.models(systemActor, id)).find(
    (model) => model.id === view.winnerModelId,
  );
  return {
    results: resultsOf(await platform.trials(id)),
    winner: `${winner?.trialNumber} ${winner?.score.mean} ${winner?.lineage.artifactSha256}`,
  };
}

/** Waits for a trial that runs and is of interest, and holds the processes of its worker still. Null when it is over. */
async function freeze(id: string, workers: TestWorker[], wanted: (trial: TrialView) => boolean) {
  let found: TrialView | undefined;
  const met = async () => {
    found = (await platform.trials(id)).find((trial) => trial.status === 'running' && wanted(trial));
    return found !== undefined || isEnd((await platform.view(id)).status);
  };
  await until('a trial that runs', met, log);
  const worker = workers.find(({ pid }) => found?.worker?.includes(`/${pid()}/`));
  if (!found || !worker) return null;
  const children = childrenOf(worker.pid());
  for (const pid of children) process.kill(pid, 'SIGSTOP');
  const kill = async () => {
    await worker.kill('SIGKILL');
    // they see that their parent is gone once they can move
    for (const pid of children) process.kill(pid, 'SIGCONT');
  };
  const still = (await platform.trials(id)).some((trial) => trial.id === found?.id && trial.status === 'running');
  if (still) return { worker, kill };
  for (const pid of children) process.kill(pid, 'SIGCONT');
  return null;
}

/** Brings a run to a phase and kills the worker that is in it; null when the phase was over before it could be held. */
type Strike = (id: string, workers: TestWorker[]) => Promise<TestWorker | null>;

const whilePreparing: Strike = async (id, workers) => {
  for (;;) {
    const held = await platform.hold(id);
    const worker = workers.find(({ pid }) => held.begunBy?.includes(`/${pid()}/`));
    if (worker && !held.prepared) await worker.kill('SIGKILL');
    await held.release();
    if (held.prepared) return null;
    if (worker) return worker;
  }
};

const whileTrialRuns =
  (wanted: (trial: TrialView) => boolean): Strike =>
  async (id, workers) => {
    const frozen = await freeze(id, workers, wanted);
    await frozen?.kill();
    return frozen?.worker ?? null;
  };

const betweenFolds: Strike = async (id, workers) => {
  const progressed = async () => {
    const events = await platform.db.experiments.events(systemActor, id, 0, 1000);
    return events.some((event) => event.type === 'trial-progress' && event.fold >= 1);
  };
  await until('a later fold', async () => (await progressed()) || isEnd((await platform.view(id)).status), log);
  return whileTrialRuns((trial) => trial.family !== 'ensemble')(id, workers);
};

/** The fit is done, scored and calibrated, and only its row is missing. */
const whileRecording: Strike = async (id, workers) => {
  const frozen = await freeze(id, workers, (trial) => trial.number >= 2);
  if (!frozen) return null;
  const held = await platform.hold(id);
  for (const pid of childrenOf(frozen.worker.pid())) process.kill(pid, 'SIGCONT');
  await new Promise((resolve) => setTimeout(resolve, 700));
  await until('a result that waits', async () => (await held.waiting()) > 0, log);
  await frozen.kill();
  await held.release();
  return frozen.worker;
};

const phases: [string, Strike, typeof quick | typeof slow][] = [
  ['it prepares the data', whilePreparing, quick],
  ['it fits the first fold', whileTrialRuns((trial) => trial.number === 2), slow],
  ['it is between folds', betweenFolds, slow],
  ['it builds the ensemble', whileTrialRuns((trial) => trial.family === 'ensemble'), quick],
  ['it records a result', whileRecording, quick],
];

describe.each([1, 2])('with %i workers', (count) => {
  const workers: TestWorker[] = [];
  beforeAll(async () => {
    workers.push(platform.worker);
    if (count === 2) workers.push(await platform.addWorker());
  }, limitMs);

  it.each(phases)(
    'a worker that is killed while %s changes nothing',
    { timeout: limitMs },
    async (_, strike, request) => {
      for (let attempt = 0; attempt < 10; attempt++) {
        const id = await platform.experiment(request === slow ? large : small, request);
        const killed = await strike(id, workers);
        if (!killed) {
          await ended(id);
          continue;
        }
        await killed.start();
        await ended(id);
        expect(await outcome(id)).toEqual(reference.get(request));
        const trials = await platform.trials(id);
        expect(new Set(trials.map(({ number }) => number)).size).toBe(trials.length);
        expect(trials.every(({ attempts }) => attempts <= 2)).toBe(true);
        return;
      }
      throw new Error('the phase was over before it could be met, ten times');
    },
  );
});
