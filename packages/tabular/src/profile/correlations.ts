import { isNumeric, type NumericColumn, type Table } from '../table.ts';

const maxColumns = 40;
const maxRows = 20_000;

export interface Correlations {
  columns: string[];
  values: (number | null)[][];
}

/**
 * Spearman's rank correlation of the numeric columns (the first 40), over at most 20,000 rows evenly spread, in pairs
 * without missing values; ranks are taken within each column. Null when the table has fewer than two numeric columns;
 * a null cell when fewer than 3 rows are left or a column is constant.
 */
export function spearmanCorrelations(table: Table): Correlations | null {
  const columns = table.columns.filter(
    (column): column is NumericColumn => isNumeric(column) && column.type === 'numeric',
  );
  const used = columns.slice(0, maxColumns);
  if (used.length < 2) return null;
  const rows = sampledRows(table.rows, maxRows);
  const ranks = used.map((column) => ranksOf(Float64Array.from(rows, (row) => column.values[row]!)));
  const values = used.map(() => new Array<number | null>(used.length).fill(1));
  for (let a = 0; a < used.length; a++) {
    for (let b = a + 1; b < used.length; b++) {
      const correlation = pearson(ranks[a]!, ranks[b]!);
      values[a]![b] = correlation;
      values[b]![a] = correlation;
    }
  }
  return { columns: used.map((column) => column.name), values };
}

/** At most `limit` row numbers, evenly spread over the table. */
export function sampledRows(rows: number, limit: number): Int32Array {
  const count = Math.min(rows, limit);
  return Int32Array.from({ length: count }, (_, index) => Math.floor((index * rows) / count));
}

/** Ranks from 1, ties with their mean rank; NaN stays NaN. */
export function ranksOf(values: Float64Array): Float64Array {
  const order = Int32Array.from(values.keys()).filter((row) => !Number.isNaN(values[row]!));
  order.sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length).fill(Number.NaN);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + end + 1) / 2;
    start = end;
  }
  return ranks;
}

function pearson(x: Float64Array, y: Float64Array): number | null {
  let n = 0;
  let sumX = 0;
  let sumY = 0;
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(x[i]! + y[i]!)) continue;
    n++;
    sumX += x[i]!;
    sumY += y[i]!;
  }
  if (n < 3) return null;
  const meanX = sumX / n;
  const meanY = sumY / n;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(x[i]! + y[i]!)) continue;
    xx += (x[i]! - meanX) ** 2;
    yy += (y[i]! - meanY) ** 2;
    xy += (x[i]! - meanX) * (y[i]! - meanY);
  }
  return xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy);
}
