import { expect, it } from 'vitest';
import type { TrialProgress } from '../engine.ts';
import { createProgress } from './progress.ts';

it('tells at most four times a second where a trial is, with at most 60 points', () => {
  let now = 0;
  const sent: TrialProgress[] = [];
  const tell = createProgress(
    () => now,
    (progress) => sent.push(progress),
  );
  tell({ type: 'fold-started', fold: 2, folds: 5 });
  for (let i = 1; i <= 1000; i++) {
    now += 1;
    tell({ type: 'iteration', fold: 2, iteration: i, score: i === 500 ? Number.NaN : i / 1000 });
  }
  expect(sent.length).toBe(5);
  const last = sent.at(-1)!;
  expect(last).toMatchObject({ fold: 2, folds: 5 });
  expect(last.curve.length).toBe(60);
  expect(last.curve[0]).toEqual([1, 0.001]);
  expect(last.curve.at(-1)).toEqual([1000, 1]);
  now += 250;
  tell({ type: 'fold-started', fold: 3, folds: 5 });
  expect(sent.at(-1)).toEqual({ fold: 3, folds: 5, curve: [] });
});
