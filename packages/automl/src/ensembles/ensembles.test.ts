import { metricById } from '@laurel/evaluation';
import { createRandom } from '@laurel/tabular';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PreparedData } from '../types.ts';
import { isClearlyBetter } from './clearly-better.ts';
import type { RowCandidates } from './members.ts';
import { rankingArea } from './ranking-area.ts';
import { applyStack, fitStack } from './stack.ts';

it('finds the area that the metric finds, ties and all', () => {
  const row = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.boolean());
  fc.assert(
    fc.property(fc.array(row, { minLength: 2, maxLength: 80 }), (rows) => {
      const scores = Float64Array.from(rows, ([value]) => value / 64);
      const positive = Uint8Array.from(rows, ([, isPositive]) => (isPositive ? 1 : 0));
      const both = Float64Array.from(rows.flatMap(([value]) => [1 - value / 64, value / 64]));
      const expected = metricById('roc_auc')!.compute(Float64Array.from(positive), both, { classes: 2, positive: 1 });
      const found = rankingArea(scores, positive);
      if (Number.isNaN(expected)) expect(found).toBeNaN();
      else expect(found).toBeCloseTo(expected, 12);
    }),
  );
});

describe('a stack', () => {
  const random = createRandom(1);
  const values = Float64Array.from({ length: 800 }, () => 50 + 10 * random.normal());
  const noisy = (sd: number, scale = 1) => values.map((value) => 50 + scale * (value - 50) + sd * random.normal());

  it('weighs values by their errors, undoes a shrunken one, and gives no model less than nothing', () => {
    const predictions = [noisy(2, 0.5), noisy(6), values.map((value) => 100 - value)];
    const model = fitStack({ target: values, predictions, outputs: 1 }, [0.4, 0.3, 0.3], 10);
    for (const weight of model.weights) expect(weight).toBeGreaterThanOrEqual(0);
    expect(model.weights[0]).toBeGreaterThan(model.weights[1]!);
    const rmse = (given: Float64Array) => metricById('rmse')!.compute(values, given, { classes: 1 });
    const stacked = rmse(applyStack(model, predictions, 1));
    expect(stacked).toBeLessThan(Math.min(...predictions.map(rmse)));
  });

  it('keeps to the ensemble where it is pulled hard', () => {
    const predictions = [noisy(2), noisy(2)];
    const model = fitStack({ target: values, predictions, outputs: 1 }, [0.3, 0.7], 1e9);
    expect(model.weights[0]).toBeCloseTo(0.3, 3);
    expect(model.weights[1]).toBeCloseTo(0.7, 3);
  });

  it('lowers the log loss of classes that are told too surely', () => {
    const target = Float64Array.from({ length: 900 }, () => random.int(3));
    const told = (sureness: number) => {
      const rows = Array.from(target, (label) => {
        const z = [0, 1, 2].map((k) => sureness * ((k === label ? 1 : 0) + random.normal()));
        const total = z.reduce((sum, value) => sum + Math.exp(value), 0);
        return z.map((value) => Math.exp(value) / total);
      });
      return Float64Array.from(rows.flat());
    };
    const predictions = [told(3), told(2)];
    const loss = (given: Float64Array) => metricById('log_loss')!.compute(target, given, { classes: 3 });
    const mean = predictions[0]!.map((p, i) => (p + predictions[1]![i]!) / 2);
    const model = fitStack({ target, predictions, outputs: 3 }, [0.5, 0.5], 10);
    const stacked = applyStack(model, predictions, 3);
    expect(loss(stacked)).toBeLessThan(loss(mean));
    for (let at = 0; at < stacked.length; at += 3) {
      expect(stacked[at]! + stacked[at + 1]! + stacked[at + 2]!).toBeCloseTo(1, 12);
    }
  });
});

it('tells a gap from luck', () => {
  const random = createRandom(5);
  const target = Float64Array.from({ length: 60 }, () => random.normal());
  const off = (sd: number) => target.map((value) => value + sd * random.normal());
  const prepared = {
    plan: { task: 'regression', metric: 'rmse', labels: [], positiveClass: null },
  } as unknown as PreparedData;
  const rows = { rows: Int32Array.from(target.keys()), target } as unknown as RowCandidates;
  const [good, alike, bad] = [off(0.5), off(0.5), off(2)] as const;
  expect(isClearlyBetter(prepared, rows, good, bad, 1)).toBe(true);
  expect(isClearlyBetter(prepared, rows, bad, good, 1)).toBe(false);
  const both = [isClearlyBetter(prepared, rows, good, alike, 1), isClearlyBetter(prepared, rows, alike, good, 1)];
  expect(both).toContain(false);
  const slightly = good.map((value, i) => value + 1e-3 * (i % 2 === 0 ? 1 : -1));
  expect(isClearlyBetter(prepared, rows, good, slightly, 1) && isClearlyBetter(prepared, rows, slightly, good, 1)).toBe(
    false,
  );
});
