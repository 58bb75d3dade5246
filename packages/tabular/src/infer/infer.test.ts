import { describe, expect, it } from 'vitest';
import { castColumn } from '../cells/convert.ts';
import { parseDate } from '../cells/dates.ts';
import { parseNumberBytes } from '../cells/numbers.ts';
import { readCsvBytes } from '../csv/table-reader.ts';
import { defaultLimits } from '../limits.ts';
import { cellAt, findColumn, type Table } from '../table.ts';
import { thrown } from '../testing/files.ts';
import { type ColumnInference, inferTable } from './infer.ts';

function infer(values: string[], decimal: '.' | ',' = '.'): ColumnInference & { cells: unknown[]; table: Table } {
  const csv = `x;y\n${values.map((value) => `${value};1`).join('\n')}\n`;
  const options = { delimiter: ';', decimal, header: true, limits: defaultLimits, minColumns: 2 };
  const { raw } = readCsvBytes(new TextEncoder().encode(csv), options);
  const { table, columns } = inferTable(raw, { decimal });
  const column = table.columns[0]!;
  return { ...columns[0]!, table, cells: values.map((_, row) => cellAt(column, row)) };
}

const many = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index));

describe('column types', () => {
  it('numbers, with words for missing and infinity', () => {
    expect(infer(['1', '-2.5', '', 'NA', '1e3', '.5', ' 7 ']).cells).toEqual([1, -2.5, null, null, 1000, 0.5, 7]);
    const infinite = infer(['1', 'inf', '-Infinity', 'NaN']);
    expect(infinite).toMatchObject({ type: 'numeric', notes: [{ code: 'INFINITE', count: 2 }] });
    expect(infinite.cells).toEqual([1, null, null, null]);
  });

  it('leading zeros, long integers and telephone numbers keep every digit', () => {
    expect(infer(['00123', '00456', '00123'])).toMatchObject({
      type: 'categorical',
      notes: [{ code: 'LEADING_ZEROS' }],
      cells: ['00123', '00456', '00123'],
    });
    const long = infer(['9007199254740993', '12345678901234567890123456', '1']);
    expect(long).toMatchObject({ type: 'categorical', notes: [{ code: 'LARGE_INTEGERS' }] });
    expect(long.cells).toEqual(['9007199254740993', '12345678901234567890123456', '1']);
    expect(infer(['+4912345678', '+4987654321']).type).toBe('categorical');
  });

  it('thousands and decimal commas are read and said', () => {
    const thousands = infer(['1,000', '2,500,000', '7']);
    expect(thousands).toMatchObject({
      type: 'numeric',
      cells: [1000, 2_500_000, 7],
      notes: [{ code: 'LOCALE_NUMBERS', style: 'thousands' }],
    });
    const comma = infer(['3,5', '1.234,75', '12'], ',');
    expect(comma).toMatchObject({
      type: 'numeric',
      cells: [3.5, 1234.75, 12],
      notes: [{ code: 'LOCALE_NUMBERS', style: 'comma', example: '3,5' }],
    });
    expect(infer(['1.5', '2.5'], ',').cells).toEqual([1.5, 2.5]);
  });

  it('a text late in a column of numbers makes it text and is named', () => {
    const mixed = infer([...many(300, (i) => `${i}.50`), 'oops']);
    expect(mixed.type).not.toBe('numeric');
    expect(mixed.notes).toEqual([{ code: 'MIXED_TYPES', numbers: 300, others: 1, example: 'oops', row: 301 }]);
    expect(mixed.cells[7]).toBe('7.50');
    const cast = findColumn(castColumn(mixed.table, 'x', 'numeric'), 'x')!;
    expect([cellAt(cast, 7), cellAt(cast, 300)]).toEqual([7.5, null]);
  });

  it('boolean words', () => {
    for (const [yes, no] of [
      ['yes', 'no'],
      ['TRUE', 'FALSE'],
      ['t', 'f'],
      ['Y', 'N'],
    ]) {
      expect(infer([yes!, no!, '', yes!]).type).toBe('boolean');
    }
    expect(infer(['yes', 'no', 'maybe']).type).toBe('categorical');
    expect(infer(['F', 'F']).type).toBe('categorical');
  });

  it('dates, day first when a day above 12 says so, with a warning when nothing does', () => {
    const first = infer(['01/02/2024', '13/02/2024']);
    expect(first).toMatchObject({ type: 'datetime', dateFormat: 'DD/MM/YYYY', notes: [] });
    expect(first.cells).toEqual(['2024-02-01T00:00:00.000Z', '2024-02-13T00:00:00.000Z']);
    expect(infer(['01/02/2024', '03/04/2024'])).toMatchObject({
      type: 'datetime',
      dateFormat: 'MM/DD/YYYY',
      notes: [{ code: 'AMBIGUOUS_DATES', other: 'DD/MM/YYYY' }],
    });
    expect(infer(['2024-01-31T10:00:00+02:00', '2024-02-01 5:30 PM']).cells).toEqual([
      '2024-01-31T08:00:00.000Z',
      '2024-02-01T17:30:00.000Z',
    ]);
    expect(infer(['31.12.1999', '1.1.2000']).dateFormat).toBe('DD.MM.YYYY');
    expect(infer(['3 Mar 2020', '14 April 2021']).dateFormat).toBe('DD Mon YYYY');
    expect(infer(['2024-02-30', '2024-01-01']).type).toBe('categorical');
    expect(parseDate('0050-01-01', 'YYYY-MM-DD')).toBe(new Date('0050-01-01T00:00:00Z').getTime());
  });

  it('ids, texts and categories', () => {
    expect(infer(many(50, (i) => `C-${i * 7919}`)).type).toBe('id');
    expect(infer(many(60, (i) => `the quick brown fox number ${i} jumps`)).type).toBe('text');
    expect(infer(many(100, (i) => `group ${i % 7} of all the things`)).type).toBe('categorical');
    expect(infer(['', 'NA', '']).type).toBe('categorical');
    expect(infer(many(30, (i) => `${'0123456789abcdef'.repeat(4)}${i}`)).type).toBe('id');
  });

  it('levels are sorted by code point', () => {
    const { table } = infer(['😀', '\uff5e', 'b', 'a']);
    const column = table.columns[0]!;
    expect('levels' in column && column.levels).toEqual(['a', 'b', '\uff5e', '😀']);
  });
});

describe('numbers from bytes', () => {
  it('are those of JavaScript', () => {
    for (const text of [
      '0',
      '-0',
      '0.1',
      '123456789.123456',
      '0.30000000000000004',
      '1e22',
      '-12',
      '5.',
      '+3',
      '99999999999999.9',
      '1.7976931348623157e308',
    ]) {
      const bytes = new TextEncoder().encode(`,${text},`);
      expect(parseNumberBytes(bytes, 1, bytes.byteLength - 1)).toBe(Number(text));
    }
    for (const text of ['', '-', '1-2', '0x10', '1_000', 'abc', '00', '1e999', '12 34', '1.2.3']) {
      const bytes = new TextEncoder().encode(text);
      expect(parseNumberBytes(bytes, 0, bytes.byteLength)).toBeNaN();
    }
  });
});

describe('types that a person sets', () => {
  const { table } = infer(['1', '2', '']);

  it('numbers as categories and back', () => {
    const cast = castColumn(table, 'x', 'categorical');
    expect(findColumn(cast, 'x')).toEqual({
      name: 'x',
      type: 'categorical',
      codes: Int32Array.of(0, 1, -1),
      levels: ['1', '2'],
    });
    expect(findColumn(castColumn(cast, 'x', 'numeric'), 'x')).toEqual(findColumn(table, 'x'));
  });

  it('years and day numbers as dates', () => {
    const years = castColumn(infer(['1999', '2004']).table, 'x', 'datetime');
    expect(cellAt(findColumn(years, 'x')!, 0)).toBe('1999-01-01T00:00:00.000Z');
    const days = castColumn(infer(['20240131', '20231224']).table, 'x', 'datetime');
    expect(cellAt(findColumn(days, 'x')!, 0)).toBe('2024-01-31T00:00:00.000Z');
  });

  it('says when nothing fits', async () => {
    const words = infer(['red', 'green', 'blue']).table;
    expect((await thrown(() => castColumn(words, 'x', 'numeric'))).code).toBe('PARAMETER_INVALID');
    expect((await thrown(() => castColumn(words, 'x', 'datetime'))).code).toBe('PARAMETER_INVALID');
    expect((await thrown(() => castColumn(words, 'x', 'boolean'))).code).toBe('PARAMETER_INVALID');
    expect((await thrown(() => castColumn(words, 'nope', 'text'))).code).toBe('COLUMN_NOT_FOUND');
  });
});
