import { describe, expect, it } from 'vitest';
import type { SeriesHistory } from '../../models/types.ts';
import { numbers } from './family.ts';
import { type FeaturePlan, forecastFeatures, keys, scalesOf } from './features.ts';

const plan: FeaturePlan = {
  step: { unit: 'ms', count: 86_400_000 },
  phase: 0,
  horizon: 7,
  seasons: [7],
  series: null,
  taken: [],
};

function scaleAfter(values: number[]): number {
  const history: SeriesHistory = {
    values: [Float64Array.from(values)],
    starts: Int32Array.of(0),
    seasons: [7],
    horizon: 7,
  };
  const rows = { series: Int32Array.of(0), origins: Int32Array.of(values.length - 1), steps: Int32Array.of(1) };
  const [scale] = numbers({ rows: 1, columns: forecastFeatures(history, rows, plan) }, keys.scale);
  expect([...scalesOf(history, rows, plan)]).toEqual([scale]);
  return scale!;
}

describe('what amounts are divided by', () => {
  const zeros = Array<number>(7).fill(0);

  it('is the spread of the last season', () => {
    expect(scaleAfter([9, 9, 9, 9, 9, 9, 9, 0, 2, 0, 2, 0, 2, 1])).toBeCloseTo(Math.sqrt(6 / 7), 12);
  });

  it('is the spread of what came before where the last season is flat', () => {
    const sold = [0, 5, 0, 0, 3, 0, 0, ...zeros];
    expect(scaleAfter(sold)).toBeGreaterThan(1);
    expect(scaleAfter(sold)).toBeLessThan(3);
  });

  it('is something where nothing ever changed', () => {
    expect(scaleAfter([...zeros, ...zeros])).toBe(1);
    expect(scaleAfter(Array(14).fill(200))).toBe(2);
  });
});
