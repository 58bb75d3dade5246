import { metricById } from '@laurel/evaluation';
import { createRandom, stratifiedFolds } from '@laurel/tabular';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyCalibration, type Calibration, calibrate } from './calibration.ts';
import { intervalsAround, residualTable } from './intervals.ts';
import { applyIsotonic, fitIsotonic } from './isotonic.ts';
import { withoutClassWeights } from './priors.ts';
import { applyTemperature, fitTemperature } from './temperature.ts';
import { atThreshold, bestThreshold } from './threshold.ts';

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

/** Labels drawn from probabilities, which are then told `heat` times too sure. */
function overconfident(rows: number, heat: number, seed: number, bend = 0) {
  const random = createRandom(seed);
  const target = new Float64Array(rows);
  const probabilities = new Float64Array(rows * 2);
  for (let i = 0; i < rows; i++) {
    const z = 1.5 * random.normal() - 1;
    target[i] = random.next() < sigmoid(z) ? 1 : 0;
    const p = sigmoid(heat * (z + bend * Math.max(0, z)));
    probabilities.set([1 - p, p], i * 2);
  }
  return { target, probabilities, classes: 2 };
}

/** Expected calibration error over 15 bins of equal mass. */
function calibrationError(target: Float64Array, probabilities: Float64Array): number {
  const order = Array.from(target.keys()).sort((a, b) => probabilities[a * 2 + 1]! - probabilities[b * 2 + 1]!);
  let error = 0;
  for (let bin = 0; bin < 15; bin++) {
    const rows = order.slice(Math.floor((bin * order.length) / 15), Math.floor(((bin + 1) * order.length) / 15));
    const gap = rows.reduce((sum, row) => sum + target[row]! - probabilities[row * 2 + 1]!, 0);
    error += Math.abs(gap) / order.length;
  }
  return error;
}

function calibrated(data: ReturnType<typeof overconfident>, ranks = false) {
  const parts = stratifiedFolds({ target: data.target, kind: 'classes', seed: 1, folds: 5 })[0]!;
  return calibrate({ ...data, parts, count: 5, positive: 1, ranks });
}

describe('calibration', () => {
  it('finds the temperature that probabilities were told at', () => {
    expect(fitTemperature(overconfident(20_000, 2, 1))).toBeCloseTo(2, 0);
    expect(fitTemperature(overconfident(20_000, 0.5, 2))).toBeCloseTo(0.5, 1);
  });

  it('lowers the calibration error of new rows, on average, and never touches few rows', () => {
    let [before, after] = [0, 0];
    for (let seed = 1; seed <= 12; seed++) {
      const heat = [0.6, 1, 1.4, 2][seed % 4]!;
      const bend = seed % 3 === 0 ? 1.5 : 0;
      const found = calibrated(overconfident(seed % 2 ? 3500 : 6000, heat, seed, bend));
      const test = overconfident(6000, heat, 100 + seed, bend);
      before += calibrationError(test.target, test.probabilities);
      const given = found ? applyCalibration(found.calibration, test.probabilities, 2, 1) : test.probabilities;
      after += calibrationError(test.target, given);
    }
    expect(after).toBeLessThan(0.6 * before);
    expect(calibrated(overconfident(2999, 3, 1))).toBeNull();
  });

  it('draws a line only with 5,000 rows and a metric that looks at probabilities', () => {
    const methodOf = (rows: number, ranks: boolean) =>
      calibrated(overconfident(rows, 1.5, 7, 3), ranks)?.calibration.method;
    expect(methodOf(4000, false)).toBe('temperature');
    expect(methodOf(12_000, false)).toBe('isotonic');
    expect(methodOf(12_000, true)).toBe('temperature');
  });

  it('gives every row by what the other parts taught', () => {
    const data = overconfident(3200, 2.5, 5);
    const found = calibrated(data)!;
    const whole = applyCalibration(found.calibration, data.probabilities, 2, 1);
    expect(found.crossFitted).not.toEqual(whole);
    for (let i = 0; i < whole.length; i += 2)
      expect(found.crossFitted[i]! + found.crossFitted[i + 1]!).toBeCloseTo(1, 12);
  });

  it('keeps the order of rows and sums of 1', () => {
    const line: Calibration = {
      method: 'isotonic',
      ...fitIsotonic(Uint8Array.of(0, 1, 0, 1, 1), Float64Array.of(0.1, 0.2, 0.3, 0.6, 0.9)),
    };
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(applyIsotonic(line, low)).toBeLessThanOrEqual(applyIsotonic(line, high));
        const [no, yes] = applyTemperature(Float64Array.of(1 - a, a), 2, 1.7);
        expect(no! + yes!).toBeCloseTo(1, 12);
      }),
    );
  });
});

it('takes class weights out of probabilities', () => {
  const weighted = Float64Array.of(0.5, 0.5, 0.2, 0.8);
  const plain = withoutClassWeights(weighted, [1, 4]);
  expect(plain[1]).toBeCloseTo(0.2, 12);
  expect(plain[2]! + plain[3]!).toBeCloseTo(1, 12);
});

describe('thresholds', () => {
  const f1 = metricById('f1')!;

  it('raise F1 of rare positives above that at 0.5', () => {
    const data = overconfident(4000, 0.7, 3);
    const found = bestThreshold(f1, { ...data, positive: 1 });
    const at = (threshold: number) =>
      f1.compute(data.target, atThreshold(data.probabilities, 1, threshold), { classes: 2, positive: 1 });
    expect(found.threshold).toBeLessThan(0.5);
    expect(at(found.threshold)).toBeCloseTo(found.score, 10);
    expect(found.score).toBeGreaterThan(at(0.5) + 0.02);
  });

  it('stay at 0.5 where others are no better', () => {
    const target = Float64Array.of(0, 0, 1, 1);
    const probabilities = Float64Array.of(0.9, 0.1, 0.8, 0.2, 0.2, 0.8, 0.1, 0.9);
    expect(bestThreshold(f1, { target, probabilities, positive: 1 })).toEqual({ threshold: 0.5, score: 1 });
  });
});

describe('intervals', () => {
  it.each([0.8, 0.9, 0.95])('hold %f of new values, of small and large ones alike', (level) => {
    const random = createRandom(4);
    const draw = () => {
      const predictions = Float64Array.from({ length: 4000 }, () => 1 + 9 * random.next());
      return { predictions, actual: predictions.map((value) => value + 0.3 * value * random.normal()) };
    };
    const seen = draw();
    const fresh = draw();
    const ends = intervalsAround(residualTable(seen.actual, seen.predictions)!, fresh.predictions, level);
    const holds = (keep: (value: number) => boolean) => {
      const rows = Array.from(fresh.predictions.keys()).filter((row) => keep(fresh.predictions[row]!));
      const inside = rows.filter(
        (row) => fresh.actual[row]! >= ends[row * 2]! && fresh.actual[row]! <= ends[row * 2 + 1]!,
      );
      return inside.length / rows.length;
    };
    expect(holds(() => true)).toBeGreaterThan(level - 0.02);
    expect(holds(() => true)).toBeLessThan(level + 0.04);
    expect(holds((value) => value < 3)).toBeGreaterThan(level - 0.05);
    expect(holds((value) => value > 8)).toBeGreaterThan(level - 0.05);
  });

  it('are as wide as the outermost errors where rows are few, and none below 20', () => {
    const target = Float64Array.from({ length: 25 }, (_, i) => i);
    const table = residualTable(
      target,
      target.map((value, i) => value + (i % 5) - 2),
    )!;
    expect(Array.from(intervalsAround(table, [100], 0.99))).toEqual([98, 102]);
    expect(residualTable(target.slice(0, 19), target.slice(0, 19))).toBeNull();
  });
});
