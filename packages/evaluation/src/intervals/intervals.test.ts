import { describe, expect, it } from 'vitest';
import type { Metric } from '../metric.ts';
import { metricById, metricsForTask } from '../metrics/registry.ts';
import { argmaxLabels, columnOf, isClass } from '../predictions.ts';
import { binaryRows, generator, multiclassRows, regressionRows } from '../testing/rows.ts';
import { bootstrapInterval, bootstrapIntervals, pairedBootstrap } from './bootstrap.ts';
import { modelConfidenceSet, tiedWithBest } from './confidence-set.ts';
import { delongInterval, delongTest } from './delong.ts';
import { normalCdf, normalQuantile, studentQuantile, studentTwoSided } from './distributions.ts';
import { correctedResampledT, mcnemarExact } from './paired-tests.ts';
import { drawBlocks, drawCounts, sampleBlocks, sampleWithin, strataOf } from './resample.ts';

const metric = (id: string) => metricById(id) as Metric;
const rows = binaryRows();
const positive = isClass(rows.target, 1);
const scores = columnOf(rows.predictions, 2, 1);

/** Regression rows and models that add noise of the given sizes to the truth. */
function noisyModels(n: number, noises: number[], seed: number) {
  const next = generator(seed);
  const target = Float64Array.from({ length: n }, () => next() * 10);
  const models = noises.map((noise) => target.map((t) => t + noise * (next() + next() + next() - 1.5)));
  return { target, models };
}

describe('distributions agree with scipy', () => {
  it.each([
    [-6, 9.865876450376946e-10],
    [-1.96, 0.024997895148220435],
    [-0.3, 0.3820885778110474],
    [0.5, 0.6914624612740131],
    [1.2, 0.8849303297782918],
    [3, 0.9986501019683699],
  ])('normal %d', (z, p) => {
    expect(normalCdf(z) / p).toBeCloseTo(1, 10);
  });

  it.each([
    [0.5, 1, 0.7048327646991335],
    [2, 4, 0.11611652351681556],
    [3.3, 9, 0.009229908318547019],
    [1.2, 100, 0.23297456721824167],
    [12, 3, 0.0012450158007893362],
  ])('Student t %d with %d degrees of freedom', (t, df, p) => {
    expect(studentTwoSided(t, df)).toBeCloseTo(p, 11);
    expect(studentTwoSided(-t, df)).toBeCloseTo(p, 11);
  });

  it('inverts both', () => {
    expect(studentQuantile(0.95, 1)).toBeCloseTo(12.706204736174694, 8);
    expect(studentQuantile(0.95, 9)).toBeCloseTo(2.262157162798205, 9);
    expect(normalQuantile(0.95)).toBeCloseTo(1.959963984540054, 10);
  });
});

describe('DeLong', () => {
  it('agrees with the direct formula on tied scores', () => {
    const next = generator(11);
    const other = Float64Array.from(positive, (t) => Math.round((0.2 * t + 0.8 * next()) * 20) / 20);
    const result = delongTest(positive, scores, other);
    expect(result.aucA).toBeCloseTo(0.8906666666666667, 12);
    expect(result.aucB).toBeCloseTo(0.7426666666666667, 12);
    expect(result.se).toBeCloseTo(0.092988933744515, 12);
    expect(result.pValue).toBeCloseTo(0.11147748001181078, 9);
    expect(delongInterval(positive, scores).se).toBeCloseTo(0.048886435724887926, 12);
    const swapped = delongTest(positive, other, scores);
    expect(swapped.difference).toBeCloseTo(-result.difference, 12);
    expect(swapped.pValue).toBeCloseTo(result.pValue, 12);
  });

  it('finds no difference between a ranking and itself, and nothing without a class', () => {
    expect(delongTest(positive, scores, scores)).toMatchObject({ difference: 0, se: 0, pValue: 1 });
    expect(delongTest(new Uint8Array(3), [1, 2, 3], [1, 2, 3]).pValue).toBeNaN();
  });
});

describe('paired tests agree with scipy', () => {
  it('McNemar', () => {
    const target = new Int8Array(200);
    const labels = (right: (i: number) => boolean) => Int8Array.from(target, (_, i) => (right(i) ? 0 : 1));
    const only = (a: number, b: number) =>
      mcnemarExact(
        target,
        labels((i) => i < a || i >= a + b),
        labels((i) => i >= a),
      );
    expect(only(3, 11)).toMatchObject({ onlyA: 3, onlyB: 11 });
    expect(only(3, 11).pValue).toBeCloseTo(0.057373046875, 12);
    expect(only(71, 40).pValue).toBeCloseTo(0.004195534185394861, 12);
    expect(only(0, 0).pValue).toBe(1);
    expect(only(5, 5).pValue).toBe(1);
  });

  it('corrected resampled t', () => {
    const result = correctedResampledT([0.81, 0.79, 0.83, 0.8, 0.82], [0.8, 0.785, 0.8, 0.79, 0.815], {
      trainRows: 400,
      testRows: 100,
    });
    expect(result.t).toBeCloseTo(1.7253243712550195, 9);
    expect(result.pValue).toBeCloseTo(0.15955285269839303, 9);
    expect(result.degreesOfFreedom).toBe(4);
    expect(correctedResampledT([1], [0], { trainRows: 4, testRows: 1 }).pValue).toBeNaN();
    expect(correctedResampledT([1, 2], [1, 2], { trainRows: 4, testRows: 1 }).pValue).toBe(1);
  });
});

describe('resampling', () => {
  it('draws as many rows as each stratum has', () => {
    const keys = [0, 0, 0, 1, 1, 2];
    const counts = new Float64Array(6);
    drawCounts(strataOf(6, keys), generator(1), counts);
    expect([counts[0]! + counts[1]! + counts[2]!, counts[3]! + counts[4]!, counts[5]]).toEqual([3, 2, 1]);
    const sample = sampleWithin(strataOf(6, keys), 3, generator(2));
    expect(new Set([...sample].map((row) => keys[row])).size).toBe(3);
  });
});

describe('bootstrap intervals', () => {
  it.each([
    ['binary', binaryRows()],
    ['multiclass', multiclassRows()],
    ['regression', regressionRows()],
  ] as const)('hold the score of every %s metric, and repeat for a seed', (task, { target, predictions, classes }) => {
    const run = () => bootstrapIntervals(metricsForTask(task), target, predictions, { classes, random: generator(9) });
    for (const { value, low, high } of run()) {
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
      expect(high).toBeGreaterThan(low);
    }
    expect(run()).toEqual(run());
  });

  it('agrees with DeLong on AUC', () => {
    const { se } = delongInterval(positive, scores);
    const { low, high } = bootstrapInterval(metric('roc_auc'), rows.target, rows.predictions, {
      classes: 2,
      random: generator(1),
    });
    expect(Math.abs((high - low) / (2 * 1.96 * se) - 1)).toBeLessThan(0.2);
  });

  it('scales the spread of a sample to all rows: the standard error of a mean', () => {
    const { target, models } = noisyModels(60_000, [4], 3);
    const predictions = models[0] as Float64Array;
    const errors = target.map((t, i) => Math.abs(t - (predictions[i] as number)));
    const mean = errors.reduce((a, b) => a + b, 0) / errors.length;
    const sd = Math.sqrt(errors.reduce((sum, e) => sum + (e - mean) ** 2, 0) / errors.length);
    const { low, high } = bootstrapInterval(metric('mae'), target, predictions, { classes: 1, random: generator(4) });
    expect(Math.abs((high - low) / ((2 * 1.96 * sd) / Math.sqrt(60_000)) - 1)).toBeLessThan(0.25);
    expect((low + high) / 2).toBeCloseTo(mean, 1);
  });

  it('is not a number where the score is not', () => {
    const result = bootstrapInterval(metric('roc_auc'), new Float64Array(3), new Float64Array(6).fill(0.5), {
      classes: 2,
      random: generator(1),
    });
    expect(result).toEqual({ value: Number.NaN, low: Number.NaN, high: Number.NaN });
  });
});

describe('comparing models', () => {
  it('tells a better model from a worse one, not a model from itself', () => {
    const { target, models } = noisyModels(400, [1, 2], 6);
    const [good, bad] = models as [Float64Array, Float64Array];
    const apart = pairedBootstrap(metric('rmse'), target, good, bad, { classes: 1, random: generator(2) });
    expect(apart.high).toBeLessThan(0);
    expect(apart.pValue).toBeLessThan(0.01);
    const same = pairedBootstrap(metric('rmse'), target, good, good, { classes: 1, random: generator(2) });
    expect(same).toEqual({ difference: 0, low: 0, high: 0, pValue: 1 });
  });

  it('keeps in the confidence set the models as good as the best and drops the clearly worse', () => {
    const { target, models } = noisyModels(500, [1, 1, 1.02, 2, 3], 8);
    const set = tiedWithBest(metric('rmse'), target, models, { classes: 1, random: generator(3) });
    expect(set.tied).toEqual([true, true, true, false, false]);
    expect(Math.max(...set.pValues)).toBe(1);
  });

  it('treats identical models alike and leaves out one without a score', () => {
    const { target, models } = noisyModels(100, [1], 8);
    const one = models[0] as Float64Array;
    const broken = one.map(() => Number.NaN);
    const set = tiedWithBest(metric('rmse'), target, [one, one.slice(), broken], { classes: 1, random: generator(3) });
    expect(set.tied).toEqual([true, true, false]);
  });

  it('is empty for no models', () => {
    expect(modelConfidenceSet([], [], { higherIsBetter: true })).toEqual({ tied: [], pValues: [] });
  });

  it('covers the best model: equal models rarely leave the 90 % set', () => {
    let left = 0;
    for (let run = 0; run < 60; run++) {
      const { target, models } = noisyModels(80, [1, 1, 1], 100 + run);
      const set = tiedWithBest(metric('mae'), target, models, { classes: 1, random: generator(run), resamples: 200 });
      if (!set.tied[0]) left++;
    }
    expect(left / 60).toBeLessThan(0.15);
  });

  it('uses labels for accuracy', () => {
    expect(mcnemarExact(rows.target, argmaxLabels(rows.predictions, 2), argmaxLabels(rows.predictions, 2)).pValue).toBe(
      1,
    );
  });
});

describe('resampling by block', () => {
  it('is as wide as the blocks are alike: errors that come ten at a time count once', () => {
    const next = generator(21);
    const blocks = Int32Array.from({ length: 1000 }, (_, i) => Math.floor(i / 10));
    const shared = Float64Array.from({ length: 100 }, () => next() * 4 - 2);
    const target = new Float64Array(1000).fill(5);
    const predictions = target.map((t, i) => t + (shared[blocks[i] as number] as number));
    const width = (blocksOrNot: Int32Array | undefined) => {
      const options = { classes: 1, random: generator(3), blocks: blocksOrNot };
      const { low, high } = bootstrapInterval(metric('mae'), target, predictions, options);
      return high - low;
    };
    expect(width(blocks) / width(undefined)).toBeGreaterThan(2.6);
    expect(width(blocks) / width(undefined)).toBeLessThan(3.8);
  });

  it('draws and samples whole blocks', () => {
    const blocks = strataOf(6, [4, 4, 1, 1, 1, 9]);
    const counts = new Float64Array(6);
    drawBlocks(blocks, generator(5), counts);
    expect(counts[0]).toBe(counts[1]);
    expect(counts[2]).toBe(counts[4]);
    const sample = sampleBlocks(blocks, 1, generator(5));
    for (const rows of blocks.rows) {
      const kept = Array.from(rows).filter((row) => sample.includes(row)).length;
      expect([0, rows.length]).toContain(kept);
    }
  });
});
