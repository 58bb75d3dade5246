import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metricById } from './registry.ts';

const score = (id: string, target: number[], predictions: number[], options: { classes: number; positive?: number }) =>
  metricById(id)?.compute(Float64Array.from(target), Float64Array.from(predictions), options);

const twoColumns = (positive: number[]) => positive.flatMap((p) => [1 - p, p]);

describe('what is not defined', () => {
  it('has no AUC when one class is absent, and 0.5 for a constant score', () => {
    expect(score('roc_auc', [1, 1, 1], twoColumns([0.2, 0.3, 0.4]), { classes: 2 })).toBeNaN();
    expect(score('pr_auc', [0, 0], twoColumns([0.2, 0.3]), { classes: 2 })).toBeNaN();
    expect(score('roc_auc', [1, 0, 1, 0], twoColumns([0.3, 0.3, 0.3, 0.3]), { classes: 2 })).toBe(0.5);
    expect(score('pr_auc', [1, 0, 0, 0], twoColumns([0.3, 0.3, 0.3, 0.3]), { classes: 2 })).toBe(0.25);
  });

  it('leaves out of a multiclass mean the classes that do not occur', () => {
    const predictions = [0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.6, 0.3, 0.1];
    expect(score('roc_auc', [0, 1, 0], predictions, { classes: 3 })).toBe(1);
    expect(score('balanced_accuracy', [0, 1, 0], predictions, { classes: 3 })).toBe(1);
    expect(score('f1_macro', [0, 1, 0], predictions, { classes: 3 })).toBe(1);
  });

  it('has no R² for a constant target and no RMSLE for a negative one', () => {
    expect(score('r2', [2, 2, 2], [1, 2, 3], { classes: 1 })).toBeNaN();
    expect(score('rmsle', [-1, 2], [1, 2], { classes: 1 })).toBeNaN();
    expect(score('rmsle', [0, 0], [-5, 0], { classes: 1 })).toBe(0);
  });

  it('has no F1 when the class neither occurs nor is predicted, and 0 when all of it is missed', () => {
    expect(score('f1', [0, 0], twoColumns([0.1, 0.2]), { classes: 2 })).toBeNaN();
    expect(score('f1', [1, 0], twoColumns([0.1, 0.2]), { classes: 2 })).toBe(0);
  });
});

describe('binary metrics', () => {
  it('clips log loss at 1e-15', () => {
    expect(score('log_loss', [1], twoColumns([0]), { classes: 2 })).toBeCloseTo(-Math.log(1e-15), 12);
    expect(score('log_loss', [1], twoColumns([1.0000001]), { classes: 2 })).toBe(0);
  });

  it('follows the positive class: the first column as positive mirrors the second', () => {
    const target = [0, 1, 1, 0, 1];
    const p = [0.2, 0.9, 0.4, 0.3, 0.6];
    const flipped = p.flatMap((value) => [value, 1 - value]);
    for (const id of ['roc_auc', 'pr_auc', 'f1', 'brier']) {
      const asFirst = score(
        id,
        target.map((t) => 1 - t),
        flipped,
        { classes: 2, positive: 0 },
      );
      expect(asFirst).toBeCloseTo(score(id, target, twoColumns(p), { classes: 2, positive: 1 }) as number, 12);
    }
  });

  it('keeps AUC under a monotone transform and mirrors it under negation', () => {
    const rows = fc.array(fc.record({ t: fc.nat(1), p: fc.integer({ min: 1, max: 9 }) }), {
      minLength: 4,
      maxLength: 50,
    });
    fc.assert(
      fc.property(rows, (items) => {
        const target = [0, 1, ...items.map((row) => row.t)];
        const p = [0.5, 0.5, ...items.map((row) => row.p / 10)];
        const auc = score('roc_auc', target, twoColumns(p), { classes: 2 }) as number;
        expect(score('roc_auc', target, twoColumns(p.map((v) => v ** 3)), { classes: 2 })).toBeCloseTo(auc, 12);
        expect(score('roc_auc', target, twoColumns(p.map((v) => 1 - v)), { classes: 2 })).toBeCloseTo(1 - auc, 12);
      }),
    );
  });
});

describe('median absolute error', () => {
  it('skips rows of no weight and averages the middle two', () => {
    const medae = metricById('medae');
    const at = (weights: number[]) =>
      medae?.compute(new Float64Array(4), Float64Array.of(1, 2, 4, 8), {
        classes: 1,
        weights: Float64Array.from(weights),
      });
    expect(at([1, 1, 1, 1])).toBe(3);
    expect(at([1, 0, 0, 1])).toBe(4.5);
    expect(at([0, 0, 3, 1])).toBe(4);
  });
});
