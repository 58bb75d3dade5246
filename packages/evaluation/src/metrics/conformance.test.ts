import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricTask } from '../metric.ts';
import { defaultMetric, isBetter, metricById, metricIds, metrics, metricsForTask, uniqueIds } from './registry.ts';

const classesOf: Record<MetricTask, number> = { binary: 2, multiclass: 4, regression: 1, forecast: 1 };

/** Rows with every class, and predictions that are right with some chance. */
const rowsFor = (task: MetricTask) =>
  fc
    .array(
      fc.record({
        truth: fc.nat(1000),
        noise: fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 4, maxLength: 4 }),
      }),
      {
        minLength: 8,
        maxLength: 40,
      },
    )
    .map((rows) => {
      const classes = classesOf[task];
      const target = Float64Array.from(rows, (row, i) =>
        classes === 1 ? row.truth / 10 + (i % 2) : i < classes ? i : row.truth % classes,
      );
      const predictions = new Float64Array(rows.length * classes);
      rows.forEach((row, i) => {
        const sum = row.noise.slice(0, classes).reduce((a, b) => a + b, 0);
        for (let k = 0; k < classes; k++) {
          const noise = row.noise[k] as number;
          predictions[i * classes + k] = classes === 1 ? (target[i] as number) + noise / 5 - 10 : noise / sum;
        }
      });
      return { target, predictions, classes };
    });

/** Predictions moved towards the truth by `share`. */
function improved(target: Float64Array, predictions: Float64Array, classes: number, share: number): Float64Array {
  return predictions.map((value, i) => {
    const row = target[Math.floor(i / classes)] as number;
    const truth = classes === 1 ? row : row === i % classes ? 1 : 0;
    return value + share * (truth - value);
  });
}

describe('registry', () => {
  it('has one file per metric, named by its id', () => {
    const files = readdirSync(new URL('.', import.meta.url)).filter(
      (f) => !f.includes('.test.') && f !== 'registry.ts',
    );
    expect(files.map((file) => file.replace('.ts', '')).sort()).toEqual([...metricIds].sort());
  });

  it('refuses two entries with one id', () => {
    expect(() => uniqueIds([{ id: 'a' }, { id: 'b' }, { id: 'a' }])).toThrow('two metrics have the id a');
  });

  it('finds by id and has a default for every task', () => {
    expect(metricById('rmse')?.label).toBe('RMSE');
    expect(metricById('__proto__')).toBeUndefined();
    for (const task of ['binary', 'multiclass', 'regression', 'forecast'] as const) {
      expect(metricsForTask(task)).toContain(defaultMetric(task));
    }
    expect(defaultMetric('multiclass').id).toBe('log_loss');
  });

  it('ranks a score that is not a number last', () => {
    expect(isBetter({ higherIsBetter: true }, 0.1, Number.NaN)).toBe(true);
    expect(isBetter({ higherIsBetter: false }, Number.NaN, 9)).toBe(false);
    expect(isBetter({ higherIsBetter: false }, 1, 2)).toBe(true);
  });
});

describe.each(metrics.map((metric) => [metric.id, metric] as const))('%s', (_, metric) => {
  describe.each(metric.tasks)('%s', (task) => {
    const arbitrary = rowsFor(task);
    const [low, high] = metric.range;

    it('stays within its range, and float32 predictions score nearly the same', () => {
      fc.assert(
        fc.property(arbitrary, ({ target, predictions, classes }) => {
          const score = metric.compute(target, predictions, { classes });
          expect(score).toBeGreaterThanOrEqual(low);
          expect(score).toBeLessThanOrEqual(high);
          if (metric.needs !== 'labels') {
            const single = metric.compute(target, Float32Array.from(predictions), { classes });
            expect(Math.abs(single - score)).toBeLessThan(1e-3 * Math.max(1, Math.abs(score)));
          }
        }),
        { numRuns: 30 },
      );
    });

    it('never scores predictions worse that moved towards the truth, and is best when they arrive', () => {
      fc.assert(
        fc.property(
          arbitrary,
          fc.double({ min: 0, max: 1, noNaN: true }),
          ({ target, predictions, classes }, share) => {
            const before = metric.compute(target, predictions, { classes });
            const after = metric.compute(target, improved(target, predictions, classes, share), { classes });
            const perfect = metric.compute(target, improved(target, predictions, classes, 1), { classes });
            const gain = (a: number, b: number) => (metric.higherIsBetter ? b - a : a - b);
            // single steps may cost a label metric that another class happened to serve, but the end never does
            if (metric.needs !== 'labels') expect(gain(before, after)).toBeGreaterThanOrEqual(-1e-9);
            expect(gain(after, perfect)).toBeGreaterThanOrEqual(-1e-9);
          },
        ),
        { numRuns: 30 },
      );
    });

    it('does not depend on the order of the rows, and a whole weight equals repeating the row', () => {
      fc.assert(
        fc.property(
          arbitrary,
          fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 40, maxLength: 40 }),
          (rows, repeats) => {
            const { target, predictions, classes } = rows;
            const n = target.length;
            const weights = Float64Array.from(repeats.slice(0, n));
            const order = Array.from({ length: n }, (_, i) => n - 1 - i).flatMap((i) =>
              new Array(repeats[i] as number).fill(i),
            );
            const repeated = metric.compute(
              Float64Array.from(order, (i) => target[i] as number),
              Float64Array.from(order.flatMap((i) => [...predictions.subarray(i * classes, (i + 1) * classes)])),
              { classes },
            );
            const weighted = metric.compute(target, predictions, { classes, weights });
            expect(Math.abs(weighted - repeated)).toBeLessThan(1e-9 * Math.max(1, Math.abs(repeated)));
          },
        ),
        { numRuns: 30 },
      );
    });

    it('is not a number for no rows and for predictions that are not', () => {
      const classes = classesOf[task];
      expect(metric.compute(new Float64Array(0), new Float64Array(0), { classes })).toBeNaN();
      const broken = new Float64Array(4 * classes).fill(1 / classes);
      broken[3] = Number.NaN;
      expect(metric.compute(Float64Array.of(0, 1, 0, 1), broken, { classes })).toBeNaN();
      expect(() => metric.compute(Float64Array.of(0, 1), new Float64Array(1), { classes })).toThrow(RangeError);
    });

    it('takes constant predictions', () => {
      const classes = classesOf[task];
      const target = Float64Array.from({ length: 12 }, (_, i) => (classes > 1 ? i % classes : i));
      const score = metric.compute(target, new Float64Array(12 * classes).fill(1 / classes), { classes });
      expect(score).toBeGreaterThanOrEqual(low);
      expect(score).toBeLessThanOrEqual(high);
    });
  });
});
