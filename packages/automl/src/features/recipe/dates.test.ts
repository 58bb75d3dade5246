import { describe, expect, it } from 'vitest';
import { dateGaps } from './dates.ts';

describe('the day of the year', () => {
  it.each([
    ['2024-12-31T12:00:00Z', 365],
    ['1970-01-01T00:00:00Z', 0],
    ['0001-03-01T00:00:00Z', 59],
    ['0099-01-02T00:00:00Z', 1],
    ['not a date', Number.NaN],
  ])('of %s is %d', (date, day) => {
    const values = Float64Array.of(Date.parse(date));
    const read = dateGaps.prepare({ header: { names: ['when'] }, tensors: {} });
    const table = { rows: 1, columns: [{ name: 'when', type: 'datetime' as const, values }] };
    expect(read(table, { placesOf: () => new Int32Array(1) })).toEqual([Float64Array.of(day)]);
  });
});
