import type { ModelInput } from '@laurel/contracts';
import { describe, expect, it } from 'vitest';
import { cellAt, type Table } from '../table.ts';
import { thrown } from '../testing/files.ts';
import { conformTable, csvToTable } from './conform.ts';
import { recordsToTable } from './records.ts';

const inputs: ModelInput[] = [
  { name: 'age', type: 'numeric', example: 30 },
  { name: 'city', type: 'categorical', levels: ['Oslo', '1.0'], example: 'Oslo' },
  { name: 'member', type: 'boolean', levels: ['no', 'yes'], example: 'yes' },
  { name: 'since', type: 'datetime', dateFormat: 'DD/MM/YYYY', example: '13/02/2024' },
  { name: '__proto__', type: 'numeric', example: 1 },
];
const row = '{"age": 31, "city": "Oslo", "member": true, "since": "01/02/2024", "__proto__": 5}';
const records = (...texts: string[]) => texts.map((text) => JSON.parse(text) as Record<string, unknown>);
const cells = (table: Table, index: number) => table.columns.map((column) => cellAt(column, index));

describe('rows of a request', () => {
  it('become a table of the inputs, in their order, with dates as the training data writes them', () => {
    const missing = '{"__proto__": null, "since": null, "member": null, "city": null, "age": null}';
    const { table, warnings } = recordsToTable(records(row, missing), inputs);
    expect(warnings).toEqual([]);
    expect(table.columns.map((column) => column.name)).toEqual(inputs.map((input) => input.name));
    expect(cells(table, 0)).toEqual([31, 'Oslo', 'yes', '2024-02-01T00:00:00.000Z', 5]);
    expect(cells(table, 1)).toEqual([null, null, null, null, null]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('an absent key is named with its row, even one that every object inherits', async () => {
    const absent = await thrown(() => recordsToTable(records(row, row.replace('"age": 31, ', '')), inputs));
    expect([absent.code, absent.status, absent.details]).toEqual([
      'MISSING_FEATURE',
      422,
      { path: 'rows[1].age', column: 'age' },
    ]);
    const inherited = await thrown(() => recordsToTable(records(row.replace(', "__proto__": 5', '')), inputs));
    expect(inherited.details.path).toBe('rows[0].__proto__');
    const method = await thrown(() => recordsToTable([{}], [{ name: 'toString', type: 'text', example: null }]));
    expect(method.code).toBe('MISSING_FEATURE');
  });

  it('a value of another type is named with its path', async () => {
    const wrong: [string, string][] = [
      [row.replace('31', '"31"'), 'rows[0].age'],
      [row.replace('31', '1e999'), 'rows[0].age'],
      [row.replace('31', 'true'), 'rows[0].age'],
      [row.replace('"Oslo"', 'true'), 'rows[0].city'],
      [row.replace('"Oslo"', '{"a": 1}'), 'rows[0].city'],
      [row.replace('"01/02/2024"', '"soon"'), 'rows[0].since'],
      [row.replace('true', '[1]'), 'rows[0].member'],
    ];
    for (const [text, path] of wrong) {
      const error = await thrown(() => recordsToTable(records(text), inputs));
      expect([error.code, error.status, error.details.path]).toEqual(['TYPE_MISMATCH', 422, path]);
      expect(error.message).toContain(path);
    }
  });

  it('unused keys and unseen categories are warnings', () => {
    const { table, warnings } = recordsToTable(records(row, row.replace('"Oslo"', '"Rome", "shoe": 43')), inputs);
    expect(warnings.map(({ code, column }) => [code, column])).toEqual([
      ['UNKNOWN_FIELD', 'shoe'],
      ['UNSEEN_CATEGORY', 'city'],
    ]);
    expect(warnings[1]!.message).toContain('rows[1].city');
    expect(cellAt(table.columns[1]!, 1)).toBe('Rome');
  });
});

describe('rows of a CSV', () => {
  it('are matched by name, whatever the order, case and spaces, and categories are taken as written', () => {
    const csv = 'extra,since,__proto__,City , member,age\n7,13/02/2024,1,1.0,yes,"1,000"\n8,,,,,\n';
    const result = csvToTable(csv, inputs);
    expect(cells(result.table, 0)).toEqual([1000, '1.0', 'yes', '2024-02-13T00:00:00.000Z', 1]);
    expect(cells(result.table, 1)).toEqual([null, null, null, null, null]);
    expect(result.matched).toEqual(inputs.map((input) => input.name));
    expect(result.unused.columns.map((column) => [column.name, column.type])).toEqual([['extra', 'numeric']]);
    expect(result.warnings).toMatchObject([{ code: 'UNKNOWN_FIELD', column: 'extra' }]);
  });

  it('an absent column is an error, or missing with a report', async () => {
    const csv = 'age,city,member,since\n1,Rome,no,\n';
    const error = await thrown(() => csvToTable(csv, inputs));
    expect([error.code, error.details.column]).toEqual(['MISSING_FEATURE', '__proto__']);
    const report = csvToTable(csv, inputs, { missing: 'as-missing' });
    expect([report.missing, report.unseen]).toEqual([['__proto__'], [{ column: 'city', values: 1, rows: 1 }]]);
    expect(cells(report.table, 0)).toEqual([1, 'Rome', 'no', null, null]);
  });

  it('a cell of another type is named with its path', async () => {
    const head = 'age,city,member,since,__proto__\n31,Oslo,yes,,1\n';
    const age = await thrown(() => csvToTable(`${head}old,Oslo,yes,,1\n`, inputs));
    expect([age.code, age.details.path]).toEqual(['TYPE_MISMATCH', 'rows[1].age']);
    const date = await thrown(() => csvToTable(`${head}31,Oslo,yes,soon,1\n`, inputs));
    expect(date.details.path).toBe('rows[1].since');
    const long = await thrown(() => csvToTable(`${head}31,Oslo,yes\n`, inputs));
    expect(long.message).toBe('Row 3 has 3 values where the header has 5.');
  });

  it('decimal commas and one column only', () => {
    expect(cells(csvToTable('age;city\n3,5;Oslo\n', inputs, { missing: 'as-missing' }).table, 0).slice(0, 2)).toEqual([
      3.5,
      'Oslo',
    ]);
    const single = csvToTable('age\n5\n\n7\n', inputs.slice(0, 1)).table;
    expect([0, 1, 2].map((row) => cells(single, row)[0])).toEqual([5, null, 7]);
  });
});

describe('a table that was read before', () => {
  it('is brought to the inputs without changing it', () => {
    const codes = Int32Array.of(1, -1);
    const given: Table = {
      rows: 2,
      columns: [
        { name: 'city', type: 'categorical', codes, levels: ['never used', 'Oslo'] },
        { name: 'age', type: 'categorical', codes: Int32Array.of(0, 0), levels: ['30'] },
      ],
    };
    const { table } = conformTable(given, inputs.slice(0, 2));
    expect([cells(table, 0), cells(table, 1)]).toEqual([
      [30, 'Oslo'],
      [30, null],
    ]);
    expect([...codes]).toEqual([1, -1]);
  });
});
