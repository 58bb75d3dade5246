import { countLevels } from '../infer/infer.ts';
import { type CodedColumn, type Column, isNumeric, type NumericColumn, type Table } from '../table.ts';
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
  const { present, constant } = presence(column);
  if (present === 0) return { code: 'ALL_MISSING', reason: `${name} has no value in any row. It will be left out.` };
  if (constant && present === lengthOf(column)) {
    return { code: 'CONSTANT', reason: `${name} has the same value in every row. It will be left out.` };
  }
  if (twin !== undefined) {
    return {
      code: 'DUPLICATE_OF',
      reason: `${name} holds the same values as ${twin} in every row. It will be left out.`,
    };
  }
  const why = isNumeric(column) ? numericIdentifier(column) : textIdentifier(column, present);
  return why
    ? { code: 'ID_LIKE', reason: `${name} looks like an identifier: ${why}. It will be left out.` }
    : undefined;
}

function textIdentifier(column: CodedColumn, present: number): string | undefined {
  if (column.type !== 'id') return undefined;
  const distinct = countLevels(column.codes, column.levels.length).reduce((sum, count) => sum + Math.sign(count), 0);
  if (distinct === present) return 'every value is different';
  return `${distinct.toLocaleString('en')} of ${present.toLocaleString('en')} values are different`;
}

/** Whole numbers, all different and none missing, that run without a gap or are called an id. A calendar column is none. */
function numericIdentifier(column: NumericColumn): string | undefined {
  const { values, name } = column;
  if (column.type !== 'numeric' || values.length < 20 || timeName.test(name)) return undefined;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isInteger(value)) return undefined;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const named = idName.test(name) || idName.test(name.toLowerCase());
  const gapless = max - min + 1 === values.length;
  if (!(gapless || named) || !allDifferent(values)) return undefined;
  return gapless
    ? `it numbers the rows from ${min} to ${max}`
    : 'every row has its own whole number, and its name says so';
}

function allDifferent(values: Float64Array): boolean {
  const sorted = values.slice().sort();
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) return false;
  return true;
}

function lengthOf(column: Column): number {
  return isNumeric(column) ? column.values.length : column.codes.length;
}

/** How many values are not missing, and whether those are all the same. */
function presence(column: Column): { present: number; constant: boolean } {
  let present = 0;
  let constant = true;
  let first: number | undefined;
  const cells = isNumeric(column) ? column.values : column.codes;
  const missing = isNumeric(column) ? Number.isNaN : (code: number) => code < 0;
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row]!;
    if (missing(cell)) continue;
    present++;
    first ??= cell;
    if (cell !== first) constant = false;
  }
  return { present, constant };
}
