import type { Table } from '@laurel/tabular';
import { describe, expect, it } from 'vitest';
import { dateAt } from './grid.ts';
import { readSeries } from './series.ts';

const hour = 3_600_000;
const day = 24 * hour;
const monday = Date.UTC(2024, 0, 1);

/** `shops`: the code of each row's shop. */
function tableOf(dates: number[], sold: number[], shops?: number[], levels = ['north', 'south', 'west']): Table {
  return {
    rows: dates.length,
    columns: [
      { name: 'date', type: 'datetime', values: Float64Array.from(dates) },
      { name: 'sold', type: 'numeric', values: Float64Array.from(sold) },
      ...(shops ? [{ name: 'shop', type: 'categorical' as const, codes: Int32Array.from(shops), levels }] : []),
    ],
  };
}
const plan = { date: 'date', target: 'sold' };

describe('series of a table', () => {
  it('are those that have values', () => {
    const dates = [0, 1, 2, 0, 1, 2, 2, 3].map((i) => monday + i * day);
    const table = tableOf(dates, [1, 2, 3, Number.NaN, Number.NaN, Number.NaN, 8, 9], [0, 0, 0, 1, 1, 1, 2, 2]);
    const set = readSeries(table, { ...plan, series: 'shop' });
    expect(set.names).toEqual(['north', 'west']);
    expect(set.values.map((own) => [...own])).toEqual([
      [1, 2, 3],
      [8, 9],
    ]);
    expect([...set.starts]).toEqual([-3, -1]);
  });

  it('may have steps far below a second', () => {
    const dates = Array.from({ length: 50 }, (_, i) => monday + i * 40);
    const set = readSeries(tableOf(dates, [...dates.keys()]), plan);
    expect([...set.values[0]!]).toEqual([...dates.keys()]);
    expect(dateAt(set.starts[0]!, set.step, set.phase)).toBe(monday);
  });

  it('are refused where dates are too far apart for their step', () => {
    const dates = [0, 1, 2, 3e9].map((i) => monday + i);
    expect(() => readSeries(tableOf(dates, [1, 2, 3, 4]), plan)).toThrow(
      'Leave out dates that lie far from the others',
    );
    const shops = readSeries.bind(null, tableOf([...dates, monday + 3e9 + 1], [1, 2, 3, 4, 5], [0, 0, 0, 1, 1]));
    expect(() => shops({ ...plan, series: 'shop' })).toThrow('3000000001 steps');
  });

  it('take four-weekly dates one by one, and say when two dates of a month become one', () => {
    const weeks = Array.from({ length: 14 }, (_, i) => monday + i * 28 * day);
    expect(readSeries(tableOf(weeks, [...weeks.keys()]), plan)).toMatchObject({ filled: 0, moved: 0 });
    const months = Array.from({ length: 12 }, (_, i) => Date.UTC(2024, i, 1));
    const set = readSeries(tableOf([...months, Date.UTC(2024, 3, 20)], [...Array(12).fill(10), 20]), plan);
    expect(set).toMatchObject({ step: { unit: 'month', count: 1 }, moved: 1 });
    expect(set.values[0]![3]).toBe(15);
  });

  it('average the hour that comes twice in autumn, and refuse more of them', () => {
    const hours = Array.from({ length: 100 }, (_, i) => monday + i * hour);
    const set = readSeries(tableOf([...hours, hours[50]!], [...Array(100).fill(10), 20]), plan);
    expect(set).toMatchObject({ moved: 1, filled: 0 });
    expect(set.values[0]![50]).toBe(15);
    const twice = tableOf([...hours, hours[50]!, hours[51]!], Array(102).fill(10));
    expect(() => readSeries(twice, plan)).toThrow('Keep one row per date');
    const halves = Array.from({ length: 100 }, (_, i) => monday + (i * hour) / 2);
    expect(readSeries(tableOf([...halves, halves[50]!, halves[51]!], Array(102).fill(10)), plan).moved).toBe(2);
    const days = Array.from({ length: 100 }, (_, i) => monday + i * day);
    expect(() => readSeries(tableOf([...days, days[50]!], Array(101).fill(10)), plan)).toThrow('Keep one row per date');
  });
});
