import type { TaskKind } from '@laurel/contracts';
import { type Column, isNumeric, type Table } from '@laurel/tabular';
import type { MadeFacts } from '../models/types.ts';
import { targetOutputs } from './outputs.ts';
import { tellingKeys } from './recipe/telling-keys.ts';
import { targetFolds } from './target-encoding.ts';

/** From here on a category has too many levels for trees to tell them apart one by one. */
const manyLevels = 100;
/** Rows that are looked at, evenly taken. */
const mostRows = 20_000;

/** What features can be made of a table's columns, by its training rows, the first of the table. */
export function madeFacts(
  table: Table,
  trainingRows: number,
  {
    task,
    classes,
    target,
    blocks,
  }: { task: TaskKind; classes: number; target: Float64Array; blocks?: Int32Array | undefined },
): MadeFacts {
  const stride = Math.max(1, Math.ceil(trainingRows / mostRows));
  const rows = Int32Array.from({ length: Math.floor(trainingRows / stride) }, (_, i) => i * stride);
  const outputs = targetOutputs(task, classes, target, rows, blocks);
  const found = Array.from(tellingKeys(table, rows, outputs, targetFolds(outputs, 0)));
  const keys = found.flatMap((telling) => telling?.key ?? []);
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
