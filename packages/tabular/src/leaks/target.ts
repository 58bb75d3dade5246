import { predictsValues, type TaskKind } from '@laurel/contracts';
import { sampledRows } from '../profile/correlations.ts';
import { createRandom } from '../random.ts';
import { type Column, findColumn, isNumeric, type Table } from '../table.ts';

/** The target of the rows that the checks look at: rows with a target, at most `maxCheckedRows` of them. */
export interface CheckedTarget {
  name: string;
  /** row numbers in the table */
  rows: Int32Array;
  /** class 0..classes-1, or the value, per checked row */
  values: Float64Array;
  /** 0 for regression */
  classes: number;
  /** the class as people write it */
  labels: string[];
  /** 0..4 per checked row */
  folds: Uint8Array;
}

export const foldCount = 5;
const maxCheckedRows = 50_000;
const maxClasses = 50;

/** Undefined when there is nothing to check against: no such column, a constant target, or more classes than 50. */
export function checkedTarget(table: Table, name: string, task: TaskKind): CheckedTarget | undefined {
  const column = findColumn(table, name);
  if (!column) return undefined;
  const present = rowsWithValue(column, table.rows);
  const rows = sampledRows(present.length, maxCheckedRows).map((index) => present[index]!);
  const random = createRandom(1);
  const folds = Uint8Array.from(rows, () => random.int(foldCount));
  const read = predictsValues(task) ? readValues(column, rows) : readClasses(column, rows);
  if (!read || rows.length < 20) return undefined;
  return { name, rows, folds, ...read };
}

function rowsWithValue(column: Column, count: number): Int32Array {
  const rows = new Int32Array(count);
  let used = 0;
  for (let row = 0; row < count; row++) {
    const missing = isNumeric(column) ? Number.isNaN(column.values[row]!) : column.codes[row]! < 0;
    if (!missing) rows[used++] = row;
  }
  return rows.subarray(0, used);
}

function readValues(column: Column, rows: Int32Array) {
  if (!isNumeric(column)) return undefined;
  return { values: Float64Array.from(rows, (row) => column.values[row]!), classes: 0, labels: [] };
}

function readClasses(column: Column, rows: Int32Array) {
  const cell = (row: number): number => (isNumeric(column) ? column.values[row]! : column.codes[row]!);
  const different = [...new Set(Array.from(rows, cell))].sort((a, b) => a - b);
  if (different.length < 2 || different.length > maxClasses) return undefined;
  const index = new Map(different.map((value, position) => [value, position]));
  const values = Float64Array.from(rows, (row) => index.get(cell(row))!);
  const labels = different.map((value) => (isNumeric(column) ? String(value) : column.levels[value]!));
  return { values, classes: different.length, labels };
}
