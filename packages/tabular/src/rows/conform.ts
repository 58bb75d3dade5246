import { AppError, type ModelInput } from '@laurel/contracts';
import { textsOf } from '../cells/convert.ts';
import { parseAnyDate } from '../cells/dates.ts';
import { type NumberStyle, parseNumber } from '../cells/numbers.ts';
import { foldName } from '../csv/header.ts';
import { sniffCsv } from '../csv/sniff.ts';
import { readCsvBytes } from '../csv/table-reader.ts';
import { inferTable } from '../infer/infer.ts';
import type { RawColumn, RawTable } from '../infer/raw.ts';
import { defaultLimits, type TableLimits } from '../limits.ts';
import { sortLevels } from '../order.ts';
import { type Column, isNumeric, type Table } from '../table.ts';
import { cellPath, mismatch, type RowsResult } from './records.ts';
import { knownLevels, type RowWarning, type UnseenCount, unseenWarning, unusedWarning } from './warnings.ts';

export interface ConformResult extends RowsResult {
  /** names of the model's inputs that were found, and that were not (only with `missing: 'as-missing'`) */
  matched: string[];
  missing: string[];
  /** the columns that the model does not use; the target may be among them */
  unused: Table;
  unseen: UnseenCount[];
}

export interface ConformOptions {
  /** what an absent input is: an error, or a column of missing values that the report names */
  missing?: 'error' | 'as-missing';
}

/**
 * The rows of a CSV as a table of exactly the model's inputs: columns are matched by name, exactly or else without
 * regard to case and spaces. Throws MISSING_FEATURE, TYPE_MISMATCH (`rows[3].age`, rows counted from 0) and every
 * error of the CSV reader. Blank lines are no rows.
 */
export function csvToTable(
  csv: string | Uint8Array,
  inputs: readonly ModelInput[],
  options: ConformOptions & { limits?: Partial<TableLimits>; delimiter?: string; decimal?: '.' | ',' } = {},
): ConformResult {
  const bytes = typeof csv === 'string' ? new TextEncoder().encode(csv) : csv;
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const content = bytes.subarray(start);
  const { delimiter, decimal } = options;
  const given = { header: true, ...(delimiter ? { delimiter } : {}), ...(decimal ? { decimal } : {}) };
  const sniffed = sniffCsv(content.subarray(0, 256 * 1024), given);
  const limits = { ...defaultLimits, ...options.limits };
  const { raw } = readCsvBytes(content, { ...sniffed, limits, minColumns: 1, asText: textInputs(inputs) });
  return conformRaw(raw, inputs, { ...options, decimal: sniffed.decimal });
}

/** Which columns must be read as they are written: `1.0` and `007` are levels of a category, not numbers. */
export function textInputs(inputs: readonly ModelInput[]): (name: string) => boolean {
  const coded = inputs.filter((input) => input.type !== 'numeric' && input.type !== 'datetime');
  const names = new Set(coded.map((input) => foldName(input.name)));
  return (name) => names.has(foldName(name));
}

/** The same for a table that was read already; a category that was read as a number is matched by the number's text. */
export function conformTable(table: Table, inputs: readonly ModelInput[], options: ConformOptions = {}): ConformResult {
  const columns = table.columns.map((column): RawColumn => {
    const { name } = column;
    if (!isNumeric(column)) return { name, kind: 'strings', codes: column.codes.slice(), levels: [...column.levels] };
    return column.type === 'datetime'
      ? { name, kind: 'dates', values: column.values }
      : { name, kind: 'numbers', values: column.values, infinite: 0 };
  });
  return conformRaw({ rows: table.rows, columns }, inputs, options);
}

/** The common part: columns as read, brought to the model's inputs. The codes of `raw` may be changed. */
export function conformRaw(
  raw: RawTable,
  inputs: readonly ModelInput[],
  options: ConformOptions & { decimal?: '.' | ',' | undefined },
): ConformResult {
  const exact = new Map(raw.columns.map((column) => [column.name, column]));
  const folded = new Map(raw.columns.map((column) => [foldName(column.name), column]));
  const used = new Set<RawColumn>();
  const report: Pick<ConformResult, 'matched' | 'missing' | 'unseen'> = { matched: [], missing: [], unseen: [] };
  const warnings: RowWarning[] = [];
  const columns = inputs.map((input) => {
    const found = exact.get(input.name) ?? folded.get(foldName(input.name));
    if (!found) {
      if (input.optional) return emptyColumn(input, raw.rows);
      if (options.missing !== 'as-missing') throw absent(input.name);
      report.missing.push(input.name);
      return emptyColumn(input, raw.rows);
    }
    used.add(found);
    report.matched.push(input.name);
    return conformColumn(found, input, options.decimal ?? '.', (unseen, warning) => {
      report.unseen.push(unseen);
      warnings.push(warning);
    });
  });
  const others = raw.columns.filter((column) => !used.has(column));
  for (const column of others) warnings.push(unusedWarning(column.name));
  const unused = inferTable({ rows: raw.rows, columns: others }, options.decimal ? { decimal: options.decimal } : {});
  return { table: { rows: raw.rows, columns }, warnings, ...report, unused: unused.table };
}

function absent(name: string): AppError {
  return new AppError(
    'MISSING_FEATURE',
    `The rows have no column ${JSON.stringify(name)}, but the model needs it. Add the column; leave cells empty where the value is not known.`,
    { details: { column: name } },
  );
}

function emptyColumn(input: ModelInput, rows: number): Column {
  const { name, type } = input;
  if (type === 'numeric' || type === 'datetime') return { name, type, values: new Float64Array(rows).fill(Number.NaN) };
  return { name, type, codes: new Int32Array(rows).fill(-1), levels: [] };
}

function conformColumn(
  raw: RawColumn,
  input: ModelInput,
  decimal: '.' | ',',
  onUnseen: (unseen: UnseenCount, warning: RowWarning) => void,
): Column {
  const { name, type } = input;
  if (type === 'numeric' || type === 'datetime') {
    const values = raw.kind === 'strings' ? readLevels(raw, input, decimal) : raw.values;
    return { name, type, values, ...(input.dateFormat ? { dateFormat: input.dateFormat } : {}) };
  }
  const coded = raw.kind === 'strings' ? sortedText(raw) : textsOf(asColumn(raw));
  const known = knownLevels(input);
  if (known) reportUnseen(coded, input, known, onUnseen);
  return { name, type, codes: coded.codes, levels: coded.levels };
}

function sortedText(raw: Extract<RawColumn, { kind: 'strings' }>) {
  const codes = raw.codes.slice();
  return { codes, levels: sortLevels(codes, raw.levels) };
}

function asColumn(raw: Exclude<RawColumn, { kind: 'strings' }>): Column {
  return { name: raw.name, type: raw.kind === 'dates' ? 'datetime' : 'numeric', values: raw.values };
}

function readLevels(raw: Extract<RawColumn, { kind: 'strings' }>, input: ModelInput, decimal: '.' | ','): Float64Array {
  const styles: NumberStyle[] = decimal === ',' ? ['comma', 'plain'] : ['plain', 'thousands'];
  const parse = (text: string): number | undefined => {
    if (input.type === 'datetime') return parseAnyDate(text, input.dateFormat);
    for (const style of styles) {
      const value = parseNumber(text, style);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const byLevel = raw.levels.map(parse);
  return Float64Array.from(raw.codes, (code, row) => {
    if (code < 0) return Number.NaN;
    const value = byLevel[code];
    if (value === undefined) throw mismatch(input, row, raw.levels[code]);
    return value;
  });
}

function reportUnseen(
  coded: { codes: Int32Array; levels: readonly string[] },
  input: ModelInput,
  known: Set<string>,
  onUnseen: (unseen: UnseenCount, warning: RowWarning) => void,
): void {
  const isUnseen = coded.levels.map((level) => !known.has(level));
  const unseen: UnseenCount = { column: input.name, values: isUnseen.filter(Boolean).length, rows: 0 };
  let firstRow = -1;
  for (let row = 0; row < coded.codes.length; row++) {
    const code = coded.codes[row]!;
    if (code < 0 || !isUnseen[code]) continue;
    unseen.rows++;
    if (firstRow < 0) firstRow = row;
  }
  if (firstRow < 0) return;
  const example = coded.levels[coded.codes[firstRow]!]!;
  onUnseen(unseen, unseenWarning(unseen, example, cellPath(firstRow, input.name)));
}
