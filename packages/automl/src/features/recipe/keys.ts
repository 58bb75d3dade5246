import { type Column, findColumn, isNumeric, type Table } from '@laurel/tabular';

/**
 * A column that reads as a category. Whole numbers that come again, such as numbers of departments, count as categories
 * too. A value's place is 0..size-1; `size` stands for missing and unseen.
 */
export interface KeyColumn {
  name: string;
  /** its distinct numbers among the training rows, ascending; null where it has codes already */
  numbers: Float64Array | null;
  size: number;
}

/** Two numbers are a mark, which is the same as a number; of more levels than these there are hardly two rows of one. */
const [fewestNumbers, mostLevels] = [3, 10_000];
/** Whole numbers are codes where a value has this many rows on average. */
const rowsPerCode = 2;

/** A column as one that reads as a category, judged by the training rows; null where it cannot be one. */
export function keyOf(column: Column, rows: Int32Array): KeyColumn | null {
  const { name, type } = column;
  if (type === 'text' || type === 'datetime') return null;
  const seen = new Set<number>();
  if (!isNumeric(column)) {
    for (let i = 0; i < rows.length; i++) seen.add(column.codes[rows[i]!]!);
    seen.delete(-1);
    const isUseful = seen.size >= 2 && seen.size <= mostLevels;
    return isUseful ? { name, numbers: null, size: column.levels.length } : null;
  }
  for (let i = 0; i < rows.length; i++) {
    const value = column.values[rows[i]!]!;
    if (Number.isNaN(value)) continue;
    if (!Number.isInteger(value)) return null;
    seen.add(value);
    if (seen.size > mostLevels) return null;
  }
  if (seen.size < fewestNumbers || seen.size * rowsPerCode > rows.length) return null;
  return { name, numbers: Float64Array.from(seen).sort(), size: seen.size };
}

/** A reader of the places of a column's values in any table; one per row. */
export function placeReader({ name, numbers, size }: KeyColumn): (table: Table, rows?: Int32Array) => Int32Array {
  const index = numbers && new Map(Array.from(numbers, (value, place) => [value, place]));
  return (table, rows) => {
    const column = findColumn(table, name);
    if (!column) throw new Error(`The column "${name}" that the model was fitted on is not in the table.`);
    const places = new Int32Array(rows?.length ?? table.rows);
    if (isNumeric(column)) {
      for (let i = 0; i < places.length; i++) places[i] = index?.get(column.values[rows ? rows[i]! : i]!) ?? size;
      return places;
    }
    for (let i = 0; i < places.length; i++) {
      const code = column.codes[rows ? rows[i]! : i]!;
      places[i] = code < 0 || code >= size ? size : code;
    }
    return places;
  };
}

/** One whole number per row for the combination of its places. */
export function combinedPlaces(places: readonly Int32Array[], sizes: readonly number[]): Float64Array {
  const result = Float64Array.from(places[0]!);
  for (let part = 1; part < places.length; part++) {
    const own = places[part]!;
    const base = sizes[part]! + 1;
    for (let i = 0; i < result.length; i++) result[i] = result[i]! * base + own[i]!;
  }
  return result;
}

/** Whole numbers as codes 0, 1, 2 by their first occurrence, and the number that each stands for. */
export function asCodes(values: Float64Array): { codes: Int32Array; levels: Float64Array } {
  const index = new Map<number, number>();
  const codes = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    let code = index.get(value);
    if (code === undefined) {
      code = index.size;
      index.set(value, code);
    }
    codes[i] = code;
  }
  return { codes, levels: Float64Array.from(index.keys()) };
}
