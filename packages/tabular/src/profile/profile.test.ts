import { datasetProfile } from '@laurel/contracts';
import { describe, expect, it } from 'vitest';
import { readCsvBytes } from '../csv/table-reader.ts';
import { inferTable } from '../infer/infer.ts';
import { defaultLimits } from '../limits.ts';
import { createRandom } from '../random.ts';
import { duplicateColumns, duplicateRowCount } from './duplicates.ts';
import { profileTable } from './profile.ts';
import { unusableColumns } from './unusable.ts';

function read(csv: string) {
  const options = { delimiter: ',', decimal: '.', header: true, limits: defaultLimits, minColumns: 2 } as const;
  return inferTable(readCsvBytes(new TextEncoder().encode(csv), options).raw);
}

function profile(csv: string) {
  const { table, columns } = read(csv);
  return profileTable(table, { columns });
}

const random = createRandom(9);
const noise = Array.from({ length: 120 }, () => random.normal().toFixed(3));
const table = noise.map((value, i) =>
  [
    i + 1,
    `k${i * 31}x`,
    'same',
    '',
    value,
    value,
    i % 3 === 0 ? 'rare' : '',
    `${i < 119 ? i % 7 : 'x'}`,
    i % 2 ? 'yes' : 'no',
    Number(value) * 2 + 1,
  ].join(','),
);
const wide = profile(`row,code,constant,empty,a,b,mostly,mixed,flag,linear\n${table.join('\n')}\n`);
const column = (name: string) => wide.columns.find((one) => one.name === name)!;

describe('a profile', () => {
  it('is valid as the contract says, also after JSON', () => {
    expect(() => datasetProfile.parse(JSON.parse(JSON.stringify(wide)))).not.toThrow();
  });

  it('describes the largest numbers there are', () => {
    const values = Float64Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 1 : -1) * (i + 1) * 1e306);
    const [column] = profileTable({ rows: 100, columns: [{ name: 'huge', type: 'numeric', values }] }).columns;
    expect(column!.mean).toBeCloseTo(-5e305, -300);
    expect(column!.sd! / 5.8e307).toBeCloseTo(1, 1);
    const one = { name: 'one', type: 'numeric' as const, values: new Float64Array(100).fill(1e160) };
    expect(() => datasetProfile.parse(profileTable({ rows: 100, columns: [one] }))).not.toThrow();
  });

  it('counts exactly', () => {
    const numbers = profile('x,y\n1,a\n2,a\n2,b\n,\n10,c\n').columns;
    expect(numbers[0]).toMatchObject({
      type: 'numeric',
      missing: 1,
      distinct: 3,
      min: 1,
      max: 10,
      mean: 3.75,
      rarest: { value: '1', count: 1 },
    });
    expect(numbers[0]!.sd).toBeCloseTo(4.193, 3);
    expect(numbers[0]!.quantiles![2]).toBe(2);
    expect(numbers[0]!.histogram!.counts.reduce((a, b) => a + b)).toBe(4);
    expect(numbers[0]!.top![0]).toEqual({ value: '2', count: 2 });
    expect(numbers[1]).toMatchObject({
      missing: 1,
      distinct: 3,
      top: [
        { value: 'a', count: 2 },
        { value: 'b', count: 1 },
        { value: 'c', count: 1 },
      ],
    });
  });

  it('finds what is wrong with columns and says what happens', () => {
    const codes = wide.findings.filter((one) => one.severity !== 'passed').map((one) => `${one.code} ${one.column}`);
    expect(codes).toEqual([
      'MIXED_TYPES mixed',
      'MISSING_HIGH mostly',
      'ID_LIKE row',
      'ID_LIKE code',
      'CONSTANT constant',
      'ALL_MISSING empty',
      'DUPLICATE_OF b',
    ]);
    expect(wide.findings.find((one) => one.code === 'ID_LIKE')!.message).toBe(
      'row looks like an identifier: it numbers the rows from 1 to 120. It will be left out.',
    );
    expect(wide.findings.filter((one) => one.severity === 'passed').map((one) => one.code)).toEqual(
      expect.arrayContaining(['DUPLICATE_ROWS', 'AMBIGUOUS_DATES', 'LOCALE_NUMBERS', 'HIGH_CARDINALITY']),
    );
    expect(column('row').type).toBe('numeric');
    expect(column('code').type).toBe('id');
  });

  it('correlates by rank', () => {
    const { columns, values } = wide.correlations!;
    expect(values[columns.indexOf('a')]![columns.indexOf('linear')]).toBeCloseTo(1, 10);
    expect(Math.abs(values[columns.indexOf('a')]![columns.indexOf('row')]!)).toBeLessThan(0.3);
  });

  it('draws missing values, correlations and distributions', () => {
    const ids = wide.visuals.map((chart) => chart.id);
    expect(ids).toEqual(
      expect.arrayContaining(['missing', 'correlations', 'strongest-pair', 'distribution-a', 'levels-flag']),
    );
    expect(ids).not.toContain('distribution-row');
  });

  it('tells of ambiguous dates, duplicates and few rows', () => {
    const { findings, duplicateRows } = profile('d,x\n01/02/2024,1\n03/04/2024,2\n01/02/2024,1\n');
    expect(duplicateRows).toBe(1);
    const alerts = findings.filter((one) => one.severity === 'alert').map((one) => one.code);
    expect(alerts).toEqual(['AMBIGUOUS_DATES', 'DUPLICATE_ROWS', 'FEW_ROWS']);
    expect(findings[0]!.message).toContain('MM/DD/YYYY and DD/MM/YYYY');
  });

  it('keeps a column called __proto__', () => {
    const names = profile('__proto__,constructor\n1,a\n2,b\n').columns.map((one) => one.name);
    expect(names).toEqual(['__proto__', 'constructor']);
  });
});

describe('identifiers', () => {
  const verdicts = (header: string, make: (i: number) => number) =>
    unusableColumns(
      read(`${header},y\n${Array.from({ length: 40 }, (_, i) => `${make(i)},${i % 5}`).join('\n')}\n`).table,
    ).map((one) => one.code);

  it('are numbers without a gap or with a telling name, but not calendar columns or measurements', () => {
    expect(verdicts('anything', (i) => (i * 7) % 40)).toEqual(['ID_LIKE']);
    expect(verdicts('customerId', (i) => i * 17)).toEqual(['ID_LIKE']);
    expect(verdicts('PassengerID', (i) => i * 17)).toEqual(['ID_LIKE']);
    expect(verdicts('year', (i) => 1980 + i)).toEqual([]);
    expect(verdicts('income', (i) => i * 17)).toEqual([]);
    expect(verdicts('humid', (i) => i * 17)).toEqual([]);
    expect(verdicts('store_id', (i) => i % 4)).toEqual([]);
  });
});

describe('duplicates', () => {
  it('are rows and columns equal in every value, missing ones too', () => {
    const { table: sample } = read('a,b,c,d\n1,x,1,x\n2,,2,\n1,x,1,x\n,y,,z\n');
    expect(duplicateRowCount(sample)).toBe(1);
    expect([...duplicateColumns(sample)]).toEqual([['c', 'a']]);
  });
});
