import type { TaskKind } from '@laurel/contracts';

/** The target of the training rows as columns of numbers: 0/1 per class (one for two classes), or the standardised value. */
export interface TargetOutputs {
  values: Float64Array[];
  /** of several classes: the index of the class of each output */
  classes?: number[];
  /** rows of one number belong together: their codes of the target are made from other blocks (`targetFolds`) */
  blocks?: Int32Array;
}

/** At most this many classes get columns of their own; the most frequent. */
const classLimit = 10;

/** `target` and `blocks` have an entry for every row of the table. */
export function targetOutputs(
  task: TaskKind,
  classes: number,
  target: Float64Array,
  rows: Int32Array,
  blocks?: Int32Array,
): TargetOutputs {
  const own = blocks ? { blocks: rows.map((row) => blocks[row]!) } : {};
  if (task === 'regression') {
    const { mean, scale } = momentsOf(target, rows);
    return { values: [Float64Array.from(rows, (row) => (target[row]! - mean) / scale)], ...own };
  }
  if (classes === 2) return { values: [Float64Array.from(rows, (row) => (target[row] === 1 ? 1 : 0))], ...own };
  const counts = new Float64Array(classes);
  for (const row of rows) counts[target[row]!]! += 1;
  const order = Array.from(counts.keys()).sort((a, b) => counts[b]! - counts[a]! || a - b);
  const kept = order.slice(0, classLimit).filter((k) => counts[k]! > 0);
  const values = kept.map((k) => Float64Array.from(rows, (row) => (target[row] === k ? 1 : 0)));
  return { values, classes: kept, ...own };
}

/** Mean and standard deviation of some rows; a scale of 1 where all are equal. */
export function momentsOf(values: Float64Array, rows: Int32Array): { mean: number; scale: number } {
  let sum = 0;
  for (const row of rows) sum += values[row]!;
  const mean = rows.length > 0 ? sum / rows.length : 0;
  let squares = 0;
  for (const row of rows) squares += (values[row]! - mean) ** 2;
  const scale = Math.sqrt(squares / Math.max(1, rows.length));
  return { mean, scale: scale > 1e-12 * Math.abs(mean) && scale > 0 ? scale : 1 };
}
