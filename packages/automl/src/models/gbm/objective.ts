import type { TaskKind } from '@laurel/contracts';

/**
 * A loss to boost. Raw scores are outputs x rows, one output after the other: one output for regression (in units of
 * the standardised target) and two classes (log odds), else one per class.
 */
export interface Objective {
  outputs: number;
  /** raw score of every row before the first tree, per output */
  start: Float64Array;
  /** outputs without a tree: classes that do not occur in training */
  skip: boolean[];
  /** once per round, before `fill` */
  prepare(scores: Float64Array): void;
  /** writes (gradient, hessian) of each row for one output */
  fill(pairs: Float64Array, output: number, scores: Float64Array): void;
  /** raw scores -> predictions, rows x classes or rows x 1 */
  predict(scores: Float64Array, rows: number, out: Float64Array): void;
}

export interface OutputScale {
  mean: number;
  scale: number;
  min: number;
  max: number;
}

export function createObjective(task: TaskKind, classes: number, target: Float64Array, scale: OutputScale): Objective {
  if (task === 'regression') return squared(target, scale);
  return classes === 2 ? logistic(target) : softmax(target, classes);
}

/** Predictions alone, for a model read back. */
export function createOutput(task: TaskKind, outputs: number, scale: OutputScale): Objective['predict'] {
  if (task === 'regression') return (scores, rows, out) => predictValues(scores, rows, out, scale);
  return outputs === 1 ? predictTwo : (scores, rows, out) => predictClasses(scores, rows, out, outputs);
}

function squared(target: Float64Array, scale: OutputScale): Objective {
  const standard = target.map((value) => (value - scale.mean) / scale.scale);
  return {
    outputs: 1,
    start: new Float64Array(1),
    skip: [false],
    prepare: () => {},
    fill(pairs, _output, scores) {
      for (let i = 0; i < standard.length; i++) {
        pairs[2 * i] = scores[i]! - standard[i]!;
        pairs[2 * i + 1] = 1;
      }
    },
    predict: (scores, rows, out) => predictValues(scores, rows, out, scale),
  };
}

function logistic(target: Float64Array): Objective {
  let ones = 0;
  for (const value of target) ones += value === 1 ? 1 : 0;
  const share = Math.max(0.5, Math.min(target.length - 0.5, ones)) / Math.max(1, target.length);
  return {
    outputs: 1,
    start: Float64Array.of(target.length === 0 ? 0 : Math.log(share / (1 - share))),
    skip: [ones === 0 || ones === target.length],
    prepare: () => {},
    fill(pairs, _output, scores) {
      for (let i = 0; i < target.length; i++) {
        const p = 1 / (1 + Math.exp(-scores[i]!));
        pairs[2 * i] = p - target[i]!;
        pairs[2 * i + 1] = Math.max(p * (1 - p), 1e-16);
      }
    },
    predict: predictTwo,
  };
}

/** Friedman 2001 with LightGBM's hessian factor K / (K - 1). */
function softmax(target: Float64Array, classes: number): Objective {
  const rows = target.length;
  const counts = new Float64Array(classes);
  for (const value of target) counts[value]! += 1;
  const probabilities = new Float64Array(rows * classes);
  const factor = classes / (classes - 1);
  return {
    outputs: classes,
    start: counts.map((count) => Math.log(Math.max(count, 0.5) / Math.max(1, rows))),
    skip: Array.from(counts, (count) => count === 0 || count === rows),
    prepare(scores) {
      for (let i = 0; i < rows; i++) {
        let top = Number.NEGATIVE_INFINITY;
        for (let k = 0; k < classes; k++) top = Math.max(top, scores[k * rows + i]!);
        let sum = 0;
        for (let k = 0; k < classes; k++) {
          const e = Math.exp(scores[k * rows + i]! - top);
          probabilities[k * rows + i] = e;
          sum += e;
        }
        for (let k = 0; k < classes; k++) probabilities[k * rows + i]! /= sum;
      }
    },
    fill(pairs, output) {
      for (let i = 0; i < rows; i++) {
        const p = probabilities[output * rows + i]!;
        pairs[2 * i] = p - (target[i] === output ? 1 : 0);
        pairs[2 * i + 1] = Math.max(factor * p * (1 - p), 1e-16);
      }
    },
    predict: (scores, count, out) => predictClasses(scores, count, out, classes),
  };
}

function predictValues(scores: Float64Array, rows: number, out: Float64Array, scale: OutputScale): void {
  for (let i = 0; i < rows; i++) out[i] = scores[i]! * scale.scale + scale.mean;
}

function predictTwo(scores: Float64Array, rows: number, out: Float64Array): void {
  for (let i = 0; i < rows; i++) {
    const p = 1 / (1 + Math.exp(-scores[i]!));
    out[2 * i] = 1 - p;
    out[2 * i + 1] = p;
  }
}

function predictClasses(scores: Float64Array, rows: number, out: Float64Array, classes: number): void {
  for (let i = 0; i < rows; i++) {
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) top = Math.max(top, scores[k * rows + i]!);
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      const e = Math.exp(scores[k * rows + i]! - top);
      out[i * classes + k] = e;
      sum += e;
    }
    for (let k = 0; k < classes; k++) out[i * classes + k]! /= sum;
  }
}
