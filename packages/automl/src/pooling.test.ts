import { expect, it } from 'vitest';
import { pooledMean, weightedSum } from './pooling.ts';
import { Accumulator } from './trial/accumulator.ts';

const parts = (...values: number[][]) =>
  values.map((own) => ({ weight: 1 / values.length, values: Float64Array.from(own) }));
const valuesOf = (part: { values: Float64Array }) => part.values;

it('keeps how sure models are that agree on the odds, where a plain mean does not', () => {
  const odds = (p: number) => Math.log(p / (1 - p));
  const [one, other] = [0.99, 0.9];
  const pooled = pooledMean(parts([1 - one, one], [1 - other, other]), 2, valuesOf);
  expect(odds(pooled[1]!)).toBeCloseTo((odds(one) + odds(other)) / 2, 10);
  expect(pooled[0]! + pooled[1]!).toBeCloseTo(1, 12);
  expect(weightedSum(parts([1 - one, one], [1 - other, other]), valuesOf)[1]).toBeLessThan(pooled[1]!);
});

it('does not let one model that is wrongly sure decide for all', () => {
  const pooled = pooledMean(parts([1, 0], [0.02, 0.98], [0.02, 0.98], [0.02, 0.98], [0.02, 0.98]), 2, valuesOf);
  expect(pooled[1]).toBeGreaterThan(0.1);
  expect(pooled.every(Number.isFinite)).toBe(true);
});

it('gathers out-of-fold predictions as a bag does, and leaves alone what one model said', () => {
  const rows = new Accumulator(3, 2);
  for (const own of [Float64Array.of(0.25, 0.75), Float64Array.of(0.75, 0.25)]) rows.add(own, Int32Array.of(1));
  expect(Array.from(rows.mean())).toEqual([Number.NaN, Number.NaN, 0.5, 0.5, Number.NaN, Number.NaN]);
  const once = new Accumulator(1, 2);
  once.add(Float64Array.of(0.123456789, 0.876543211));
  expect(once.mean()).toEqual(Float32Array.of(0.123456789, 0.876543211));
  const values = new Accumulator(1, 1);
  values.add(Float64Array.of(2));
  values.add(Float64Array.of(4));
  expect(values.mean()).toEqual(Float32Array.of(3));
});
