import { TreesError } from '../errors.ts';
import type { ForestTask } from './types.ts';

/** leaves are f32, and sums of squares must stay finite */
const largestTarget = 1e30;

/** Throws INVALID_DATA unless there is a finite number, or a class that exists, for every row. */
export function checkTarget(target: Float64Array, rows: number, task: ForestTask): void {
  if (!(rows > 0)) throw new TreesError('INVALID_DATA', 'There are no rows to learn from.');
  if (target.length !== rows) {
    throw new TreesError('INVALID_DATA', `${target.length} targets do not match ${rows} rows.`);
  }
  for (let row = 0; row < rows; row++) {
    const value = target[row]!;
    if (task.kind === 'regression') {
      if (!(Math.abs(value) <= largestTarget)) {
        throw new TreesError(
          'INVALID_DATA',
          `The target of row ${row} is ${value}; it must be a number between -1e30 and 1e30. Leave out rows without one.`,
        );
      }
    } else if (!(Number.isInteger(value) && value >= 0 && value < task.classes)) {
      throw new TreesError(
        'INVALID_DATA',
        `The class of row ${row} is ${value}; classes are whole numbers from 0 to ${task.classes - 1}.`,
      );
    }
  }
}

/** What to predict without any feature: class shares, or the mean. And whether all rows that count have one target. */
export function constantOf(
  target: Float64Array,
  weights: Float32Array | null,
  classes: number,
): { base: Float64Array; isConstant: boolean } {
  const base = new Float64Array(Math.max(1, classes));
  let total = 0;
  let first = Number.NaN;
  let isConstant = true;
  for (let row = 0; row < target.length; row++) {
    const weight = weights ? weights[row]! : 1;
    if (weight === 0) continue;
    const value = target[row]!;
    if (total === 0) first = value;
    isConstant &&= value === first;
    total += weight;
    if (classes > 0) base[value]! += weight;
    else base[0]! += weight * value;
  }
  // The mean of equal numbers is that number, without rounding.
  if (isConstant && classes === 0) return { base: Float64Array.of(first), isConstant };
  return { base: base.map((sum) => sum / total), isConstant };
}
