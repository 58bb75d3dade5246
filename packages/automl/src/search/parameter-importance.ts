import { createRandom, type Random } from '@laurel/tabular/random';
import type { Parameter } from '../models/types.ts';
import { comparableScore, type InsightFamily, positionOf, type SearchTrial, settingOf } from './insight-values.ts';

export interface ParameterImportance {
  name: string;
  label: string;
  /** part of all importance, 0 to 1; the shares of a family add up to 1 */
  share: number;
  /** lowest and highest share of most resamples of the trials: wide means that more trials are needed */
  low: number;
  high: number;
}

export type ImportanceOfParameters =
  /** fewer scored trials than `needed`: nothing can be said yet */
  | { kind: 'too-few-trials'; family: string; trials: number; needed: number }
  /** the scores do not follow from the parameters: differences are noise, or too small */
  | { kind: 'no-pattern'; family: string; trials: number }
  /** `explained`: share of the variance of the scores' ranks that is predicted for trials that were not learnt */
  | { kind: 'found'; family: string; trials: number; explained: number; parameters: ParameterImportance[] };

const groups = 12;
const treesPerGroup = 6;
const fewestTrials = 12;
const leastExplained = 0.05;
const smallestLeaf = 2;

/**
 * How much each hyperparameter of a family matters to the score: a small forest learns the rank of the score from the
 * configuration, and a parameter matters as much as the forest gets worse on left-out trials when its values are
 * shuffled (Breiman 2001). Every group of trees has a resample of the trials of its own; the interval is the spread over
 * groups. A forest of its own, since that of packages/trees is WebAssembly. The same trials give the same answer.
 */
export function parameterImportance(
  trials: readonly SearchTrial[],
  family: InsightFamily,
  higherIsBetter: boolean,
): ImportanceOfParameters {
  const scored = trials
    .filter((trial) => trial.family === family.id && comparableScore(trial) !== null)
    .sort((a, b) => a.number - b.number);
  const columns = columnsOf(scored, family);
  const needed = Math.max(fewestTrials, 3 * columns.length);
  const head = { family: family.id, trials: scored.length };
  if (scored.length < needed) return { kind: 'too-few-trials', ...head, needed };
  if (columns.length === 0) return { kind: 'no-pattern', ...head };
  const target = ranks(scored.map((trial) => (higherIsBetter ? trial.score! : -trial.score!)));
  const { explained, byGroup } = measure(columns, target);
  const mean = columns.map((_, k) => byGroup.reduce((sum, group) => sum + group[k]!, 0) / byGroup.length);
  const total = mean.reduce((sum, value) => sum + Math.max(0, value), 0);
  if (!(explained >= leastExplained) || total <= 0) return { kind: 'no-pattern', ...head };
  const parameters = columns.map(({ name, label }, k): ParameterImportance => {
    const shares = byGroup.map((group) => shareOf(group, k)).sort((a, b) => a - b);
    return { name, label, share: Math.max(0, mean[k]!) / total, low: shares[1]!, high: shares.at(-2)! };
  });
  parameters.sort((a, b) => b.share - a.share || (a.name < b.name ? -1 : 1));
  return { kind: 'found', ...head, explained, parameters };
}

interface Column {
  name: string;
  label: string;
  isChoice: boolean;
  values: number[];
}

function columnsOf(scored: readonly SearchTrial[], family: InsightFamily): Column[] {
  return Object.entries(family.space)
    .map(([name, parameter]: [string, Parameter]) => ({
      name,
      label: parameter.label,
      isChoice: parameter.kind === 'choice',
      values: scored.map((trial) => positionOf(parameter, settingOf(trial, family, name))),
    }))
    .filter(({ values }) => new Set(values).size > 1);
}

function shareOf(group: readonly number[], k: number): number {
  const total = group.reduce((sum, value) => sum + Math.max(0, value), 0);
  return total <= 0 ? 0 : Math.max(0, group[k]!) / total;
}

/** Ranks from 0 to 1, ties averaged: one hopeless configuration does not decide what matters. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
  const result = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) result[order[i]!] = (from + to - 1) / 2 / Math.max(1, values.length - 1);
    from = to;
  }
  return result;
}

/** Permutation importance of every group of trees on the trials that its resample left out, and what they explain. */
function measure(columns: readonly Column[], target: readonly number[]) {
  const random = createRandom(columns.length * 7919 + target.length);
  const rows = target.length;
  const sums = new Float64Array(rows);
  const counts = new Int32Array(rows);
  const byGroup: number[][] = [];
  for (let g = 0; g < groups; g++) {
    const drawn = Array.from({ length: rows }, () => random.int(rows));
    const inside = new Set(drawn);
    const left = target.map((_, i) => i).filter((i) => !inside.has(i));
    const trees = Array.from({ length: treesPerGroup }, () => grow(columns, target, drawn, random));
    const predict = (row: number, k = -1, from = row) =>
      trees.reduce<number>((sum, tree) => sum + follow(tree, columns, row, k, from), 0) / trees.length;
    let error = 0;
    for (const row of left) {
      const predicted = predict(row);
      sums[row] = sums[row]! + predicted;
      counts[row] = counts[row]! + 1;
      error += (predicted - target[row]!) ** 2;
    }
    byGroup.push(
      columns.map((_, k) => {
        const shuffled = random.shuffle([...left]);
        const worse = left.reduce((sum, row, i) => sum + (predict(row, k, shuffled[i]!) - target[row]!) ** 2, 0);
        return (worse - error) / Math.max(1, left.length);
      }),
    );
  }
  return { explained: explainedShare(target, sums, counts), byGroup };
}

function explainedShare(target: readonly number[], sums: Float64Array, counts: Int32Array): number {
  const mean = target.reduce((sum, value) => sum + value, 0) / target.length;
  let error = 0;
  let variance = 0;
  target.forEach((value, i) => {
    if (counts[i] === 0) return;
    error += (sums[i]! / counts[i]! - value) ** 2;
    variance += (value - mean) ** 2;
  });
  return variance > 0 ? 1 - error / variance : 0;
}

type Tree = number | { k: number; at: number; yes: Tree; no: Tree };

/** A regression tree on the rows: numbers split by a threshold, choices one against the rest. */
function grow(columns: readonly Column[], target: readonly number[], rows: readonly number[], random: Random): Tree {
  const mean = rows.reduce((sum, row) => sum + target[row]!, 0) / rows.length;
  if (rows.length < 2 * smallestLeaf) return mean;
  const looked = random.shuffle(columns.map((_, k) => k)).slice(0, Math.max(1, Math.ceil((columns.length * 2) / 3)));
  let best: { k: number; at: number; gain: number } | null = null;
  for (const k of looked) {
    const found = bestSplit(columns[k]!, target, rows, mean);
    if (found && (!best || found.gain > best.gain)) best = { k, ...found };
  }
  if (!best) return mean;
  const { k, at } = best;
  const goes = (row: number) => holds(columns[k]!, columns[k]!.values[row]!, at);
  return {
    k,
    at,
    yes: grow(columns, target, rows.filter(goes), random),
    no: grow(
      columns,
      target,
      rows.filter((row) => !goes(row)),
      random,
    ),
  };
}

function holds({ isChoice }: Column, value: number, at: number): boolean {
  return isChoice ? value === at : value <= at;
}

function bestSplit(column: Column, target: readonly number[], rows: readonly number[], mean: number) {
  const byValue = new Map<number, { sum: number; count: number }>();
  for (const row of rows) {
    const value = column.values[row]!;
    const entry = byValue.get(value) ?? { sum: 0, count: 0 };
    entry.sum += target[row]! - mean;
    entry.count++;
    byValue.set(value, entry);
  }
  const values = [...byValue].sort(([a], [b]) => a - b);
  let best: { at: number; gain: number } | null = null;
  let sum = 0;
  let count = 0;
  values.forEach(([value, entry], i) => {
    sum = column.isChoice ? entry.sum : sum + entry.sum;
    count = column.isChoice ? entry.count : count + entry.count;
    const rest = rows.length - count;
    if (count < smallestLeaf || rest < smallestLeaf) return;
    // around the mean the sums of both sides are opposite, so that this is the gain in squared error
    const gain = sum * sum * (1 / count + 1 / rest);
    const next = values[i + 1]?.[0] ?? value;
    if (gain > 1e-12 && (!best || gain > best.gain)) best = { at: column.isChoice ? value : (value + next) / 2, gain };
  });
  return best as { at: number; gain: number } | null;
}

/** What the tree says of `row`, its parameter `k` read from the row `from`. */
function follow(tree: Tree, columns: readonly Column[], row: number, k: number, from: number): number {
  let node = tree;
  while (typeof node !== 'number') {
    const value = columns[node.k]!.values[node.k === k ? from : row]!;
    node = holds(columns[node.k]!, value, node.at) ? node.yes : node.no;
  }
  return node;
}
