import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { readFile } from '../readers/index.ts';
import { type Column, findColumn, isNumeric, type Table } from '../table.ts';
import { isNamesake, targetFindings } from './target-findings.ts';

const rows = 600;
const random = createRandom(11);
const noise = () => Float64Array.from({ length: rows }, () => random.normal());
const x = noise();
const flag = Int32Array.from(x, (value) => (value + random.normal() > 1 ? 1 : 0));
const numeric = (name: string, values: Float64Array): Column => ({ name, type: 'numeric', values });
const coded = (name: string, codes: Int32Array, levels: string[]): Column => ({
  name,
  type: 'categorical',
  codes,
  levels,
});
const target = coded('churn', flag, ['no', 'yes']);
const check = (columns: Column[], task: 'binary' | 'regression' = 'binary', name = 'churn') =>
  targetFindings({ rows, columns }, name, task).map((one) => [one.code, one.column]);

describe('leaks of the target', () => {
  it('are not seen in honest features', () => {
    expect(check([numeric('x', x), numeric('y', noise()), target])).toEqual([]);
  });

  it('a feature that is the target in other words', () => {
    expect(
      check([
        coded(
          'left',
          flag.map((code) => 1 - code),
          ['gone', 'here'],
        ),
        target,
      ]),
    ).toEqual([['LEAK_COPY', 'left']]);
    const price = x.map((value) => Math.exp(value));
    expect(
      check(
        [
          numeric('log', x),
          numeric(
            'minus',
            x.map((v) => -v),
          ),
          numeric('amount', price),
        ],
        'regression',
        'amount',
      ),
    ).toEqual([
      ['LEAK_COPY', 'log'],
      ['LEAK_COPY', 'minus'],
    ]);
  });

  it('a feature that tells it alone, by its value or by being missing', () => {
    const close = x.map((_, i) => flag[i]! * 10 + random.normal());
    expect(check([numeric('refund', close), target])).toEqual([['LEAK_SINGLE', 'refund']]);
    const known = x.map((value, i) => (flag[i] === 1 ? value : Number.NaN));
    const [code, column] = check([numeric('reason', known), target])[0]!;
    expect([column, ['LEAK_MISSING', 'LEAK_SINGLE']]).toEqual(['reason', expect.arrayContaining([code])]);
    const filled = x.map((value, i) => (i % 97 === 0 || flag[i] === 1 ? value : Number.NaN));
    expect(check([numeric('reason', filled), target])).toHaveLength(1);
    const paid = x.map((value) => value + 0.01 * random.normal());
    expect(check([numeric('paid', paid), numeric('sum', x)], 'regression', 'sum')).toEqual([['LEAK_SINGLE', 'paid']]);
  });

  it('columns that decide it together, or add up to it', () => {
    const parts = [0, 1, 2].map(() =>
      Float64Array.from({ length: rows }, () => (random.next() < 0.15 ? random.int(3) + 1 : 0)),
    );
    const won = Int32Array.from({ length: rows }, (_, i) => (parts.some((part) => part[i]! > 0) ? 1 : 0));
    const medals = parts.map((part, i) => numeric(['gold', 'silver', 'bronze'][i]!, part));
    const table: Table = { rows, columns: [numeric('x', x), ...medals, coded('medal', won, ['no', 'yes'])] };
    const found = targetFindings(table, 'medal', 'binary');
    expect(found.map((one) => [one.code, one.column])).toEqual(
      ['gold', 'silver', 'bronze'].map((name) => ['LEAK_TOGETHER', name]),
    );
    expect(found[0]!.columns).toEqual(['gold', 'silver', 'bronze']);
    expect(found[0]!.message).toContain(
      'it is yes exactly when gold is above 0, silver is above 0 or bronze is above 0',
    );
    const total = parts[0]!.map((value, i) => value + parts[1]![i]! + 4);
    const sum = targetFindings({ rows, columns: [...medals, numeric('total', total)] }, 'total', 'regression');
    expect(sum.map((one) => [one.code, one.column])).toEqual([
      ['LEAK_SUM', 'gold'],
      ['LEAK_SUM', 'silver'],
    ]);
    expect(sum[0]!.message).toContain('total is gold + silver + 4 in every row');
  });

  it('a namesake is only mentioned', () => {
    expect(check([numeric('churn_date_known', noise()), target])).toEqual([['TARGET_NAME', 'churn_date_known']]);
    expect(isNamesake('salePriceLog', 'SalePrice')).toBe(true);
    expect(isNamesake('Pclass', 'class')).toBe(false);
    expect(isNamesake('prices', 'price')).toBe(false);
  });

  it('few rows, a constant or an unknown target are no ground for a verdict', () => {
    const few = { rows: 10, columns: [numeric('a', x.slice(0, 10)), coded('t', flag.slice(0, 10), ['no', 'yes'])] };
    expect(targetFindings(few, 't', 'binary')).toEqual([]);
    expect(check([numeric('a', x), coded('churn', new Int32Array(rows), ['no'])])).toEqual([]);
    expect(check([numeric('a', x)])).toEqual([]);
  });
});

describe('the samples', () => {
  const sample = (name: string) => createRequire(import.meta.url).resolve(`@observablehq/sample-datasets/${name}.csv`);

  it('olympians: the three medal columns give a won medal away', async () => {
    const { table } = await readFile({ path: sample('olympians') });
    const medals = ['gold', 'silver', 'bronze'].map((name) => findColumn(table, name)!);
    const codes = Int32Array.from({ length: table.rows }, (_, row) =>
      medals.some((column) => isNumeric(column) && column.values[row]! > 0) ? 1 : 0,
    );
    const columns = [...table.columns, { name: 'medal', type: 'boolean', codes, levels: ['no', 'yes'] } as Column];
    const found = targetFindings({ rows: table.rows, columns }, 'medal', 'binary');
    expect(found.map((one) => [one.code, one.column])).toEqual(
      ['gold', 'silver', 'bronze'].map((name) => ['LEAK_TOGETHER', name]),
    );
  });

  it('penguins and diamonds have no leak', async () => {
    expect(targetFindings((await readFile({ path: sample('penguins') })).table, 'species', 'multiclass')).toEqual([]);
    expect(targetFindings((await readFile({ path: sample('diamonds') })).table, 'price', 'regression')).toEqual([]);
  });
});
