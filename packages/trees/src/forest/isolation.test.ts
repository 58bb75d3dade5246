import { describe, expect, it } from 'vitest';
import { modelFault } from '../model/check.ts';
import { createPredictor } from '../model/predictor.ts';
import { drawFrom } from '../model/testing.ts';
import type { FeatureInput } from '../types.ts';
import { anomalyScores, fitIsolationForest } from './isolation.ts';
import { areaUnderCurve } from './testing/cases.ts';

const rows = 2000;
const planted = 20;

/** Two clouds, with some rows between and around them. */
function plantedOutliers(seed: number, scale = 1): FeatureInput[] {
  const draw = drawFrom(seed);
  const normal = () => draw() + draw() + draw() + draw() - 2;
  return Array.from({ length: 4 }, (_, feature) => ({
    kind: 'numeric' as const,
    values: Float64Array.from({ length: rows }, (_, row) => {
      if (row < planted) return scale * (feature % 2 === row % 2 ? 6 : -6) + normal();
      return (row % 2 === 0 ? 2 : -2) + normal();
    }),
  }));
}

const labels = Float64Array.from({ length: rows }, (_, row) => (row < planted ? 1 : 0));

describe('isolation forest', () => {
  it.each([1, 1e6])('finds planted outliers (%d times as far)', async (scale) => {
    const features = plantedOutliers(1, scale);
    const model = await fitIsolationForest({ features, rows, seed: 3 });
    expect(modelFault(model)).toBeNull();
    const scores = anomalyScores(model, features, rows);
    expect(areaUnderCurve(scores, labels)).toBeGreaterThan(0.99);
    expect(Math.max(...scores)).toBeLessThanOrEqual(1);
    expect(Math.min(...scores)).toBeGreaterThan(0);
    const usual = scores.subarray(planted).reduce((sum, score) => sum + score, 0) / (rows - planted);
    expect(usual).toBeLessThan(0.5);
    expect(Math.min(...scores.subarray(0, planted))).toBeGreaterThan(usual);
  });

  it('is the same for the same seed, and its scores are those of a predictor of the caller', async () => {
    const features = plantedOutliers(2);
    const [one, two] = [0, 1].map(() => fitIsolationForest({ features, rows, seed: 9, trees: 20 }));
    const model = await one!;
    expect(await two).toEqual(model);
    const predictor = createPredictor(model);
    expect(anomalyScores(model, features, rows, predictor)).toEqual(anomalyScores(model, features, rows));
  });

  it('finds infinities, missing values and rare categories', async () => {
    const draw = drawFrom(4);
    const values = Float64Array.from({ length: rows }, () => draw());
    values[0] = Infinity;
    values[1] = -Infinity;
    values[2] = Number.NaN;
    const codes = Int32Array.from({ length: rows }, () => Math.floor(draw() * 3));
    codes[3] = 3;
    const features: FeatureInput[] = [
      { kind: 'numeric', values },
      { kind: 'categorical', codes, levels: 4 },
      { kind: 'sparse', rows: Int32Array.of(4), values: Float64Array.of(1) },
    ];
    const model = await fitIsolationForest({ features, rows, sampleRows: rows, seed: 3 });
    const scores = anomalyScores(model, features, rows);
    const usual = scores.slice(5).sort()[Math.floor((rows - 5) * 0.99)]!;
    for (let row = 0; row < 5; row++) expect(scores[row]).toBeGreaterThan(usual);
  });

  it('gives one half where nothing varies, for one row, and when there was no time', async () => {
    const same: FeatureInput[] = [{ kind: 'numeric', values: new Float64Array(5).fill(3) }];
    expect(anomalyScores(await fitIsolationForest({ features: same, rows: 5, seed: 1 }), same, 5)[2]).toBeCloseTo(
      0.5,
      9,
    );
    const single: FeatureInput[] = [{ kind: 'numeric', values: Float64Array.of(1) }];
    expect(anomalyScores(await fitIsolationForest({ features: single, rows: 1, seed: 1 }), single, 1)[0]).toBe(0.5);
    const features = plantedOutliers(1);
    const late = await fitIsolationForest({ features, rows, seed: 1, deadlineMs: 0, now: () => 1 });
    expect(anomalyScores(late, features, rows)[0]).toBeCloseTo(0.5, 9);
  });

  it('refuses what makes no sense', async () => {
    const features = plantedOutliers(1);
    await expect(fitIsolationForest({ features, rows: 0, seed: 1 })).rejects.toMatchObject({ code: 'INVALID_DATA' });
    for (const wrong of [{ trees: 0 }, { sampleRows: 0.5 }, { seed: 0.5 }]) {
      const fit = fitIsolationForest({ features, rows, seed: 1, ...wrong });
      await expect(fit).rejects.toMatchObject({ code: 'INVALID_PARAMETER' });
    }
    const model = await fitIsolationForest({ features, rows, seed: 1, trees: 1 });
    expect(() => anomalyScores({ ...model, kind: 'forest' }, features, rows)).toThrow('fitIsolationForest');
  });
});
