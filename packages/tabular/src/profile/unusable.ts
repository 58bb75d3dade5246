import { countLevels } from '../infer/infer.ts';
import { type Column, isNumeric, type NumericColumn, type Table } from '../table.ts';
import { duplicateColumns } from './duplicates.ts';

/** A column that no model should learn from, with the reason as a sentence for people. */
export interface UnusableColumn {
  column: string;
  code: 'ID_LIKE' | 'CONSTANT' | 'ALL_MISSING' | 'DUPLICATE_OF';
  reason: string;
}

const idName = /(?:^|[^a-z])(?:id|uuid|guid|index|key|rowid|rownum|rownames?|serial)$|^unnamed|[a-z0-9]I[Dd]$/;
const timeName = /year|date|time|day|month|week|quarter|period|hour|minute|second|epoch|timestamp/i;

/**
 * Columns to leave out of training whatever the target is: without values, with one value, copies of another column,
 * and identifiers. Leave the target out of the table first. In the order of the table, one entry per column.
 */
export function unusableColumns(table: Table): UnusableColumn[] {
  const twins = duplicateColumns(table);
  return table.columns.flatMap((column): UnusableColumn[] => {
    const found = verdict(column, twins.get(column.name));
    return found ? [{ column: column.name, ...found }] : [];
  });
}

function verdict(column: Column, twin: string | undefined): Omit<UnusableColumn, 'column'> | undefined {
  const name = column.name;
  const { present, distinct } = presence(column);
  if (present === 0) return { code: 'ALL_MISSING', reason: `${name} has no value in any row. It will be left out.` };
  if (distinct === 1 && present === lengthOf(column)) {
    return { code: 'CONSTANT', reason: `${name} has the same value in every row. It will be left out.` };
  }
  if (twin !== undefined) {
    return {
      code: 'DUPLICATE_OF',
      reason: `${name} holds the same values as ${twin} in every row. It will be left out.`,
    };
  }
  if (column.type === 'id') {
    const share = distinct === present ? 'every value is different' : `${distinct} of ${present} values are different`;
    return { code: 'ID_LIKE', reason: `${name} looks like an identifier: ${share}. It will be left out.` };
  }
  if (isNumeric(column) && column.type === 'numeric') {
    const why = numericIdentifier(column, distinct);
    if (why) return { code: 'ID_LIKE', reason: `${name} looks like an identifier: ${why}. It will be left out.` };
  }
  return undefined;
}

/** Whole numbers, all different and none missing, that run without a gap or are called an id. A calendar column is none. */
function numericIdentifier(column: NumericColumn, distinct: number): string | undefined {
  const { values, name } = column;
  if (values.length < 20 || distinct !== values.length || timeName.test(name)) return undefined;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isInteger(value)) return undefined;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (max - min + 1 === values.length) return `it numbers the rows from ${min} to ${max}`;
  return idName.test(name) || idName.test(name.toLowerCase())
    ? 'every row has its own whole number, and its name says so'
    : undefined;
}

function lengthOf(column: Column): number {
  return isNumeric(column) ? column.values.length : column.codes.length;
}

/** Values that are not missing, and how many of them are different. */
export function presence(column: Column): { present: number; distinct: number } {
  if (!isNumeric(column)) {
    const counts = countLevels(column.codes, column.levels.length);
    let present = 0;
    let distinct = 0;
    for (const count of counts) {
      present += count;
      if (count > 0) distinct++;
    }
    return { present, distinct };
  }
  const sorted = column.values.filter((value) => !Number.isNaN(value)).sort();
  let distinct = sorted.length > 0 ? 1 : 0;
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[i - 1]) distinct++;
  return { present: sorted.length, distinct };
}
