import type { TrialView } from '@laurel/contracts';
import { describe, expect, it } from 'vitest';
import { bestConfigs } from './warm-starts.ts';

const trial = (number: number, family: string, score: number | null, more: Partial<TrialView> = {}): TrialView => ({
  id: `trl_${number}`,
  number,
  family,
  name: family,
  config: { number },
  status: 'completed',
  score,
  foldScores: [],
  startedAt: null,
  finishedAt: null,
  seconds: 1,
  peakMb: null,
  attempts: 1,
  modelId: null,
  failure: null,
  ...more,
});

describe('bestConfigs', () => {
  it('takes the best of every family, and neither the baseline, the ensemble, nor what did not end', () => {
    const trials = [
      trial(1, 'baseline', 0.99),
      ...[0.5, 0.9, 0.7, 0.8].map((score, i) => trial(2 + i, 'gbm', score)),
      trial(6, 'linear', 0.75),
      trial(7, 'ensemble', 1),
      trial(8, 'linear', 0.95, { status: 'pruned' }),
      trial(9, 'linear', 0.95, { rungRows: 10_000 }),
      trial(10, 'gone', 0.95),
      trial(11, 'linear', null, { status: 'failed' }),
    ];
    const numbers = (higherIsBetter: boolean) => bestConfigs(trials, higherIsBetter).map(({ config }) => config.number);
    expect(numbers(true)).toEqual([3, 5, 6, 4]);
    expect(numbers(false)).toEqual([2, 4, 6, 5]);
    expect(bestConfigs([], true)).toEqual([]);
  });
});
