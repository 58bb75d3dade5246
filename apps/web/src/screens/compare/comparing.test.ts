import type { ModelView, PairedComparison } from '@laurel/contracts';
import { describe, expect, it } from 'vitest';
import { bestOf, pairOf, sameTask, scoreIn } from './comparing.ts';

const pair: PairedComparison = {
  a: 'mdl_a',
  b: 'mdl_b',
  delta: 0.02,
  ciLow: 0.01,
  ciHigh: 0.03,
  verdict: 'likely real',
  method: 'DeLong',
};
const model = (part: Partial<ModelView>) =>
  ({
    task: 'binary',
    target: 'medal',
    metric: { id: 'roc_auc', label: 'ROC AUC', higherIsBetter: true },
    metrics: { log_loss: 0.3 },
    score: { mean: 0.86, std: 0.01, ciLow: 0.84, ciHigh: 0.88 },
    ...part,
  }) as ModelView;

describe('a comparison', () => {
  it('is the same from both sides, with its sign turned', () => {
    expect(pairOf([pair], 'mdl_a', 'mdl_b')).toBe(pair);
    expect(pairOf([pair], 'mdl_b', 'mdl_a')).toMatchObject({ delta: -0.02, ciLow: -0.03, ciHigh: -0.01 });
    expect(pairOf([pair], 'mdl_a', 'mdl_c')).toBeNull();
  });
  it('never shows a score under the name of another metric', () => {
    expect(scoreIn(model({}), 'roc_auc')).toMatchObject({ mean: 0.86, ciLow: 0.84 });
    expect(scoreIn(model({}), 'log_loss')).toEqual({ mean: 0.3, std: null, ciLow: null, ciHigh: null });
    expect(scoreIn(model({}), 'rmse').mean).toBeNull();
  });
  it('draws curves together only for one target and task', () => {
    expect(sameTask([model({}), model({})])).toBe(true);
    expect(sameTask([model({}), model({ target: 'sport' })])).toBe(false);
  });
  it('finds the best in the direction of the metric and passes over what is missing', () => {
    expect(bestOf([0.2, null, 0.9], true)).toBe(0.9);
    expect(bestOf([0.2, null, 0.9], false)).toBe(0.2);
    expect(bestOf([null], true)).toBeNull();
  });
});
