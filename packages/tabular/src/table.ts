import type { ColumnType } from '@laurel/contracts';

/** Numbers; NaN is missing. Datetimes are milliseconds since 1970 (UTC). */
export interface NumericColumn {
  name: string;
  type: Extract<ColumnType, 'numeric' | 'datetime'>;
  values: Float64Array;
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
