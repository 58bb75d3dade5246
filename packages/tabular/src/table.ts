import type { ColumnType } from '@laurel/contracts';

/** Numbers; NaN is missing. Datetimes are milliseconds since 1970 (UTC). */
export interface NumericColumn {
  name: string;
  type: Extract<ColumnType, 'numeric' | 'datetime'>;
  values: Float64Array;
  /** datetime: how the file writes it, an id of `dateFormats`; rows to predict are read the same way */
  dateFormat?: string;
}

/** Strings by code into `levels`; -1 is missing. Levels are sorted by code point, so that codes do not depend on row order. */
export interface CodedColumn {
  name: string;
  type: Extract<ColumnType, 'categorical' | 'boolean' | 'text' | 'id'>;
  codes: Int32Array;
  levels: readonly string[];
}

export type Column = NumericColumn | CodedColumn;

/** A table by columns. Every column has `rows` entries; names are unique and kept as the file has them. */
export interface Table {
  rows: number;
  columns: readonly Column[];
}

export function isNumeric(column: Column): column is NumericColumn {
  return 'values' in column;
}

/** The column of that exact name, or undefined. */
export function findColumn(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name);
}

/** The columns of these names, in the order asked. An unknown name throws a RangeError: callers check names first. */
export function selectColumns(table: Table, names: readonly string[]): Table {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const columns = names.map((name) => {
    const column = byName.get(name);
    if (!column) throw new RangeError(`The table has no column ${JSON.stringify(name)}.`);
    return column;
  });
  return { rows: table.rows, columns };
}

/** The table without the columns of these names; unknown names are passed over. */
export function dropColumns(table: Table, names: Iterable<string>): Table {
  const dropped = new Set(names);
  return { rows: table.rows, columns: table.columns.filter((column) => !dropped.has(column.name)) };
}

/** These rows (0-based, repeats allowed) in the order given, copied. Levels stay those of the whole table. */
export function selectRows(table: Table, rowIndexes: ArrayLike<number>): Table {
  return { rows: rowIndexes.length, columns: table.columns.map((column) => selectColumnRows(column, rowIndexes)) };
}

function selectColumnRows(column: Column, rowIndexes: ArrayLike<number>): Column {
  const count = rowIndexes.length;
  if (isNumeric(column)) {
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) values[i] = column.values[rowIndexes[i]!]!;
    return { ...column, values };
  }
  const codes = new Int32Array(count);
  for (let i = 0; i < count; i++) codes[i] = column.codes[rowIndexes[i]!]!;
  return { ...column, codes };
}

/** Rows offset..offset+limit-1 as views, without a copy. */
export function sliceRows(table: Table, offset: number, limit: number): Table {
  const start = Math.min(Math.max(0, offset), table.rows);
  const end = Math.min(table.rows, start + Math.max(0, limit));
  const columns = table.columns.map(
    (column): Column =>
      isNumeric(column)
        ? { ...column, values: column.values.subarray(start, end) }
        : { ...column, codes: column.codes.subarray(start, end) },
  );
  return { rows: end - start, columns };
}

/** A cell of a record: datetimes as ISO 8601 text, null for missing. */
export type Cell = string | number | null;

/** One cell as people read it. */
export function cellAt(column: Column, row: number): Cell {
  if (!isNumeric(column)) {
    const code = column.codes[row]!;
    return code < 0 ? null : column.levels[code]!;
  }
  const value = column.values[row]!;
  if (Number.isNaN(value)) return null;
  return column.type === 'datetime' ? new Date(value).toISOString() : value;
}

/**
 * Rows as records, for previews. The records have no prototype, because a column may be named `__proto__`;
 * JSON.stringify writes such a key like any other.
 */
export function tableToRecords(table: Table): Record<string, Cell>[] {
  const records: Record<string, Cell>[] = [];
  for (let row = 0; row < table.rows; row++) {
    const record: Record<string, Cell> = Object.create(null);
    for (const column of table.columns) record[column.name] = cellAt(column, row);
    records.push(record);
  }
  return records;
}
