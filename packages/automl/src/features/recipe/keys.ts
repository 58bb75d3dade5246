import { type Column, findColumn, isNumeric, type Table } from '@laurel/tabular';

/**
 * A column, or several together, as a category: a level for each combination of values among the training rows. Whole
 * numbers that come again, such as numbers of departments, count as categories too.
 */
export interface Key {
  columns: string[];
  /** per column: its distinct numbers, ascending; null where it has codes already */
  numbers: (number[] | null)[];
  /** per column: how many values it has; one more stands for missing and unseen */
  sizes: number[];
}

/** A column with fewer levels is better left to the models; with more there are hardly two rows of one. */
const [fewestLevels, mostLevels] = [3, 10_000];
/** Whole numbers are codes where a value has this many rows on average. */
const rowsPerCode = 2;

/** The columns of a table that can be read as categories, judged by the training rows. */
export function keyColumns(table: Table, rows: Int32Array): Key[] {
  return table.columns.flatMap((column) => keyOf(column, rows) ?? []);
}

function keyOf(column: Column, rows: Int32Array): Key | null {
  if (column.type === 'text' || column.type === 'datetime') return null;
  if (!isNumeric(column)) {
    const seen = new Set<number>();
    for (const row of rows) seen.add(column.codes[row]!);
    seen.delete(-1);
    if (seen.size < 2 || seen.size > mostLevels) return null;
    return { columns: [column.name], numbers: [null], sizes: [column.levels.length] };
  }
  const seen = new Set<number>();
  for (const row of rows) {
    const value = column.values[row]!;
    if (Number.isNaN(value)) continue;
    if (!Number.isInteger(value)) return null;
    seen.add(value);
    if (seen.size > mostLevels) return null;
  }
  if (seen.size < fewestLevels || seen.size * rowsPerCode > rows.length) return null;
  return { columns: [column.name], numbers: [[...seen].sort((a, b) => a - b)], sizes: [seen.size] };
}

export function joinKeys(...keys: readonly Key[]): Key {
  return {
    columns: keys.flatMap((key) => key.columns),
    numbers: keys.flatMap((key) => key.numbers),
    sizes: keys.flatMap((key) => key.sizes),
  };
}

/** A reader of one number per row: which combination of values the row has. The numbers are whole and at least 0. */
export function keyReader(key: Key): (table: Table, rows?: Int32Array) => Float64Array {
  const places = key.numbers.map((numbers) => numbers && new Map(numbers.map((value, place) => [value, place])));
  return (table, rows) => {
    const count = rows?.length ?? table.rows;
    const result = new Float64Array(count);
    key.columns.forEach((name, part) => {
      const column = findColumn(table, name);
      if (!column) throw new Error(`The column "${name}" that the model was fitted on is not in the table.`);
      const size = key.sizes[part]!;
      const place = placeIn(column, places[part]!, size);
      for (let i = 0; i < count; i++) result[i] = result[i]! * (size + 1) + place(rows ? rows[i]! : i);
    });
    return result;
  };
}

function placeIn(column: Column, places: Map<number, number> | null, size: number): (row: number) => number {
  if (isNumeric(column)) return (row) => places?.get(column.values[row]!) ?? size;
  return (row) => {
    const code = column.codes[row]!;
    return code < 0 || code >= size ? size : code;
  };
}

/** Whole numbers as codes 0, 1, 2 by their first occurrence, and how many there are. */
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

/** "city", or "city and street" */
export function keyName(key: Key): string {
  return key.columns.join(' and ');
}
