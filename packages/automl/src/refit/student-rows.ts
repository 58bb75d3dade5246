import { type Column, createRandom, deriveSeed, isNumeric, type Random, selectRows, type Table } from '@laurel/tabular';
import type { FitData } from '../models/types.ts';

export interface TaughtRows {
  features: Table;
  target: Float64Array;
  weights: Float64Array | undefined;
  /** 0: values */
  classes: number;
}

/** Share of the columns of a mixed row that come from another row. */
const swappedShare = 0.3;
/** The truth counts this much against the teacher's answer. */
const truthShare = 0.5;
/** Rows that are mixed at most, and answers of a row that are too unlikely to be learnt. */
const mostMixed = 50_000;
const leastShare = 0.02;

/**
 * What a student is taught: the given rows by truth and teacher, and rows mixed of them by the teacher alone. A class
 * answer that is shared between classes is a row of each with that share as its weight.
 */
export function studentRows(taught: TaughtRows, answer: (table: Table) => Float64Array, seed: number): FitData {
  const random = createRandom(deriveSeed(seed, 'mix'));
  const mixed = mixedRows(taught.features, random);
  const own = softTargets(answer(taught.features), taught);
  const others = answer(mixed);
  const features = stacked(taught.features, mixed);
  const soft = new Float64Array(own.length + others.length);
  soft.set(own);
  soft.set(others, own.length);
  const mean = taught.weights ? taught.weights.reduce((sum, w) => sum + w, 0) / Math.max(1, taught.target.length) : 1;
  const rowWeight = (row: number) => (taught.weights ? (taught.weights[row] ?? mean) : 1);
  return taught.classes === 0
    ? valueRows(features, soft, rowWeight)
    : classRows(features, soft, taught.classes, rowWeight);
}

function valueRows(features: Table, target: Float64Array, weightOf: (row: number) => number): FitData {
  const weights = Float64Array.from(target, (_, row) => weightOf(row));
  return { features, target, rows: allRows(features.rows), weights: meanOne(weights) };
}

function classRows(features: Table, soft: Float64Array, classes: number, weightOf: (row: number) => number): FitData {
  const from: number[] = [];
  const target: number[] = [];
  const weights: number[] = [];
  for (let row = 0; row < features.rows; row++) {
    for (let k = 0; k < classes; k++) {
      const share = soft[row * classes + k]!;
      if (share < leastShare) continue;
      from.push(row);
      target.push(k);
      weights.push(share * weightOf(row));
    }
  }
  return {
    features: selectRows(features, Int32Array.from(from)),
    target: Float64Array.from(target),
    rows: allRows(from.length),
    weights: meanOne(Float64Array.from(weights)),
  };
}

function softTargets(answers: Float64Array, { target, classes }: TaughtRows): Float64Array {
  if (classes === 0) return answers.map((value, row) => truthShare * target[row]! + (1 - truthShare) * value);
  const soft = answers.map((value) => (1 - truthShare) * value);
  target.forEach((label, row) => {
    soft[row * classes + label]! += truthShare;
  });
  return soft;
}

/** Rows of which some columns come from another row, at random: they look like the data and are not in it. */
function mixedRows(table: Table, random: Random): Table {
  const count = Math.min(mostMixed, table.rows);
  const first = random.shuffle(allRows(table.rows)).slice(0, count);
  const second = Int32Array.from({ length: count }, () => random.int(table.rows));
  const columns = table.columns.map((column) => {
    const rows = first.map((row, i) => (random.next() < swappedShare ? second[i]! : row));
    return selectRows({ rows: table.rows, columns: [column] }, rows).columns[0]!;
  });
  return { rows: count, columns };
}

function stacked(upper: Table, lower: Table): Table {
  const columns = upper.columns.map((column, index): Column => {
    const other = lower.columns[index]!;
    if (isNumeric(column) && isNumeric(other)) {
      const values = new Float64Array(upper.rows + lower.rows);
      values.set(column.values);
      values.set(other.values, upper.rows);
      return { ...column, values };
    }
    if (isNumeric(column) || isNumeric(other)) throw new Error(`The column ${column.name} has two kinds.`);
    const codes = new Int32Array(upper.rows + lower.rows);
    codes.set(column.codes);
    codes.set(other.codes, upper.rows);
    return { ...column, codes };
  });
  return { rows: upper.rows + lower.rows, columns };
}

function allRows(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row);
}

function meanOne(weights: Float64Array): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return total > 0 ? weights.map((weight) => (weight * weights.length) / total) : weights;
}
