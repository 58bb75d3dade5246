import type { Table } from '@laurel/tabular';

export function everyRow(table: Table): Int32Array {
  return Int32Array.from({ length: table.rows }, (_, i) => i);
}

export function pick(values: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row]!);
}
