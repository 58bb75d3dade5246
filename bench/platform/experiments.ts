import type { Evaluation, ExperimentView, Leaderboard } from '@laurel/contracts';
import { latestSeconds, until } from '../numbers.ts';
import type { Recorder } from '../record.ts';
import type { Group } from './group.ts';
import { diamonds, penguins, trialsOf, type World } from './world.ts';

const penguinCases = {
  seconds: 'penguins, 30 s: first claim to ready',
  families: 'penguins, 30 s: families on the board beside the ensemble',
  required: 'penguins, 30 s: ensemble and baseline on the board',
  trials: 'penguins, 30 s: completed trials',
  score: 'penguins, 30 s: log loss of the winner, out of fold',
};
const diamondCases = {
  seconds: 'diamonds, 60 s: first claim to ready',
  r2: 'diamonds, 60 s: R2 of the winner, out of fold',
  holdout: 'diamonds, 60 s: R2 of the winner on the sealed rows',
  trials: 'diamonds, 60 s: completed trials',
};

export const penguinsExperiment: Group = {
  name: 'penguins',
  cases: Object.values(penguinCases),
  async run(world, record) {
    const view = await world.experiment(penguins, 30);
    const board = await boardOf(world, view);
    recordTime(record, penguinCases.seconds, view, 30);
    await recordTrials(world, record, penguinCases.trials, view);
    const families = new Set(board.rows.map((row) => row.family));
    const required = ['ensemble', 'baseline'].filter((family) => families.has(family)).length;
    const others = [...families].filter((family) => family !== 'ensemble');
    const count = { unit: 'count', peerName: 'target' };
    record.add({ case: penguinCases.families, value: others.length, peer: 4, ...count, details: { families: others } });
    record.add({ case: penguinCases.required, value: required, peer: 2, ...count });
    record.add({ case: penguinCases.score, value: board.rows[0]?.validation.mean ?? Number.NaN, unit: 'logloss' });
  },
};

export const diamondsExperiment: Group = {
  name: 'diamonds',
  cases: Object.values(diamondCases),
  async run(world, record) {
    const view = await world.experiment(diamonds, 60);
    const board = await boardOf(world, view);
    recordTime(record, diamondCases.seconds, view, 60);
    await recordTrials(world, record, diamondCases.trials, view);
    const target = { unit: 'r2', peer: 0.97, peerName: 'target' };
    const details = { winner: board.rows[0]?.name, rmse: board.rows[0]?.validation.mean };
    record.add({ case: diamondCases.r2, value: board.rows[0]?.metrics.r2 ?? Number.NaN, ...target, details });
    const sealed = await onSealedRows(world, view);
    record.add({ case: diamondCases.holdout, value: sealed.metrics.r2?.value ?? Number.NaN, ...target });
  },
};

/** As the database stamped it: `startedAt` is the first claim, `finishedAt` the end with everything written. */
function recordTime(record: Recorder, name: string, view: ExperimentView, seconds: number): void {
  const value = (Date.parse(view.finishedAt as string) - Date.parse(view.startedAt as string)) / 1000;
  record.add({ case: name, value, unit: 's', peer: latestSeconds(seconds), peerName: 'target' });
}

async function recordTrials(world: World, record: Recorder, name: string, view: ExperimentView): Promise<void> {
  const trials = await trialsOf(await world.api(), view.id);
  const completed = trials.filter((trial) => trial.status === 'completed').length;
  const others = trials.filter((trial) => trial.status !== 'completed').map(({ status, failure }) => failure ?? status);
  record.add({ case: name, value: completed, unit: 'count', details: { others } });
}

async function boardOf(world: World, view: ExperimentView): Promise<Leaderboard> {
  return await (await world.api()).get<Leaderboard>(`/experiments/${view.id}/leaderboard`);
}

async function onSealedRows(world: World, view: ExperimentView): Promise<Evaluation> {
  const api = await world.api();
  await api.post(`/experiments/${view.id}/reveal-holdout`, {});
  // a computation of more than 10 s answers 202, without the metrics
  return await until(
    'the evaluation on the sealed rows',
    async () => {
      const answer = await api.get<Evaluation>(`/models/${view.winnerModelId}/evaluation?split=holdout`);
      return answer.metrics ? answer : null;
    },
    { everyMs: 500, limitMs: 60_000 },
  );
}
