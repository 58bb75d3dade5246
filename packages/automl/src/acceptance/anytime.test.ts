import { expect, it } from 'vitest';
import { automl } from '../automl.ts';
import { spentMs } from '../study/budget.ts';
import type { StudyState } from '../study/types.ts';
import { signalTable } from '../testing.ts';

/** A clock that every look at it moves on: the run is the same on a slow machine. */
function countingClock(stepMs: number): () => number {
  let looks = 0;
  return () => looks++ * stepMs;
}

const request = {
  table: signalTable(600),
  target: 'label',
  features: { exclude: ['value', 'kind'] },
  validation: { folds: 3 },
  holdout: 0,
  seed: 5,
};

it('is as good as tuned linear models after a tenth of the time, and its best so far never gets worse', async () => {
  // its default, whose penalty is chosen along a path: the best of several would be the luckiest of them too
  const linear = await automl({ ...request, families: ['linear'], trials: 2, context: { now: countingClock(1) } });
  const tuned = linear.trials.get(1)!.score;
  const budgetMs = 60_000;
  const seen: StudyState[] = [];
  /** the best single model or selection of a state: what `finish now` would give at least */
  const best = (state: StudyState): number =>
    Math.max(
      0,
      ...state.trials.map((trial) => (trial.status === 'completed' ? trial.score! : 0)),
      state.selections?.at(-1)?.score ?? 0,
    );
  const run = await automl({
    ...request,
    families: ['linear', 'gbm', 'random-forest'],
    budgetMs,
    context: { now: countingClock(4) },
    onState: (state) => void seen.push(state),
  });
  const selections = run.study.selections!;
  const early = seen.filter((state) => spentMs(state, state.lastEventAtMs!) <= 0.1 * budgetMs).at(-1)!;
  expect(best(early)).toBeGreaterThanOrEqual(tuned);
  expect(selections.length).toBeGreaterThan(1);
  for (const [i, { score, members }] of selections.entries()) {
    if (i > 0) expect(score).toBeGreaterThan(selections[i - 1]!.score);
    expect(members.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
  }
  const line = seen.map(best);
  expect(line.every((score, i) => i === 0 || score >= line[i - 1]!)).toBe(true);
  expect(run.study.trials.map(({ number }) => number)).toEqual(run.study.trials.map((_, i) => i + 1));
});
