import type { TaskKind } from '@laurel/contracts';
import { type Column, createRandom, type Table } from '@laurel/tabular';
import type { FitInput } from '../types.ts';

export interface Synthetic {
  task: TaskKind;
  classes: number;
  features: Table;
  target: Float64Array;
}

/** A table with numbers, a category, a date and missing values whose target follows from them with some noise. */
export function synthetic(task: TaskKind, rows: number, seed: number, classes = task === 'binary' ? 2 : 3): Synthetic {
  const random = createRandom(seed);
  const draw = () => Float64Array.from({ length: rows }, () => random.normal());
  const [a, b, c] = [draw(), draw(), draw()];
  const skewed = draw().map((value) => Math.exp(2 * value));
  const levels = ['blue', 'green', 'red', 'yellow'];
  const codes = Int32Array.from({ length: rows }, () => random.int(4));
  const dates = Float64Array.from({ length: rows }, () => 1.6e12 + random.int(1000) * 86_400_000);
  const target = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const signal = 1.5 * a[i]! - b[i]! + 0.3 * Math.log(skewed[i]!) + 1.2 * (codes[i]! - 1.5);
    const noisy = signal + 0.5 * random.normal();
    if (task === 'regression') target[i] = 100 + 20 * noisy;
    else target[i] = Math.min(classes - 1, Math.max(0, Math.floor(((noisy + 4) / 8) * classes)));
    if (random.next() < 0.05) b[i] = Number.NaN;
    if (random.next() < 0.05) codes[i] = -1;
  }
  const columns: Column[] = [
    { name: 'a', type: 'numeric', values: a },
    { name: 'b', type: 'numeric', values: b },
    { name: 'noise', type: 'numeric', values: c },
    { name: 'skewed', type: 'numeric', values: skewed },
    { name: 'colour', type: 'categorical', codes, levels },
    { name: 'when', type: 'datetime', values: dates },
  ];
  return { task, classes, features: { rows, columns }, target };
}

/** Log loss or root mean squared error; lower is better. */
export function lossMetric(task: TaskKind, classes: number): FitInput['metric'] {
  return {
    higherIsBetter: false,
    score(target, predictions) {
      let sum = 0;
      for (let i = 0; i < target.length; i++) {
        if (task === 'regression') sum += (predictions[i]! - target[i]!) ** 2;
        else sum -= Math.log(Math.max(1e-15, predictions[i * classes + target[i]!]!));
      }
      return task === 'regression' ? Math.sqrt(sum / target.length) : sum / target.length;
    },
  };
}

/** Area under the ROC curve of the second class, ties counted half. */
export function areaUnderRoc(target: Float64Array, predictions: Float64Array): number {
  const order = Array.from(target.keys()).sort((i, j) => predictions[2 * i + 1]! - predictions[2 * j + 1]!);
  let ranks = 0;
  let ones = 0;
  for (let i = 0; i < order.length; ) {
    let end = i;
    while (end < order.length && predictions[2 * order[end]! + 1] === predictions[2 * order[i]! + 1]) end++;
    for (let k = i; k < end; k++) {
      if (target[order[k]!] !== 1) continue;
      ranks += (i + 1 + end) / 2;
      ones++;
    }
    i = end;
  }
  return (ranks - (ones * (ones + 1)) / 2) / (ones * (target.length - ones));
}

/** A fit on the first part of the rows with the rest for validation, without a clock. */
export function fitInput(data: Synthetic, config: FitInput['config'], changes: Partial<FitInput> = {}): FitInput {
  const cut = Math.ceil(data.features.rows * 0.7);
  const all = Int32Array.from({ length: data.features.rows }, (_, i) => i);
  return {
    task: data.task,
    classes: data.classes,
    train: { features: data.features, rows: all.subarray(0, cut), target: data.target },
    validation: { features: data.features, rows: all.subarray(cut), target: data.target },
    config,
    seed: 11,
    metric: lossMetric(data.task, data.classes),
    deadlineMs: Number.POSITIVE_INFINITY,
    now: () => 0,
    ...changes,
  };
}
