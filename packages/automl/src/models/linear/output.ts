import type { TaskKind } from '@laurel/contracts';
import { validationLoss } from '../early-stopping.ts';
import type { FitInput } from '../types.ts';

/** How margins become predictions; plain JSON. */
export interface LinearOutput {
  task: TaskKind;
  /** classes, or 1 */
  width: number;
  mean: number;
  scale: number;
  /** standardised predictions are kept within a quarter of the range beyond what was seen */
  low: number;
  high: number;
  /** the target was log(1 + value); `smear` brings the mean back (Duan 1983), 1 leaves the median */
  log: boolean;
  smear: number;
}

export function fitOutput(task: TaskKind, classes: number, target: Float64Array, wantsLog: boolean): LinearOutput {
  const plain = { task, width: classes, mean: 0, scale: 1, low: 0, high: 0, log: false, smear: 1 };
  if (task !== 'regression') return plain;
  const log = wantsLog && target.every((value) => value >= 0);
  const values = log ? target.map(Math.log1p) : target;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    sum += value;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const mean = sum / Math.max(1, values.length);
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  const scale = Math.sqrt(squares / Math.max(1, values.length)) || 1;
  const margin = (max - min) / 4;
  return {
    ...plain,
    width: 1,
    log,
    mean,
    scale,
    low: (min - margin - mean) / scale,
    high: (max + margin - mean) / scale,
  };
}

/** What is fitted: class indices as they are, values standardised (after the logarithm). */
export function toFitted(output: LinearOutput, target: Float64Array): Float64Array {
  if (output.task !== 'regression') return target;
  return target.map((value) => ((output.log ? Math.log1p(value) : value) - output.mean) / output.scale);
}

export function toPredictions(output: LinearOutput, margins: Float64Array, rows: number): Float64Array {
  const { width } = output;
  const out = new Float64Array(rows * width);
  if (output.task === 'regression') {
    for (let i = 0; i < rows; i++) {
      const z = Math.min(output.high, Math.max(output.low, margins[i]!));
      const value = z * output.scale + output.mean;
      out[i] = output.log ? Math.max(0, Math.exp(value) * output.smear - 1) : value;
    }
  } else if (width === 2) {
    for (let i = 0; i < rows; i++) {
      const p = 1 / (1 + Math.exp(-margins[i]!));
      out[2 * i] = 1 - p;
      out[2 * i + 1] = p;
    }
  } else {
    for (let i = 0; i < rows; i++) softmaxRow(margins, out, i * width, width);
  }
  return out;
}

/** Takes the smearing factor when the metric likes it better than 1 on the training rows. */
export function withSmear(
  output: LinearOutput,
  margins: Float64Array,
  input: FitInput,
  target: Float64Array,
): LinearOutput {
  if (!output.log || target.length === 0) return output;
  let sum = 0;
  for (let i = 0; i < target.length; i++) {
    const z = Math.min(output.high, Math.max(output.low, margins[i]!));
    sum += Math.exp(Math.log1p(target[i]!) - (z * output.scale + output.mean));
  }
  const smeared = { ...output, smear: sum / target.length };
  const lossOf = (candidate: LinearOutput) => {
    const predictions = toPredictions(candidate, margins, target.length);
    const score = input.metric.score(target, predictions);
    if (!Number.isFinite(score)) return validationLoss('regression', 1, target, predictions);
    return input.metric.higherIsBetter ? -score : score;
  };
  return lossOf(smeared) < lossOf(output) ? smeared : output;
}

function softmaxRow(margins: Float64Array, out: Float64Array, at: number, classes: number): void {
  let top = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k++) if (margins[at + k]! > top) top = margins[at + k]!;
  let sum = 0;
  for (let k = 0; k < classes; k++) {
    const e = Math.exp(margins[at + k]! - top);
    out[at + k] = e;
    sum += e;
  }
  for (let k = 0; k < classes; k++) out[at + k]! /= sum;
}
