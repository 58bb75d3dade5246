import { describe, expect, it } from 'vitest';
import { metricById } from '../metrics/registry.ts';
import { argmaxLabels, columnOf, isClass, labelsAtThreshold, predictedRows, takeRows } from '../predictions.ts';
import { binaryRows, generator } from '../testing/rows.ts';
import { calibrationBins, calibrationError } from './calibration.ts';
import { liftCurve, prCurve, rocCurve } from './ranking.ts';
import { quantiles, residualHistogram, residuals } from './residuals.ts';
import { type Point, thinCurve } from './thin.ts';
import { confusionMatrix, thresholdTable } from './thresholds.ts';

const rows = binaryRows();
const positive = isClass(rows.target, 1);
const scores = columnOf(rows.predictions, 2, 1);

/** 20,000 rows whose score is the chance of being positive. */
function manyRows() {
  const next = generator(5);
  const p = Float64Array.from({ length: 20_000 }, () => next());
  return { p, truth: Uint8Array.from(p, (chance) => (next() < chance ? 1 : 0)) };
}

describe('ROC curve', () => {
  it('runs from corner to corner without falling, and its area is the metric', () => {
    const { auc, points } = rocCurve(positive, scores);
    expect(auc).toBeCloseTo(0.8906666666666667, 12);
    expect(points[0]).toEqual([0, 0]);
    expect(points.at(-1)).toEqual([1, 1]);
    let area = 0;
    for (let i = 1; i < points.length; i++) {
      const [x0, y0] = points[i - 1] as Point;
      const [x1, y1] = points[i] as Point;
      expect(x1).toBeGreaterThanOrEqual(x0);
      expect(y1).toBeGreaterThanOrEqual(y0);
      area += ((x1 - x0) * (y0 + y1)) / 2;
    }
    expect(area).toBeCloseTo(auc, 12);
  });

  it('keeps its area when thinned to 200 points', () => {
    const { p, truth } = manyRows();
    const { auc, points } = rocCurve(truth, p);
    expect(points.length).toBeLessThanOrEqual(200);
    let area = 0;
    for (let i = 1; i < points.length; i++) {
      area +=
        (((points[i] as Point)[0] - (points[i - 1] as Point)[0]) *
          ((points[i] as Point)[1] + (points[i - 1] as Point)[1])) /
        2;
    }
    expect(Math.abs(area - auc)).toBeLessThan(0.002);
  });

  it('is empty when a class is absent', () => {
    expect(rocCurve(new Uint8Array(3), [1, 2, 3])).toEqual({ auc: Number.NaN, points: [] });
    expect(prCurve(new Uint8Array(3), [1, 2, 3]).points).toEqual([]);
    expect(liftCurve(new Uint8Array(3), [1, 2, 3])).toEqual([]);
  });
});

describe('thinCurve', () => {
  it('keeps both ends and the corner of an angled curve', () => {
    const corner: Point[] = [
      ...Array.from({ length: 1000 }, (_, i): Point => [0, i / 1000]),
      ...Array.from({ length: 1001 }, (_, i): Point => [i / 1000, 1]),
    ];
    const thin = thinCurve(corner, 50);
    expect(thin.length).toBeLessThanOrEqual(50);
    expect(thin[0]).toEqual([0, 0]);
    expect(thin.at(-1)).toEqual([1, 1]);
    expect(thin).toContainEqual([0, 1]);
  });
});

describe('precision, recall and lift', () => {
  it('has the average precision as area and ends at the prevalence', () => {
    const { area, points } = prCurve(positive, scores);
    expect(area).toBeCloseTo(
      metricById('pr_auc')?.compute(rows.target, rows.predictions, { classes: 2 }) as number,
      12,
    );
    expect(points.at(-1)).toEqual([1, positive.reduce((a, b) => a + b, 0) / positive.length]);
  });

  it('has lift 1 for a constant score and the most possible for a perfect one', () => {
    const truth = Uint8Array.from({ length: 100 }, (_, i) => (i < 20 ? 1 : 0));
    for (const [, lift] of liftCurve(truth, new Float64Array(100))) expect(lift).toBeCloseTo(1, 12);
    const perfect = liftCurve(truth, truth);
    expect(perfect[0]).toEqual([0.1, 5]);
    expect(perfect.at(-1)).toEqual([1, 1]);
  });
});

describe('calibration', () => {
  it('makes 15 bins of equal mass, close to the diagonal for true chances', () => {
    const { p, truth } = manyRows();
    const bins = calibrationBins(truth, p);
    expect(bins).toHaveLength(15);
    expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(20_000);
    expect(calibrationError(bins)).toBeLessThan(0.02);
  });

  it('does not split equal probabilities', () => {
    expect(calibrationBins(Uint8Array.of(1, 0, 0, 0), [0.5, 0.5, 0.5, 0.5])).toEqual([
      { predicted: 0.5, observed: 0.25, count: 4 },
    ]);
    expect(calibrationError([])).toBeNaN();
  });
});

describe('thresholds and confusion', () => {
  it('agrees with counting at every threshold', () => {
    for (const row of thresholdTable(positive, scores)) {
      const labels = labelsAtThreshold(rows.predictions, 1, row.threshold);
      const [[tn, fp], [fn, tp]] = confusionMatrix(rows.target, labels, 2) as [[number, number], [number, number]];
      expect([row.tp, row.fp, row.fn, row.tn]).toEqual([tp, fp, fn, tn]);
    }
  });

  it('says null for precision when nothing is called positive', () => {
    expect(thresholdTable(Uint8Array.of(1, 0), [0.2, 0.1], [0.9])).toEqual([
      { threshold: 0.9, tp: 0, fp: 0, fn: 1, tn: 1, precision: null, recall: 0, f1: 0 },
    ]);
  });
});

describe('residuals', () => {
  it('counts every value once, outliers in the outer bins', () => {
    const values = residuals([...Array.from({ length: 1000 }, (_, i) => i / 1000), 1e9], new Float64Array(1001));
    const { edges, counts } = residualHistogram(values);
    expect(edges).toHaveLength(counts.length + 1);
    expect(counts.reduce((a, b) => a + b, 0)).toBe(1001);
    expect(edges.at(-1)).toBeLessThan(1.1);
    expect(quantiles([3, 1, 2])[2]).toBe(2);
  });

  it('takes constant and no values', () => {
    expect(residualHistogram([2, 2, 2]).counts).toEqual([0, 3, 0]);
    expect(residualHistogram([])).toEqual({ edges: [], counts: [] });
  });
});

describe('predictions', () => {
  it('finds rows that were predicted and takes them', () => {
    const predictions = Float32Array.of(0.25, 0.75, Number.NaN, Number.NaN, 1, 0);
    const whole = predictedRows(Float64Array.of(0, 1, 0), predictions, 2);
    expect([...whole]).toEqual([0, 2]);
    expect([...takeRows(predictions, whole, 2)]).toEqual([0.25, 0.75, 1, 0]);
    expect([...argmaxLabels([0.5, 0.5, 0.2, 0.8], 2)]).toEqual([0, 1]);
  });
});
