import type { ColumnType } from '@laurel/contracts';
import { AppError } from '@laurel/contracts';
import { countLevels } from '../infer/infer.ts';
import { sortLevels } from '../order.ts';
import { type CodedColumn, type Column, isNumeric, type Table } from '../table.ts';
import { type DateFormat, dateFormats, parseDate } from './dates.ts';
import { type NumberStyle, parseNumber } from './numbers.ts';

/**
 * The table with one column as another type, as a person asked. What cannot be read as that type becomes missing.
 * Throws COLUMN_NOT_FOUND, or PARAMETER_INVALID when not a single value can be read as the type.
 */
export function castColumn(table: Table, name: string, type: ColumnType): Table {
  const index = table.columns.findIndex((column) => column.name === name);
  if (index < 0) {
    throw new AppError(
      'COLUMN_NOT_FOUND',
      `There is no column ${JSON.stringify(name)}. Look at the dataset for the names.`,
    );
  }
  const columns = [...table.columns];
  columns[index] = convertColumn(columns[index]!, type);
  return { rows: table.rows, columns };
}

/** One column as another type; see `castColumn`. */
export function convertColumn(column: Column, type: ColumnType): Column {
  if (column.type === type) return column;
  if (type === 'numeric') return isNumeric(column) ? withValues(column, type, column.values) : numbersOf(column);
  if (type === 'datetime') return isNumeric(column) ? datesOfNumbers(column.name, column.values) : datesOf(column);
  const coded = isNumeric(column) ? textsOf(column) : column;
  if (type === 'boolean' && coded.levels.length > 2)
    throw notReadable(column.name, 'boolean', 'it has more than two values');
  return { name: column.name, type, codes: coded.codes, levels: coded.levels };
}

function withValues(column: Column, type: 'numeric' | 'datetime', values: Float64Array): Column {
  return { name: column.name, type, values };
}

/** In the style that reads the most rows; text that is no number becomes missing, and leading zeros are lost. */
function numbersOf(column: CodedColumn): Column {
  const styles: NumberStyle[] = ['plain', 'thousands', 'comma'];
  const asked = (text: string, style: NumberStyle) => parseNumber(text, style) ?? asDigits(text);
  const byLevel = bestReading(column, styles, asked);
  if (!byLevel) throw notReadable(column.name, 'numeric', 'no value is a number');
  return { name: column.name, type: 'numeric', values: valuesByCode(column.codes, byLevel) };
}

/** 00123 and very long whole numbers: not numbers by themselves, but a person may say so. */
function asDigits(text: string): number | undefined {
  return /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : undefined;
}

function datesOf(column: CodedColumn): Column {
  let format: DateFormat = dateFormats[0];
  const byLevel = bestReading(column, dateFormats, parseDate, (best) => {
    format = best;
  });
  if (!byLevel) throw notReadable(column.name, 'datetime', 'no value is a date in a format that Laurel knows');
  return { name: column.name, type: 'datetime', values: valuesByCode(column.codes, byLevel), dateFormat: format };
}

function bestReading<T>(
  column: CodedColumn,
  ways: readonly T[],
  parse: (text: string, way: T) => number | undefined,
  onBest: (way: T) => void = () => {},
): Float64Array | undefined {
  const counts = countLevels(column.codes, column.levels.length);
  let best: Float64Array | undefined;
  let bestRows = 0;
  for (const way of ways) {
    const byLevel = Float64Array.from(column.levels, (level) => parse(level, way) ?? Number.NaN);
    const rows = byLevel.reduce((sum, value, code) => (Number.isNaN(value) ? sum : sum + counts[code]!), 0);
    if (rows <= bestRows) continue;
    best = byLevel;
    bestRows = rows;
    onBest(way);
  }
  return best;
}

function valuesByCode(codes: Int32Array, byLevel: Float64Array): Float64Array {
  return Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : byLevel[code]!));
}

/**
 * Numbers that stand for dates: 20240131, a year, seconds or milliseconds since 1970, told apart by their size
 * (10^8 seconds are 1973, 10^11 milliseconds too).
 */
function datesOfNumbers(name: string, numbers: Float64Array): Column {
  const convert = numberDateReading(numbers);
  const values = numbers.map((value) => (Number.isNaN(value) ? value : convert(value)));
  if (values.every(Number.isNaN)) throw notReadable(name, 'datetime', 'its numbers are no dates');
  return { name, type: 'datetime', values };
}

function numberDateReading(numbers: Float64Array): (value: number) => number {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of numbers) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min >= 1000 && max <= 3000) return (value) => Date.UTC(Math.floor(value), 0, 1);
  if (min >= 1_000_01_01 && max <= 3000_12_31) {
    return (value) => {
      const digits = String(Math.trunc(value));
      return parseDate(`${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`, 'YYYY-MM-DD') ?? Number.NaN;
    };
  }
  return Math.max(Math.abs(min), Math.abs(max)) < 1e11 ? (value) => value * 1000 : (value) => value;
}

/** Numbers as JavaScript writes them; datetimes as ISO 8601, without a time when all are at midnight. */
export function textsOf(column: Column): CodedColumn {
  if (!isNumeric(column)) return column;
  const { name, values } = column;
  const dateOnly =
    column.type === 'datetime' && values.every((value) => Number.isNaN(value) || value % 86_400_000 === 0);
  const write = (value: number) => {
    if (column.type === 'numeric') return String(value);
    const iso = new Date(value).toISOString();
    return dateOnly ? iso.slice(0, 10) : iso;
  };
  const byValue = new Map<number, number>();
  const levels: string[] = [];
  const codes = Int32Array.from(values, (value) => {
    if (Number.isNaN(value)) return -1;
    const known = byValue.get(value);
    if (known !== undefined) return known;
    byValue.set(value, levels.length);
    return levels.push(write(value)) - 1;
  });
  return { name, type: 'categorical', codes, levels: sortLevels(codes, levels) };
}

function notReadable(name: string, type: ColumnType, why: string): AppError {
  return new AppError(
    'PARAMETER_INVALID',
    `The column ${JSON.stringify(name)} cannot be read as ${type}: ${why}. Choose another type.`,
    { details: { column: name, type } },
  );
}
