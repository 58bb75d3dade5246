import { findColumn, isNumeric, type Table } from '@laurel/tabular';
import type { Transformer } from './types.ts';

const msPerDay = 86_400_000;
const mostDates = 6;

/** Day of the year of every date, and the days between every two: what no calendar part of one date alone shows. */
export const dateGaps: Transformer = {
  id: 'dateGaps',
  fit({ table, config }) {
    if (config.dateGaps !== true) return [];
    const names = table.columns.flatMap(({ name, type }) => (type === 'datetime' ? [name] : [])).slice(0, mostDates);
    const steps = names.map((name) => ({
      features: [{ name: `${name} (day of the year)`, from: [name], how: 'days since the first of January' }],
      state: { header: { names: [name] }, tensors: {} },
    }));
    const pairs = names.flatMap((a, i) => names.slice(0, i).map((b) => [b, a]));
    return [
      ...steps,
      ...pairs.map(([a, b]) => ({
        features: [{ name: `days from ${a} to ${b}`, from: [a!, b!], how: 'difference of the two dates' }],
        state: { header: { names: [a!, b!] }, tensors: {} },
      })),
    ];
  },
  prepare(state) {
    const [a, b] = (state.header as { names: string[] }).names;
    return (table) => {
      const first = dates(table, a!);
      if (b === undefined) return [first.map(dayOfYear)];
      const second = dates(table, b);
      return [first.map((ms, row) => (second[row]! - ms) / msPerDay)];
    };
  },
};

function dayOfYear(ms: number): number {
  if (!(Math.abs(ms) <= 8.64e15)) return Number.NaN;
  // not by Date.UTC, which reads the years 0 to 99 as 1900 to 1999
  const firstOfYear = new Date(0).setUTCFullYear(new Date(ms).getUTCFullYear(), 0, 1);
  return Math.floor((ms - firstOfYear) / msPerDay);
}

function dates(table: Table, name: string): Float64Array {
  const column = findColumn(table, name);
  if (!column || !isNumeric(column))
    throw new Error(`The column "${name}" that the model was fitted on holds no dates.`);
  return column.values;
}
