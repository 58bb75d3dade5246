import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { createRandom, deriveSeed, type Random } from '@laurel/tabular';
import type { FeatureInput } from '@laurel/trees';

export type Task = 'binary' | 'multiclass' | 'regression';

/** Rows to learn from or to predict, in memory. */
export interface Problem {
  task: Task;
  /** numbers per row of a prediction: classes with multiclass, else 1 */
  outputs: number;
  rows: number;
  features: FeatureInput[];
  /** 0 or 1, a class from 0, or a value */
  target: Float64Array;
}

/** Where a peer finds the same rows: float64 columns one after the other, the target last, missing is NaN. */
export interface ProblemFile {
  file: string;
  rows: number;
  columns: number;
  /** columns of category codes */
  categorical: number[];
}

export interface ProblemOptions {
  task: Task;
  rows: number;
  /** another seed gives other rows of the same distribution, as a test set needs them */
  seed: number;
}

const measured = 21;
const derived = 7;
const classes = 7;

/**
 * Rows like those of the Higgs set (Baldi, Sadowski and Whiteson 2014): 21 measured columns (skewed, symmetric, flat,
 * some of three values), 7 derived from them, of which the target uses about half.
 */
export function higgsLike({ task, rows, seed }: ProblemOptions): Problem {
  const random = createRandom(deriveSeed(seed, 'higgs-like'));
  const columns = Array.from({ length: measured + derived }, () => new Float64Array(rows));
  const target = new Float64Array(rows);
  const row = new Float64Array(measured + derived);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < measured; c++) row[c] = measuredValue(random, c);
    for (let d = 0; d < derived; d++) row[measured + d] = derivedValue(random, row, d);
    for (let c = 0; c < row.length; c++) (columns[c] as Float64Array)[r] = row[c] as number;
    target[r] = targetOf(random, row, task);
  }
  const features = columns.map((values): FeatureInput => ({ kind: 'numeric', values }));
  return { task, outputs: task === 'multiclass' ? classes : 1, rows, features, target };
}

function measuredValue(random: Random, column: number): number {
  if (column % 4 === 0 && column > 4) return [0, 0, 1.09, 2.17][random.int(4)] as number;
  if (column % 3 === 0) return Math.exp(0.5 * random.normal());
  return column % 3 === 1 ? random.normal() : 3.48 * random.next() - 1.74;
}

function derivedValue(random: Random, row: Float64Array, index: number): number {
  const a = row[3 * index] as number;
  const b = row[3 * ((index + 2) % derived)] as number;
  const angle = row[(3 * index + 2) % measured] as number;
  return Math.sqrt(a * a + b * b + 2 * a * b * Math.cos(angle) + 0.1) * (1 + 0.1 * random.normal());
}

function targetOf(random: Random, row: Float64Array, task: Task): number {
  const at = (column: number) => row[column] as number;
  const signal =
    Math.tanh(at(measured) - at(measured + 2)) +
    0.5 * Math.sin(2 * at(measured + 4)) +
    0.6 * at(1) * Math.max(0, at(4)) -
    0.3 * at(8);
  if (task === 'regression') return 10 * signal + 4 * random.normal();
  if (task === 'binary') return random.next() < 1 / (1 + Math.exp(-2 * signal)) ? 1 : 0;
  let best = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k++) {
    const gumbel = -Math.log(-Math.log(random.next() + 1e-300));
    const score = 2 * signal * Math.cos(k) + at(measured + k) * Math.sin(2 * k) + 1.5 * gumbel;
    if (score > highest) {
      highest = score;
      best = k;
    }
  }
  return best;
}

const categoricalColumns = 10;

/** Ten categorical columns of 30 to 200 levels, a few of them frequent and many rare, and four numeric ones; two classes. */
export function categoricalHeavy({ rows, seed }: Omit<ProblemOptions, 'task'>): Problem {
  const random = createRandom(deriveSeed(seed, 'categorical-heavy'));
  // levels mean the same in training and test rows
  const meaning = createRandom(deriveSeed(0, 'levels'));
  const levels = Array.from({ length: categoricalColumns }, (_, c) => 30 + Math.round((170 * c) / 9));
  const effects = levels.map((count) => Float64Array.from({ length: count }, () => meaning.normal()));
  const codes = levels.map(() => new Int32Array(rows));
  const numbers = Array.from({ length: 4 }, () => new Float64Array(rows));
  const target = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    let signal = 0;
    for (let c = 0; c < categoricalColumns; c++) {
      const level = Math.floor((levels[c] as number) * random.next() ** 2);
      (codes[c] as Int32Array)[r] = level;
      if (c % 2 === 0) signal += 0.5 * ((effects[c] as Float64Array)[level] as number);
    }
    for (const column of numbers) column[r] = random.normal();
    signal += 0.7 * ((numbers[0] as Float64Array)[r] as number);
    target[r] = random.next() < 1 / (1 + Math.exp(-signal)) ? 1 : 0;
  }
  const features: FeatureInput[] = [
    ...codes.map((column, c): FeatureInput => ({ kind: 'categorical', codes: column, levels: levels[c] as number })),
    ...numbers.map((values): FeatureInput => ({ kind: 'numeric', values })),
  ];
  return { task: 'binary', outputs: 1, rows, features, target };
}

/** Writes the rows for a peer. The file is in the byte order of this machine. */
export function writeProblem({ rows, features, target }: Problem, file: string): ProblemFile {
  const out = openSync(file, 'w');
  try {
    for (const values of [...features.map((feature) => denseColumn(feature, rows)), target]) {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      for (let at = 0; at < bytes.length; ) at += writeSync(out, bytes, at);
    }
  } finally {
    closeSync(out);
  }
  const categorical = features.flatMap((feature, c) => (feature.kind === 'categorical' ? [c] : []));
  return { file, rows, columns: features.length, categorical };
}

/** A file of float64 as writeProblem or a peer wrote it. */
export function readNumbers(file: string): Float64Array {
  const from = openSync(file, 'r');
  try {
    const numbers = new Float64Array(fstatSync(from).size / 8);
    const bytes = new Uint8Array(numbers.buffer);
    for (let at = 0; at < bytes.length; ) {
      const count = readSync(from, bytes, at, bytes.length - at, null);
      if (count === 0) throw new Error(`${file} is shorter than it was`);
      at += count;
    }
    return numbers;
  } finally {
    closeSync(from);
  }
}

/** One number per row: sparse columns filled with zeros, codes below 0 as NaN. */
export function denseColumn(feature: FeatureInput, rows: number): Float64Array {
  if (feature.kind === 'numeric') return feature.values;
  if (feature.kind === 'categorical') return Float64Array.from(feature.codes, (code) => (code < 0 ? Number.NaN : code));
  const values = new Float64Array(rows);
  feature.rows.forEach((row, i) => {
    values[row] = feature.values[i] as number;
  });
  return values;
}

/** Some rows of a problem, in the given order. */
export function takeProblem(problem: Problem, rows: Int32Array): Problem {
  const take = (values: Float64Array) => Float64Array.from(rows, (row) => values[row] as number);
  const features = problem.features.map((feature): FeatureInput => {
    if (feature.kind !== 'categorical') return { kind: 'numeric', values: take(denseColumn(feature, problem.rows)) };
    const codes = Int32Array.from(rows, (row) => feature.codes[row] as number);
    return { kind: 'categorical', codes, levels: feature.levels };
  });
  return { ...problem, rows: rows.length, features, target: take(problem.target) };
}

/** A number of rows in the name of a case: 2k, 1M. */
export function thousands(rows: number): string {
  return rows >= 1e6 ? `${rows / 1e6}M` : rows >= 1000 ? `${rows / 1000}k` : String(rows);
}
