import { type Column, isNumeric, type Table } from '@laurel/tabular';
import type { MadeFacts } from '../models/types.ts';
import { keyColumns } from './recipe/keys.ts';

/** From here on a category has too many levels for trees to tell them apart one by one. */
const manyLevels = 100;
/** Rows that are looked at, evenly taken. */
const mostRows = 20_000;

/** What features can be made of a table's columns, by its training rows, the first of the table. */
export function madeFacts(table: Table, trainingRows: number): MadeFacts {
  const stride = Math.max(1, Math.ceil(trainingRows / mostRows));
  const rows = Int32Array.from({ length: Math.floor(trainingRows / stride) }, (_, i) => i * stride);
  const keys = keyColumns(table, rows);
  const ofType = (type: Column['type']) => table.columns.filter((column) => column.type === type).length;
  return {
    keys: keys.length,
    manyLevels: keys.filter(({ size }) => size > manyLevels).length,
    dates: ofType('datetime'),
    texts: ofType('text'),
    missing: table.columns.filter((column) => rows.some((row) => isMissing(column, row))).length,
  };
}

export function isMissing(column: Column, row: number): boolean {
  return isNumeric(column) ? Number.isNaN(column.values[row]!) : column.codes[row]! < 0;
}
