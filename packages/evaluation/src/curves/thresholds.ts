import { argsort } from '../sort.ts';

export interface ThresholdRow {
  threshold: number;
  tp: number;
  fp: number;
  fn: number;
  tn: number;
  /** null when nothing is called positive */
  precision: number | null;
  /** null when nothing is positive */
  recall: number | null;
  f1: number | null;
}

/** What happens at each threshold when a row is called positive at a probability >= threshold; default 0, 0.01, ... 1. */
export function thresholdTable(
  positive: Uint8Array,
  probabilities: ArrayLike<number>,
  thresholds: readonly number[] = Array.from({ length: 101 }, (_, i) => i / 100),
): ThresholdRow[] {
  const order = argsort(probabilities);
  const rows = order.length;
  const positivesFrom = new Float64Array(rows + 1);
  for (let i = rows - 1; i >= 0; i--) {
    positivesFrom[i] = (positivesFrom[i + 1] as number) + (positive[order[i] as number] as number);
  }
  return thresholds.map((threshold) => {
    let low = 0;
    let high = rows;
    while (low < high) {
      const mid = (low + high) >> 1;
      if ((probabilities[order[mid] as number] as number) >= threshold) high = mid;
      else low = mid + 1;
    }
    const tp = positivesFrom[low] as number;
    const fp = rows - low - tp;
    const fn = (positivesFrom[0] as number) - tp;
    return {
      threshold,
      tp,
      fp,
      fn,
      tn: low - fn,
      precision: tp + fp > 0 ? tp / (tp + fp) : null,
      recall: tp + fn > 0 ? tp / (tp + fn) : null,
      f1: 2 * tp + fp + fn > 0 ? (2 * tp) / (2 * tp + fp + fn) : null,
    };
  });
}

/** matrix[actual][predicted] from class indices. */
export function confusionMatrix(target: ArrayLike<number>, labels: ArrayLike<number>, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < target.length; i++) {
    const row = matrix[target[i] as number] as number[];
    row[labels[i] as number] = (row[labels[i] as number] as number) + 1;
  }
  return matrix;
}
