import type { TaskKind } from '@laurel/contracts';

/** How outputs become predictions; plain JSON. Values are standardised, and kept within what training had. */
export interface NetworkOutput {
  task: TaskKind;
  width: number;
  mean: number;
  scale: number;
  min: number;
  max: number;
}

/** Target and weight (mean 1) of each training row. */
export interface Truth {
  target: Float64Array;
  weights: Float64Array | null;
}

/**
 * Turns outputs (copies * batch x width) into their derivative of the mean loss, in place. The loss of several copies is
 * the mean of their losses, not that of their mean (Gorishniy et al. 2025).
 */
export type LossSlope = (outputs: Float32Array, batch: Int32Array) => void;

export function fitOutput(task: TaskKind, classes: number, target: Float64Array): NetworkOutput {
  if (task !== 'regression') return { task, width: classes, mean: 0, scale: 1, min: 0, max: 0 };
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of target) {
    sum += value;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const mean = sum / target.length;
  let squares = 0;
  for (const value of target) squares += (value - mean) ** 2;
  return { task, width: 1, mean, scale: Math.sqrt(squares / target.length) || 1, min, max };
}

/** Outputs before training: log shares of the classes, with half a row for a class that does not occur; 0 for values. */
export function startOf(output: NetworkOutput, { target, weights }: Truth): Float64Array {
  if (output.task === 'regression') return new Float64Array(1);
  const counts = new Float64Array(output.width).fill(0.5);
  for (const [i, value] of target.entries()) counts[value]! += weights?.[i] ?? 1;
  return counts.map((count) => Math.log(count / target.length));
}

/**
 * Of the mean cross-entropy with a part `smoothing` of each row's weight spread over all classes, or of half the mean
 * squared error of the standardised target.
 */
export function lossSlopeOf(output: NetworkOutput, { target, weights }: Truth, smoothing = 0): LossSlope {
  const { width } = output;
  return (outputs, batch) => {
    const rows = outputs.length / width;
    for (let i = 0; i < rows; i++) {
      const row = batch[i % batch.length]!;
      const weight = (weights?.[row] ?? 1) / rows;
      if (output.task === 'regression') {
        outputs[i] = weight * (outputs[i]! - (target[row]! - output.mean) / output.scale);
        continue;
      }
      toShares(outputs, outputs, i * width, width);
      for (let k = 0; k < width; k++) {
        const wanted = (k === target[row] ? 1 - smoothing : 0) + smoothing / width;
        outputs[i * width + k] = weight * (outputs[i * width + k]! - wanted);
      }
    }
  };
}

/** Predictions, rows x classes or rows x 1, of outputs that are copies * rows x width: the mean over the copies. */
export function predictionsOf(output: NetworkOutput, outputs: Float64Array, rows: number): Float64Array {
  const { width } = output;
  const copies = rows > 0 ? outputs.length / (rows * width) : 1;
  const out = new Float64Array(rows * width);
  const shares = new Float64Array(width);
  for (let c = 0; c < copies; c++) {
    for (let i = 0; i < rows; i++) {
      const at = (c * rows + i) * width;
      if (output.task === 'regression') {
        out[i]! += Math.min(output.max, Math.max(output.min, outputs[at]! * output.scale + output.mean)) / copies;
        continue;
      }
      for (let k = 0; k < width; k++) shares[k] = outputs[at + k]!;
      toShares(shares, shares, 0, width);
      for (let k = 0; k < width; k++) out[i * width + k]! += shares[k]! / copies;
    }
  }
  return out;
}

function toShares(from: Float32Array | Float64Array, to: Float32Array | Float64Array, at: number, width: number): void {
  let top = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < width; k++) top = Math.max(top, from[at + k]!);
  let sum = 0;
  for (let k = 0; k < width; k++) {
    to[at + k] = Math.exp(from[at + k]! - top);
    sum += to[at + k]!;
  }
  for (let k = 0; k < width; k++) to[at + k]! /= sum;
}
