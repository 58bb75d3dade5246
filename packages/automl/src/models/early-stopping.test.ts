import { expect, it } from 'vitest';
import { createWatch } from './early-stopping.ts';

it('takes losses that differ in their last bits as equal, and the earlier of equal iterations', () => {
  const metric = { higherIsBetter: true, score: () => 0.5 };
  const target = Float64Array.of(1);
  const task = 'binary' as const;
  const watch = createWatch({ task, classes: 2, target, metric, patience: () => 2, onIteration: undefined });
  const seen = [0.6, 0.6 + 1e-13, 0.7].map((p, i) => watch.see(i + 1, Float64Array.of(1 - p, p)));
  expect(seen).toEqual([true, false, true]);
  expect(watch.bestIteration).toBe(3);
  expect([4, 5].map(watch.isOver)).toEqual([false, true]);
});
