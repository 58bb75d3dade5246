import type { ColumnType } from '@laurel/contracts';
import { type DateFormat, detectDateFormat, parseDate } from '../cells/dates.ts';
import { isInfinity, type NumberStyle, parseNumber } from '../cells/numbers.ts';
import { areBooleanWords } from '../cells/words.ts';
import { sortLevels } from '../order.ts';
import type { CodedColumn, Column, Table } from '../table.ts';
import type { RawColumn, RawTable } from './raw.ts';

/** What was seen while a column's type was decided; the profile makes sentences of it. Rows are 1-based data rows. */
export type ColumnNote =
  | { code: 'INFINITE'; count: number }
  | { code: 'LOCALE_NUMBERS'; style: 'thousands' | 'comma'; example: string; readAs: number }
  | { code: 'LEADING_ZEROS'; example: string }
  | { code: 'LARGE_INTEGERS'; example: string }
  | { code: 'MIXED_TYPES'; numbers: number; others: number; example: string; row: number }
  | { code: 'AMBIGUOUS_DATES'; format: DateFormat; other: DateFormat; example: string };

export interface ColumnInference {
  name: string;
  type: ColumnType;
  dateFormat: string | null;
  notes: ColumnNote[];
}

export interface InferenceOptions {
  /** the decimal mark given or sniffed for the file */
  decimal?: '.' | ',';
}

/** Decides the type of every column; see `inferColumn`. */
export function inferTable(
  raw: RawTable,
  options: InferenceOptions = {},
): { table: Table; columns: ColumnInference[] } {
  const inferred = raw.columns.map((column) => inferColumn(column, options));
  return {
    table: { rows: raw.rows, columns: inferred.map((one) => one.column) },
    columns: inferred.map((one) => one.inference),
  };
}

/**
 * The type of a column, by the first rule that fits:
 * 1. numeric: every value is a number in one style (1234.5, 1,234.5 or 1.234,5). Infinity counts as missing. Leading
 *    zeros and whole numbers beyond 2^53 are not numbers: their digits would be lost.
 * 2. boolean: the two words of true/false, yes/no, t/f or y/n. 3. datetime: one of `dateFormats` reads every value.
 * 4. text: sentences or long strings, mostly different. 5. id: at least 20 values, 99 % of them different.
 * 6. categorical: everything else, and a column without values.
 */
export function inferColumn(
  raw: RawColumn,
  options: InferenceOptions = {},
): { column: Column; inference: ColumnInference } {
  const { name } = raw;
  if (raw.kind === 'dates') return done({ name, type: 'datetime', values: raw.values }, []);
  if (raw.kind === 'numbers') {
    const notes: ColumnNote[] = raw.infinite > 0 ? [{ code: 'INFINITE', count: raw.infinite }] : [];
    const empty = raw.values.every(Number.isNaN);
    if (!empty || notes.length > 0) return done({ name, type: 'numeric', values: raw.values }, notes);
    return done({ name, type: 'categorical', codes: new Int32Array(raw.values.length).fill(-1), levels: [] }, []);
  }
  return inferStrings(raw, options);
}

function done(column: Column, notes: ColumnNote[]): { column: Column; inference: ColumnInference } {
  const dateFormat = 'dateFormat' in column ? (column.dateFormat ?? null) : null;
  return { column, inference: { name: column.name, type: column.type, dateFormat, notes } };
}

type StringsColumn = Extract<RawColumn, { kind: 'strings' }>;

function inferStrings(raw: StringsColumn, options: InferenceOptions) {
  const { name, codes, levels } = raw;
  const counts = countLevels(codes, levels.length);
  const style = levels.length === 0 ? undefined : numberStyle(levels, options.decimal ?? '.');
  if (style) {
    const byLevel = Float64Array.from(levels, (level) => parseNumber(level, style) ?? Number.NaN);
    const values = Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : byLevel[code]!));
    return done({ name, type: 'numeric', values }, numericNotes(levels, counts, style));
  }
  if (areBooleanWords(levels)) return done(coded(name, 'boolean', codes, levels), []);
  const dates = detectDateFormat(levels);
  if (dates) {
    const byLevel = Float64Array.from(levels, (level) => parseDate(level, dates.format)!);
    const values = Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : byLevel[code]!));
    const notes: ColumnNote[] = dates.ambiguousWith
      ? [{ code: 'AMBIGUOUS_DATES', format: dates.format, other: dates.ambiguousWith, example: levels[0]! }]
      : [];
    return done({ name, type: 'datetime', values, dateFormat: dates.format }, notes);
  }
  const notes = stringNotes(raw, counts);
  return done(coded(name, stringType(levels, counts), codes, levels), notes);
}

function coded(name: string, type: CodedColumn['type'], codes: Int32Array, levels: string[]): CodedColumn {
  return { name, type, codes, levels: sortLevels(codes, levels) };
}

export function countLevels(codes: Int32Array, levelCount: number): Int32Array {
  const counts = new Int32Array(levelCount);
  for (let row = 0; row < codes.length; row++) if (codes[row]! >= 0) counts[codes[row]!]!++;
  return counts;
}

/** The one style that reads every value; infinities fit any. */
function numberStyle(levels: readonly string[], decimal: '.' | ','): NumberStyle | undefined {
  const styles: NumberStyle[] = decimal === ',' ? ['comma', 'plain'] : ['plain', 'thousands', 'comma'];
  return styles.find((style) => {
    let numbers = 0;
    for (const level of levels) {
      if (parseNumber(level, style) !== undefined) numbers++;
      else if (!isInfinity(level)) return false;
    }
    return numbers > 0;
  });
}

function numericNotes(levels: readonly string[], counts: Int32Array, style: NumberStyle): ColumnNote[] {
  const notes: ColumnNote[] = [];
  const infinite = levels.reduce((sum, level, code) => sum + (isInfinity(level) ? counts[code]! : 0), 0);
  if (infinite > 0) notes.push({ code: 'INFINITE', count: infinite });
  const example = levels.find((level) => parseNumber(level) === undefined && !isInfinity(level));
  const special = style === 'comma' ? (levels.find((level) => level.includes(',')) ?? example) : example;
  if (style !== 'plain' && special !== undefined) {
    notes.push({ code: 'LOCALE_NUMBERS', style, example: special, readAs: parseNumber(special, style)! });
  }
  return notes;
}

function stringNotes(raw: StringsColumn, counts: Int32Array): ColumnNote[] {
  const { codes, levels } = raw;
  let numbers = 0;
  let total = 0;
  let other = -1;
  levels.forEach((level, code) => {
    total += counts[code]!;
    if (parseNumber(level) !== undefined) numbers += counts[code]!;
    else if (other < 0) other = code;
  });
  const whole = levels.every((level) => /^\s*\d+\s*$/.test(level));
  const zeros = levels.find((level) => /^\s*0\d/.test(level));
  if (whole && zeros !== undefined) return [{ code: 'LEADING_ZEROS', example: zeros }];
  const large = levels.find((level) => /^\s*[+-]?\d{16,}\s*$/.test(level) && parseNumber(level) === undefined);
  if (large !== undefined && levels.every((level) => /^\s*[+-]?\d+\s*$/.test(level))) {
    return [{ code: 'LARGE_INTEGERS', example: large }];
  }
  if (other < 0 || numbers < 0.9 * total || numbers < 10) return [];
  // Which of the others comes first in the file is what a person looks for.
  const row = codes.findIndex((code) => code >= 0 && parseNumber(levels[code]!) === undefined);
  const example = levels[codes[row]!]!;
  return [{ code: 'MIXED_TYPES', numbers, others: total - numbers, example, row: row + 1 }];
}

function stringType(levels: readonly string[], counts: Int32Array): 'text' | 'id' | 'categorical' {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 'categorical';
  const share = levels.length / total;
  const step = Math.max(1, Math.floor(levels.length / 5000));
  let words = 0;
  let length = 0;
  let seen = 0;
  for (let code = 0; code < levels.length; code += step) {
    words += wordCount(levels[code]!);
    length += levels[code]!.length;
    seen++;
  }
  const meanWords = words / seen;
  const various = (share > 0.1 && levels.length > 20) || (share > 0.01 && levels.length > 1000);
  const long = meanWords >= 5 || (meanWords >= 3 && length / seen >= 50);
  if ((various && (meanWords >= 3 || long)) || (long && share > 0.5)) return 'text';
  if (total >= 20 && share >= 0.99) return 'id';
  return 'categorical';
}

function wordCount(text: string): number {
  const trimmed = text.trim();
  return trimmed === '' ? 0 : trimmed.split(/\s+/).length;
}
