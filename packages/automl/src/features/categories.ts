import type { CodedColumn } from '@laurel/tabular';

export interface CategoryBlock {
  kind: 'category';
  column: string;
  /** code of the table -> code of the model; -1 for a level that was not seen in training */
  map: number[];
  /** codes of the model: 0..size-1 */
  size: number;
  /** levels were merged because there are more than the limit */
  cut: boolean;
}

/** Codes by falling frequency among the training rows; levels that are rare or over the limit share the last code. */
export function fitCategory(column: CodedColumn, rows: Int32Array, limit: number, minCount: number): CategoryBlock {
  const counts = new Float64Array(column.levels.length);
  for (const row of rows) {
    const code = column.codes[row]!;
    if (code >= 0) counts[code]! += 1;
  }
  const seen = Array.from(counts.keys()).filter((code) => counts[code]! > 0);
  seen.sort((a, b) => counts[b]! - counts[a]! || a - b);
  const enough = seen.filter((code) => counts[code]! >= minCount);
  const kept = enough.slice(0, limit);
  const map = Array.from(counts, () => -1);
  for (const [code, level] of kept.entries()) map[level] = code;
  // one rare level alone is better kept than renamed; several are merged
  for (const level of seen.slice(kept.length)) map[level] = kept.length;
  return {
    kind: 'category',
    column: column.name,
    map,
    size: kept.length + (seen.length > kept.length ? 1 : 0),
    cut: seen.length > limit,
  };
}

export function readCategory(block: CategoryBlock, column: CodedColumn, rows: Int32Array): Int32Array {
  const out = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const code = column.codes[rows[i]!]!;
    out[i] = code < 0 ? -1 : (block.map[code] ?? -1);
  }
  return out;
}
