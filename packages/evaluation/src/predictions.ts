import type { Predictions } from './metric.ts';

/** True when every number is finite. */
export function allFinite(values: Float64Array | Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i] as number)) return false;
  return true;
}

/** Rows whose predictions and target are all finite: out-of-fold predictions hold NaN where a row was never validated. */
export function predictedRows(target: Float64Array, predictions: Predictions, outputs: number): Int32Array {
  const rows = new Int32Array(target.length);
  let count = 0;
  for (let i = 0; i < target.length; i++) {
    let whole = Number.isFinite(target[i] as number);
    for (let k = 0; k < outputs && whole; k++) whole = Number.isFinite(predictions[i * outputs + k] as number);
    if (whole) rows[count++] = i;
  }
  return rows.slice(0, count);
}

/** The given rows of a row-major matrix with `outputs` columns, as double precision. */
export function takeRows(values: ArrayLike<number>, rows: ArrayLike<number>, outputs: number): Float64Array {
  const out = new Float64Array(rows.length * outputs);
  for (let i = 0; i < rows.length; i++) {
    const from = (rows[i] as number) * outputs;
    for (let k = 0; k < outputs; k++) out[i * outputs + k] = values[from + k] as number;
  }
  return out;
}

/** Column `column` of a row-major matrix. */
export function columnOf(predictions: ArrayLike<number>, outputs: number, column: number): Float64Array {
  const rows = predictions.length / outputs;
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) out[i] = predictions[i * outputs + column] as number;
  return out;
}

/** Class with the highest probability per row; the lowest index wins a tie. */
export function argmaxLabels(predictions: ArrayLike<number>, classes: number): Int32Array {
  const rows = predictions.length / classes;
  const labels = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if ((predictions[i * classes + k] as number) > (predictions[i * classes + best] as number)) best = k;
    }
    labels[i] = best;
  }
  return labels;
}

/** Binary labels from the positive column at a threshold: positive when its probability is at least `threshold`. */
export function labelsAtThreshold(predictions: ArrayLike<number>, positive: number, threshold: number): Int32Array {
  const labels = new Int32Array(predictions.length / 2);
  for (let i = 0; i < labels.length; i++) {
    labels[i] = (predictions[i * 2 + positive] as number) >= threshold ? positive : 1 - positive;
  }
  return labels;
}

/** 1 where the row's class is `label`, else 0. */
export function isClass(target: ArrayLike<number>, label: number): Uint8Array {
  const out = new Uint8Array(target.length);
  for (let i = 0; i < target.length; i++) out[i] = target[i] === label ? 1 : 0;
  return out;
}

/** counts[actual * classes + predicted], weighted. */
export function confusionCounts(
  target: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  weights: Float64Array | null = null,
): Float64Array {
  const counts = new Float64Array(classes * classes);
  for (let i = 0; i < target.length; i++) {
    const cell = (target[i] as number) * classes + (labels[i] as number);
    counts[cell] = (counts[cell] as number) + (weights === null ? 1 : (weights[i] as number));
  }
  return counts;
}
