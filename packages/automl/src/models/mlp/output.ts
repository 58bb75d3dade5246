import type { TaskKind } from '@laurel/contracts';
import type { LossSlope } from './step.ts';

/** How outputs become predictions; plain JSON. Values are standardised, and kept within what training had. */
export interface NetworkOutput {
  task: TaskKind;
  width: number;
  mean: number;
  scale: number;
  min: number;
  max: number;
}

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
export function startOf(output: NetworkOutput, target: Float64Array): Float64Array {
  if (output.task === 'regression') return new Float64Array(1);
  const counts = new Float64Array(output.width).fill(0.5);
  for (const value of target) counts[value]! += 1;
  return counts.map((count) => Math.log(count / target.length));
}

/** Derivative of the mean cross-entropy, or of half the mean squared error of the standardised target. */
export function lossSlopeOf(output: NetworkOutput, target: Float64Array): LossSlope {
  if (output.task === 'regression') {
    return (outputs, batch) => {
      for (let i = 0; i < batch.length; i++) {
        const standard = (target[batch[i]!]! - output.mean) / output.scale;
        outputs[i] = (outputs[i]! - standard) / batch.length;
      }
    };
  }
  const { width } = output;
  return (outputs, batch) => {
    for (let i = 0; i < batch.length; i++) {
      toShares(outputs, outputs, i * width, width);
      outputs[i * width + target[batch[i]!]!]! -= 1;
      for (let k = 0; k < width; k++) outputs[i * width + k]! /= batch.length;
    }
  };
}

export function predictionsOf(output: NetworkOutput, outputs: Float64Array, rows: number): Float64Array {
  const { width } = output;
  const out = new Float64Array(rows * width);
  for (let i = 0; i < rows; i++) {
    if (output.task !== 'regression') toShares(outputs, out, i * width, width);
    else out[i] = Math.min(output.max, Math.max(output.min, outputs[i]! * output.scale + output.mean));
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
