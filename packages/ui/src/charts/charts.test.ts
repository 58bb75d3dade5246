import { type ChartSpec, chartSpec } from '@laurel/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { barWidth, mergeRows, numberAxis, tickWord, yValues } from './scale.ts';
import { cursorStops, nearestStop } from './stops.ts';
import { tableView, toCsv } from './table-view.ts';

const axis = { label: 'x', kind: 'number', scale: 'linear' } as const;
const none: ReadonlySet<string> = new Set();

function spec(series: unknown[], more: object = {}): ChartSpec {
  return chartSpec.parse({ id: 'c', title: 'Chart', x: { label: 'x' }, y: { label: 'y' }, series, ...more });
}

describe('numberAxis', () => {
  it('holds every value between round ticks', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 }), (values) => {
        const { domain, ticks } = numberAxis(values, axis);
        const slack = 1e-6 * (domain[1] - domain[0]);
        expect(domain[0]).toBeLessThanOrEqual(Math.min(...values) + slack);
        expect(domain[1]).toBeGreaterThanOrEqual(Math.max(...values) - slack);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(12);
      }),
    );
  });
  it('keeps a given domain and draws no tick outside it', () => {
    const { domain, ticks } = numberAxis([5], { ...axis, domain: [0.13, 0.97] });
    expect(domain).toEqual([0.13, 0.97]);
    expect(ticks).toEqual([0.2, 0.4, 0.6, 0.8]);
  });
  it('goes in powers of ten on a log axis', () => {
    expect(numberAxis([0.02, 30], { ...axis, scale: 'log' })).toEqual({
      domain: [0.01, 100],
      ticks: [0.01, 0.1, 1, 10, 100],
    });
  });
  it('words ticks so that each differs', () => {
    for (const values of [
      [0.5, 0.5001],
      [0.99912, 0.99971],
      [0, 1],
      [12, 18_000],
      [-0.2, 0.35],
    ]) {
      const { ticks } = numberAxis(values, axis);
      const words = ticks.map((tick) => tickWord(tick, ticks, axis));
      expect(new Set(words).size).toBe(ticks.length);
    }
    expect(tickWord(0.5, [0, 0.5, 1], axis)).toBe('0.5');
  });
  it('marks years, months or days on a time axis', () => {
    const time = { ...axis, kind: 'time' } as const;
    const words = (from: string, to: string) => {
      const { ticks } = numberAxis([Date.parse(from), Date.parse(to)], time);
      return ticks.map((tick) => tickWord(tick, ticks, time));
    };
    expect(words('1954-02-26', '2002-11-26')).toEqual(['1960', '1970', '1980', '1990', '2000']);
    expect(words('2020-01-10', '2020-12-20')).toEqual(['2020-02', '2020-05', '2020-08', '2020-11']);
    expect(words('2020-01-10', '2020-01-20')).toEqual([
      '2020-01-10',
      '2020-01-12',
      '2020-01-14',
      '2020-01-16',
      '2020-01-18',
      '2020-01-20',
    ]);
  });
  it('survives no values at all', () => {
    expect(numberAxis([], axis).domain).toEqual([0, 1]);
  });
});

describe('series', () => {
  const two = spec([
    {
      id: 'a',
      label: 'A',
      mark: 'line',
      points: [
        { x: 2, y: 1 },
        { x: 1, y: 3 },
      ],
    },
    { id: 'b', label: 'B', mark: 'band', points: [{ x: 2, y: 0, y2: 4 }] },
  ]);
  it('are merged by x in order', () => {
    expect(mergeRows(two)).toEqual([
      { x: 1, a: 3 },
      { x: 2, a: 1, b: [0, 4] },
    ]);
    expect(yValues(two, none)).toEqual([1, 3, 0, 4]);
    expect(yValues(two, new Set(['b']))).toEqual([1, 3]);
  });
  it('give a stop per x, or per point of a scatter', () => {
    const stops = cursorStops(two, none, String);
    expect(stops.map((stop) => [stop.x, stop.items.length])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    const scatter = spec([
      {
        id: 's',
        label: 'S',
        mark: 'point',
        points: [
          { x: 1, y: 1 },
          { x: 1, y: 9, label: 'top' },
        ],
      },
    ]);
    const points = cursorStops(scatter, none, String);
    expect(points.map((stop) => stop.title)).toEqual(['x: 1', 'top']);
    const place = (stop: (typeof points)[number]) => ({ x: 10, y: (stop.items[0]!.y ?? 0) * 10 });
    expect(nearestStop(points, place, { x: 12, y: 80 }, 'x')).toBe(1);
    expect(nearestStop(points, place, { x: 300, y: 300 }, 'x')).toBeNull();
  });
  it('have bars as wide as the smallest gap', () => {
    expect(
      barWidth([
        { x: 0, y: 1 },
        { x: 0.5, y: 1 },
        { x: 2, y: 1 },
      ]),
    ).toBe(0.5);
  });
});

describe('tableView', () => {
  it('has a column per series and both edges of a band', () => {
    const view = tableView(
      spec([
        { id: 'a', label: 'A', mark: 'line', points: [{ x: 1, y: 3 }] },
        { id: 'b', label: 'B', mark: 'band', points: [{ x: 2, y: 0, y2: 4 }] },
      ]),
    );
    expect(view).toEqual({
      header: ['x', 'A', 'B (low)', 'B (high)'],
      rows: [
        [1, 3, null, null],
        [2, null, 0, 4],
      ],
    });
  });
  it('shows a matrix as it is', () => {
    const view = tableView(spec([], { matrix: { rows: ['r'], columns: ['a', 'b'], values: [[1, null]] } }));
    expect(view.rows).toEqual([['r', 1, null]]);
  });
  it('writes CSV that a spreadsheet reads and does not run', () => {
    const text = toCsv({
      header: ['a,b', 'c'],
      rows: [
        ['=1+1', 2],
        ['say "hi"', null],
      ],
    });
    expect(text).toBe('"a,b",c\r\n\'=1+1,2\r\n"say ""hi""",\r\n');
  });
});
