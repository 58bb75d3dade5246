import { createRandom, deriveSeed } from '@laurel/tabular';
import type { FamilyInfo, FitInput } from '../models/types.ts';
import type { PreparedData } from '../types.ts';

/** Numbers of the table, times classes, that a fit of relative cost 1 may get for each millisecond. */
const cellsPerMs = 4000;
const leastRows = 5000;

/**
 * How many training rows can be afforded: a family looks at the clock between two trees or passes, and on a very large
 * table one of those can take longer than the trial has.
 */
export function affordableRows(
  prepared: PreparedData,
  input: Pick<FitInput, 'classes'>,
  limitMs: number,
  { relativeCost, costByClass }: Pick<FamilyInfo, 'relativeCost' | 'costByClass'>,
): number {
  if (!Number.isFinite(limitMs)) return Number.POSITIVE_INFINITY;
  const outputs = costByClass && input.classes > 2 ? input.classes : 1;
  const perRow = prepared.features.columns.length * outputs * Math.max(0.3, relativeCost);
  return Math.max(leastRows, Math.floor((Math.max(0, limitMs) * cellsPerMs) / perRow));
}

/**
 * At most so many training rows, ascending: drawn by the fit's seed, evenly over the classes (each within one row of its
 * share). The same number gives the same rows.
 */
export function someRows({ train, seed, task }: Pick<FitInput, 'train' | 'seed' | 'task'>, most: number): Int32Array {
  const { rows, target } = train;
  if (rows.length <= most) return rows;
  const shuffled = createRandom(deriveSeed(seed, 'rows')).shuffle(rows.slice());
  if (task !== 'binary' && task !== 'multiclass') return shuffled.slice(0, most).sort();
  // One row out of every n / most, in the order of the classes: each class is met as often as it is frequent.
  const byClass = inOrderOfClasses(shuffled, target);
  return Int32Array.from({ length: most }, (_, i) => byClass[Math.floor(((i + 0.5) * rows.length) / most)]!).sort();
}

function inOrderOfClasses(rows: Int32Array, target: Float64Array): Int32Array {
  const starts: number[] = [];
  for (let i = 0; i < rows.length; i++) {
    const next = target[rows[i]!]! + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  }
  for (let k = 0, sum = 0; k < starts.length; k++) {
    sum += starts[k] ?? 0;
    starts[k] = sum;
  }
  const ordered = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const at = target[rows[i]!]!;
    ordered[starts[at]!++] = rows[i]!;
  }
  return ordered;
}
