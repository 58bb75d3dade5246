import { AppError, type ModelInput } from '@laurel/contracts';
import { parseAnyDate } from '../cells/dates.ts';
import { parseBoolean } from '../cells/words.ts';
import { sortLevels } from '../order.ts';
import type { Column, Table } from '../table.ts';
import { knownLevels, type RowWarning, type UnseenCount, unseenWarning, unusedWarning } from './warnings.ts';

export interface RowsResult {
  table: Table;
  warnings: RowWarning[];
}

/**
 * Rows of a request as a table of exactly the model's inputs, in their order.
 * `null` is missing. Throws MISSING_FEATURE for an absent key and TYPE_MISMATCH for a value of another type, both with
 * the path (`rows[3].age`). Keys that the model does not use and categories that it was not trained on are warnings.
 * Numbers are taken for categories too (as their text), and dates as text or as milliseconds since 1970.
 */
export function recordsToTable(
  rows: readonly Readonly<Record<string, unknown>>[],
  inputs: readonly ModelInput[],
): RowsResult {
  const warnings: RowWarning[] = unusedKeys(rows, inputs).map(unusedWarning);
  const columns = inputs.map((input) => {
    const cells = rows.map((row, index) => cellOf(row, input, index));
    return input.type === 'numeric' || input.type === 'datetime'
      ? numericColumn(input, input.type, cells)
      : codedColumn(input, input.type, cells, warnings);
  });
  return { table: { rows: rows.length, columns }, warnings };
}

/** `rows[3].age`, or `rows[3]["odd name"]`. */
export function cellPath(row: number, name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `rows[${row}].${name}` : `rows[${row}][${JSON.stringify(name)}]`;
}

function cellOf(row: Readonly<Record<string, unknown>>, { name, optional }: ModelInput, index: number): unknown {
  // a column may be called __proto__ or toString: only the row's own keys count
  if (!Object.hasOwn(row, name)) {
    if (optional) return null;
    const path = cellPath(index, name);
    throw new AppError(
      'MISSING_FEATURE',
      `${path} is not given, but the model needs it. Send null when the value is not known.`,
      {
        details: { path, column: name },
      },
    );
  }
  return row[name];
}

function unusedKeys(rows: readonly Readonly<Record<string, unknown>>[], inputs: readonly ModelInput[]): string[] {
  const known = new Set(inputs.map((input) => input.name));
  const unused = new Set<string>();
  for (const row of rows) for (const key of Object.keys(row)) if (!known.has(key)) unused.add(key);
  return [...unused];
}

function numericColumn(input: ModelInput, type: 'numeric' | 'datetime', cells: unknown[]): Column {
  const values = new Float64Array(cells.length);
  cells.forEach((cell, row) => {
    if (cell === null) values[row] = Number.NaN;
    else if (typeof cell === 'number' && Number.isFinite(cell)) values[row] = cell;
    else if (type === 'datetime' && typeof cell === 'string') {
      const date = parseAnyDate(cell, input.dateFormat);
      if (date === undefined) throw mismatch(input, row, cell);
      values[row] = date;
    } else throw mismatch(input, row, cell);
  });
  return {
    name: input.name,
    type,
    values,
    ...(input.dateFormat === undefined ? {} : { dateFormat: input.dateFormat }),
  };
}

function codedColumn(
  input: ModelInput,
  type: Exclude<ModelInput['type'], 'numeric' | 'datetime'>,
  cells: unknown[],
  warnings: RowWarning[],
): Column {
  const codeByText = new Map<string, number>();
  const levels: string[] = [];
  const known = knownLevels(input);
  const unseen: UnseenCount = { column: input.name, values: 0, rows: 0 };
  let first: { text: string; row: number } | undefined;
  const codes = Int32Array.from(cells, (cell, row) => {
    if (cell === null) return -1;
    const text = textOf(cell, input, row);
    let code = codeByText.get(text);
    const isNew = code === undefined;
    if (code === undefined) {
      code = levels.push(text) - 1;
      codeByText.set(text, code);
    }
    if (known && !known.has(text)) {
      first ??= { text, row };
      unseen.rows++;
      if (isNew) unseen.values++;
    }
    return code;
  });
  if (first) warnings.push(unseenWarning(unseen, first.text, cellPath(first.row, input.name)));
  return { name: input.name, type, codes, levels: sortLevels(codes, levels) };
}

function textOf(cell: unknown, input: ModelInput, row: number): string {
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number' && Number.isFinite(cell)) return String(cell);
  if (typeof cell === 'boolean' && input.type === 'boolean') {
    // the level of the training data that says the same, for example "yes" for true
    return input.levels?.find((level) => parseBoolean(level) === cell) ?? String(cell);
  }
  throw mismatch(input, row, cell);
}

const expected: Record<ModelInput['type'], string> = {
  numeric: 'a number',
  datetime: 'a date such as "2024-01-31"',
  boolean: 'true, false or one of the words of the training data',
  categorical: 'a text',
  text: 'a text',
  id: 'a text',
};

/** TYPE_MISMATCH for one cell, with its path. */
export function mismatch(input: ModelInput, row: number, cell: unknown): AppError {
  const path = cellPath(row, input.name);
  const got = cell === undefined ? 'nothing' : clipped(JSON.stringify(cell) ?? String(cell));
  return new AppError('TYPE_MISMATCH', `${path} must be ${expected[input.type]} or null, not ${got}.`, {
    details: { path, column: input.name, expected: input.type },
  });
}

function clipped(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
