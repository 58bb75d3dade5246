import type { Predictions, WeightedScore } from './metric.ts';
import { argmaxLabels, confusionCounts } from './predictions.ts';

/** Row sums, column sums and diagonal of a confusion matrix, by class. */
export interface ClassTotals {
  actual: Float64Array;
  predicted: Float64Array;
  right: Float64Array;
  total: number;
}

/** A score made from the confusion matrix of the most probable labels. */
export function fromConfusion(
  target: Float64Array,
  predictions: Predictions,
  classes: number,
  score: (totals: ClassTotals) => number,
): WeightedScore {
  const labels = argmaxLabels(predictions, classes);
  return (weights) => score(classTotals(confusionCounts(target, labels, classes, weights), classes));
}

export function classTotals(counts: Float64Array, classes: number): ClassTotals {
  const actual = new Float64Array(classes);
  const predicted = new Float64Array(classes);
  const right = new Float64Array(classes);
  let total = 0;
  for (let a = 0; a < classes; a++) {
    for (let p = 0; p < classes; p++) {
      const count = counts[a * classes + p] as number;
      actual[a] = (actual[a] as number) + count;
      predicted[p] = (predicted[p] as number) + count;
      if (a === p) right[a] = count;
      total += count;
    }
  }
  return { actual, predicted, right, total };
}

/** F1 of one class: NaN when it neither occurs nor is predicted. */
export function f1Of(totals: ClassTotals, label: number): number {
  const sum = (totals.actual[label] as number) + (totals.predicted[label] as number);
  return sum > 0 ? (2 * (totals.right[label] as number)) / sum : Number.NaN;
}

/** Mean of `value(k)` over the classes where it is a number. */
export function meanOverClasses(classes: number, value: (label: number) => number): number {
  let sum = 0;
  let defined = 0;
  for (let k = 0; k < classes; k++) {
    const v = value(k);
    if (Number.isNaN(v)) continue;
    sum += v;
    defined++;
  }
  return defined > 0 ? sum / defined : Number.NaN;
}
