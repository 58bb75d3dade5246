import { describe, expect, it } from 'vitest';
import { createPredictor } from '../model/predictor.ts';
import { drawFrom } from '../model/testing.ts';
import { boost } from './boost.ts';
import { setPrecision } from './grower.ts';
import { normal } from './testing/cases.ts';
import { areaUnderCurve, meanSquaredError, mixedRows, splitRows } from './testing/data.ts';
import { openHistograms } from './testing/histograms.ts';
import type { BoostInput, BoostParameters } from './types.ts';

const rows = 4_000;

/** Whether 'auto' takes the float kernel for these gradients. */
function takesFloat(gradients: ArrayLike<number>, options: { weights?: Float64Array; factor?: number } = {}): boolean {
  const targets = Float64Array.from(gradients);
  const weights = options.weights ?? new Float64Array(targets.length).fill(1);
  const bench = openHistograms({ targets, weights, columns: [new Uint8Array(targets.length)] });
  const float = setPrecision(bench.boost, 'auto', options.factor ?? 1, false);
  const { exports } = bench.kernel;
  expect(exports.histogramKind.value).toBe(float ? exports.floatKind.value : exports.packedKind.value);
  if (float) {
    const units = [exports.gradientScale, exports.hessianScale, exports.gradientUnit, exports.hessianUnit];
    expect(units.map(({ value }) => value)).toEqual([1, 1, 1, 1]);
  }
  return float;
}

describe('the precision of histograms', () => {
  const ordinary = Array.from({ length: rows }, (_, i) => Math.sin(i));

  it('is packed for gradients of about one size, however large or small they are', () => {
    for (const size of [1e-30, 1e-12, 1, 1e12, 1e30]) expect(takesFloat(ordinary.map((g) => g * size))).toBe(false);
  });

  it('is float where the typical gradient would be coarser than 1/64', () => {
    // one gradient holds the mass, the scale is 2^31 by it; the typical one is 1
    for (const [heavy, float] of [
      [1e6, false],
      [2 ** 31 / 200, false],
      [2 ** 31 / 20, true],
      [1e12, true],
    ] as const) {
      const gradients = new Float64Array(100_000).fill(1);
      gradients[17] = heavy;
      expect(takesFloat(gradients), String(heavy)).toBe(float);
    }
  });

  it('is float for one outlier among few rows, and for fewer rows than tell what is typical', () => {
    for (const count of [130, 400, 2_000]) {
      const gradients = new Float64Array(count).fill(1);
      expect(takesFloat(gradients)).toBe(false);
      gradients[3] = -1e12;
      expect(takesFloat(gradients), String(count)).toBe(true);
    }
    expect(takesFloat(new Float64Array(50).fill(1))).toBe(true);
    expect(takesFloat(new Float64Array(50))).toBe(false);
  });

  it('is float for a huge weight, and where a few rows stand for many', () => {
    const weights = new Float64Array(rows).fill(1);
    expect(takesFloat(ordinary, { weights })).toBe(false);
    weights[7] = 1e13;
    expect(takesFloat(ordinary, { weights })).toBe(true);
    expect(takesFloat(ordinary, { factor: 9 })).toBe(false);
    expect(takesFloat(ordinary, { factor: 1e6 })).toBe(true);
  });

  it('is float where the scale itself would not be a number, and an error where packed was asked for', () => {
    const none = openHistograms({
      targets: Float64Array.of(1e-40, -1e-40),
      weights: Float64Array.of(1, 1),
      columns: [new Uint8Array(2)],
    });
    expect(setPrecision(none.boost, 'packed', 1, false)).toBe(false);
    expect(Number.isFinite(none.kernel.exports.gradientScale.value)).toBe(true);
  });

  it('is refused where gradients are beyond f32', () => {
    const bench = openHistograms({
      targets: Float64Array.of(1e30, 0),
      weights: Float64Array.of(1e10, 1),
      columns: [new Uint8Array(2)],
    });
    expect(() => setPrecision(bench.boost, 'auto', 1, false)).toThrow(/no longer finite/);
    const large = openHistograms({
      targets: Float64Array.of(1e30, 0),
      weights: Float64Array.of(1e8, 1),
      columns: [new Uint8Array(2)],
    });
    expect(() => setPrecision(large.boost, 'auto', 5, false)).toThrow(/no longer finite/);
  });
});

describe('fits with both kinds of histograms', () => {
  async function boosted(input: Omit<BoostInput, 'seed'>, parameters: Partial<BoostParameters>) {
    return boost({ ...input, seed: 1, parameters: { rounds: 30, ...parameters } });
  }

  it('agree on ordinary data', async () => {
    const [train, test] = splitRows(mixedRows(3, 6_000, { kind: 'logistic' }), 4_000);
    const objective = { kind: 'logistic' as const };
    const [packed, float] = await Promise.all(
      (['packed', 'float'] as const).map((histogram) => boosted({ train, objective }, { histogram })),
    );
    const predictions = [packed!, float!].map(({ model }) => createPredictor(model).predict(test.features, test.rows));
    expect(packed!.floatRounds).toBe(0);
    expect(float!.floatRounds).toBe(30);
    const [one, two] = predictions.map((p) => p.filter((_, i) => i % 2 === 1));
    expect(areaUnderCurve(test.target, one!)).toBeGreaterThan(0.75);
    expect(Math.abs(areaUnderCurve(test.target, one!) - areaUnderCurve(test.target, two!))).toBeLessThan(2e-3);
    // the first tree has no gains that rounding could decide between
    const first = [packed!, float!].map(({ model: { ensemble } }) => {
      const end = ensemble.nodeStart[1]!;
      return [ensemble.feature, ensemble.low, ensemble.width].map((column) => Array.from(column.subarray(0, end)));
    });
    expect(first[0]).toEqual(first[1]);
  });

  it('resort to float by themselves for a target with huge outliers', async () => {
    const [train, test] = splitRows(mixedRows(4, 4_000, { kind: 'squared' }), 3_000);
    train.target[11] = 3e12;
    train.target[12] = -3e12;
    const { model, floatRounds } = await boosted(
      { train, objective: { kind: 'squared' } },
      { rounds: 5, minDataInLeaf: 1 },
    );
    expect(floatRounds).toBe(5);
    expect(createPredictor(model).predict(test.features, test.rows).every(Number.isFinite)).toBe(true);
  });

  it('use float for huge weights and for few rows that stand for many', async () => {
    const train = mixedRows(5, 2_000, { kind: 'squared' });
    const weights = Float64Array.from({ length: train.rows }, (_, row) => (row < 2 ? 1e14 : 1));
    const weighted = await boosted({ train: { ...train, weights }, objective: { kind: 'squared' } }, { rounds: 2 });
    expect(weighted.floatRounds).toBe(2);
    const goss = { top: 0.1, other: 0.1 };
    const sampled = await boosted({ train, objective: { kind: 'squared' } }, { rounds: 2, goss });
    expect(sampled.floatRounds).toBe(0);
  });

  it('learn from targets of any size', async () => {
    const draw = drawFrom(8);
    const values = Float64Array.from({ length: 500 }, () => normal(draw));
    for (const size of [1e-30, 1e-10, 1, 1e10, 1e28]) {
      const train = {
        features: [{ kind: 'numeric' as const, values }],
        rows: 500,
        target: values.map((v) => v * size),
      };
      const { model } = await boosted({ train, objective: { kind: 'squared' } }, { minDataInLeaf: 5 });
      const predictions = createPredictor(model).predict(train.features, 500);
      const error = meanSquaredError(
        values,
        predictions.map((value) => value / size),
      );
      expect(error, String(size)).toBeLessThan(0.05);
    }
  });
});
