import { createRandom, inferTable, type RawColumn, type Table } from '@laurel/tabular';

/** A small table from plain arrays, typed as a file of the same content would be. For tests. */
export function tableOf(columns: Record<string, (string | number | null)[]>): Table {
  const raw = Object.entries(columns).map(([name, cells]): RawColumn => {
    if (cells.every((cell) => typeof cell !== 'string')) {
      const values = Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : (cell as number)));
      return { name, kind: 'numbers', values, infinite: 0 };
    }
    const levels = [...new Set(cells.filter((cell) => cell !== null).map(String))];
    const codes = Int32Array.from(cells, (cell) => (cell === null ? -1 : levels.indexOf(String(cell))));
    return { name, kind: 'strings', codes, levels };
  });
  return inferTable({ rows: Object.values(columns)[0]!.length, columns: raw }).table;
}

/** A table with a signal: two numbers and a category decide `label`, `value` follows them too; some cells are missing. */
export function signalTable(rows: number, seed = 1): Table {
  const random = createRandom(seed);
  const x = Array.from({ length: rows }, () => random.normal());
  const y = Array.from({ length: rows }, () => random.normal());
  const town = Array.from({ length: rows }, () => ['north', 'south', 'west'][random.int(3)]!);
  const signal = x.map((value, i) => 1.6 * value - y[i]! + (town[i] === 'west' ? 1 : 0) + 0.6 * random.normal());
  return tableOf({
    x: x.map((value) => (random.next() < 0.05 ? null : value)),
    y,
    town: town.map((value) => (random.next() < 0.05 ? null : value)),
    noise: Array.from({ length: rows }, () => random.normal()),
    label: signal.map((value) => (value > 0.5 ? 'yes' : 'no')),
    kind: signal.map((value) => (value > 1 ? 'high' : value > -1 ? 'middle' : 'low')),
    value: signal.map((value) => 10 + 3 * value),
  });
}
