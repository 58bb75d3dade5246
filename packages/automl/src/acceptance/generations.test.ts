import { createRandom } from '@laurel/tabular';
import { describe, expect, it } from 'vitest';
import { type AutomlResult, automl } from '../automl.ts';
import { sha256Hex } from '../container.ts';
import { createStudy, step } from '../study/study.ts';
import { facts, families, plan, scoreOf } from '../study/testing.ts';
import type { StudyAction, StudyEvent } from '../study/types.ts';
import { signalTable } from '../testing.ts';
import type { TrialSpec } from '../types.ts';

/** What a trial comes to depends on what it was asked for alone: with a race, one in three loses it. */
function outcome(spec: TrialSpec, atMs: number): StudyEvent {
  const score = scoreOf(spec.number);
  const at = { number: spec.number, atMs, seconds: 1 };
  const foldScores = [score - 0.01, score, score + 0.01];
  if (spec.race && spec.number % 3 === 0) {
    return { type: 'trial-pruned', score, ...at, foldScores: foldScores.slice(0, 2), cause: 'race', reason: '-' };
  }
  if (spec.number % 7 === 0) return { type: 'trial-failed', ...at, failure: { kind: 'crash', message: '-' } };
  return { type: 'trial-completed', ...at, score, foldScores, sizeBytes: 10, predictMsPerRow: 1 };
}

/** A run whose trials start and end in an order drawn by the seed, some lost on the way, by so many workers. */
function simulate(strategy: string, workers: number, seed: number) {
  const random = createRandom(seed);
  const budget = { seconds: null, trials: 30 };
  let state = createStudy(
    { ...plan(budget), strategy },
    { facts: { ...facts, rows: 90_000 }, families, selects: true },
  );
  const open: TrialSpec[] = [];
  const asked: string[] = [];
  let end: StudyAction | null = null;
  const send = (event: StudyEvent): void => {
    const next = step(state, event, families);
    state = JSON.parse(JSON.stringify(next.state));
    for (const action of next.actions) {
      if (action.type === 'run-trial') open.push(action.trial);
      if (action.type === 'end') end = action;
      if (action.type !== 'select') continue;
      asked.push(action.members.join());
      const members = action.members.map((trialNumber) => ({ trialNumber, weight: 1 / action.members.length }));
      send({ type: 'selected', atMs: 0, score: Math.max(...action.members.map(scoreOf)), members });
    }
  };
  send({ type: 'begin', atMs: 0, parallelism: workers });
  for (let guard = 0; !end && guard < 1000; guard++) {
    const spec = open.splice(random.int(Math.min(workers, open.length)), 1)[0]!;
    const at = { number: spec.number, atMs: random.int(100_000) };
    send({ type: 'trial-started', ...at });
    if (random.next() < 0.1) send({ type: 'trial-lost', ...at });
    else send(outcome(spec, at.atMs));
  }
  return { end, asked, trials: state.trials.map(({ lost: _, ...trial }) => trial) };
}

describe('a run by number of trials', () => {
  it.each(['auto', 'halving', 'random'])('proposes, races and promotes by %s alike in any order', (strategy) => {
    const first = simulate(strategy, 1, 1);
    expect(first.end).toMatchObject({ type: 'end', status: 'completed' });
    expect(first.asked.length).toBeGreaterThan(2);
    if (strategy !== 'halving') expect(first.trials.some((trial) => trial.status === 'pruned')).toBe(true);
    else expect(first.trials.some((trial) => trial.rungRows !== undefined)).toBe(true);
    for (const [workers, seed] of [
      [2, 2],
      [3, 3],
      [8, 4],
    ] as const) {
      expect(simulate(strategy, workers, seed)).toEqual(first);
    }
  });

  it('gives the same bytes and leaderboard with one trial at a time and with three', async () => {
    const run = (parallelism: number) =>
      automl({
        table: signalTable(300),
        target: 'kind',
        features: { exclude: ['value', 'label'] },
        validation: { folds: 3 },
        holdout: 0.2,
        families: ['linear', 'gbm', 'extra-trees'],
        trials: 12,
        seed: 11,
        parallelism,
        context: { now: () => performance.now() },
      });
    const [one, three] = [await run(1), await run(3)];
    expect(one.study.trials.some((trial) => trial.race)).toBe(true);
    expect(boardOf(three)).toEqual(boardOf(one));
    expect(three.winner).toBe(one.winner);
    expect(sha256Hex(three.artifact)).toBe(sha256Hex(one.artifact));
    expect(three.study.selections?.map(({ score, members }) => ({ score, members }))).toEqual(
      one.study.selections?.map(({ score, members }) => ({ score, members })),
    );
  }, 60_000);
});

/** Everything of the trials but what they took. */
function boardOf({ study, trials }: AutomlResult) {
  return study.trials.map(({ number, family, config, status, score, foldScores, race, stopReason }) => {
    const trial = trials.get(number);
    const kept = trial && { bytes: sha256Hex(trial.artifact), metrics: trial.metrics, validation: trial.validation };
    return { number, family, config, status, score, foldScores, race, stopReason, ...kept };
  });
}
