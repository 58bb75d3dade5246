import { metricById } from '@laurel/evaluation';
import { createRandom } from '@laurel/tabular';
import { describe, expect, it } from 'vitest';
import type { ScoringPlan } from './scoring.ts';
import { selectGreedily } from './selection.ts';

const regression: ScoringPlan = { task: 'regression', labels: [], positiveClass: null, metric: 'rmse', seed: 1 };
const never = { rounds: 25, isOver: () => false };

function noisy(count: number, noise: number[], seed = 1) {
  const random = createRandom(seed);
  const target = Float64Array.from({ length: count }, () => random.normal());
  return { target, predictions: noise.map((sd) => target.map((value) => value + sd * random.normal())) };
}

describe('greedy selection', () => {
  it('averages models with independent errors, the better ones more', () => {
    const candidates = noisy(400, [0.5, 0.5, 1.5]);
    const { weights, trajectory } = selectGreedily(regression, candidates, never);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(weights[0]).toBeGreaterThan(weights[2]!);
    const single = metricById('rmse')!.compute(candidates.target, candidates.predictions[0]!, { classes: 1 });
    expect(Math.min(...trajectory)).toBeLessThan(single * 0.8);
  });

  it('starts from the best single model and is cut at the first best round', () => {
    const { weights } = selectGreedily(regression, noisy(200, [0.1, 3]), never);
    expect(weights[0]).toBe(1);
  });

  it('never loses to the best single model on its own rows', () => {
    for (let seed = 1; seed < 20; seed++) {
      const candidates = noisy(60, [1, 0.8, 0.9, 1.1], seed);
      const { weights } = selectGreedily(regression, candidates, never);
      const mix = candidates.target.map((_, i) =>
        weights.reduce((sum, w, m) => sum + w * candidates.predictions[m]![i]!, 0),
      );
      const rmse = (values: Float64Array) => metricById('rmse')!.compute(candidates.target, values, { classes: 1 });
      expect(rmse(mix)).toBeLessThanOrEqual(Math.min(...candidates.predictions.map(rmse)) + 1e-6);
    }
  });

  it('breaks ties of labels by the loss', () => {
    const plan: ScoringPlan = { task: 'binary', labels: ['a', 'b'], positiveClass: 'b', metric: 'accuracy', seed: 1 };
    const target = Float64Array.of(0, 1, 1, 0);
    const sure = Float64Array.of(0.9, 0.1, 0.1, 0.9, 0.2, 0.8, 0.8, 0.2);
    const unsure = Float64Array.of(0.6, 0.4, 0.4, 0.6, 0.4, 0.6, 0.6, 0.4);
    expect(selectGreedily(plan, { target, predictions: [unsure, sure] }, never).weights).toEqual([0, 1]);
  });

  it('gives the first round even when the time is over', () => {
    const { weights } = selectGreedily(regression, noisy(50, [1, 0.5]), { rounds: 25, isOver: () => true });
    expect(weights).toEqual([0, 1]);
  });
});
