import { type Column, createRandom, type Table } from '@laurel/tabular';
import { describe, expect, it } from 'vitest';
import { datePart } from './dates.ts';
import { fitDesign, restoreDesign } from './design.ts';
import { type ExpandOptions, fitExpansion, restoreExpansion } from './expand.ts';
import { targetOutputs } from './outputs.ts';
import { fitScaling, writeScaled } from './scaling.ts';
import { fitTargetCodes, targetFolds } from './target-encoding.ts';
import { describeText } from './text.ts';

const options: ExpandOptions = { cyclicDates: true, words: 10, levelLimit: 5, levelMinCount: 2, seed: 1 };

function example(rows: number): { table: Table; target: Float64Array } {
  const random = createRandom(5);
  const target = Float64Array.from({ length: rows }, () => random.int(2));
  const columns: Column[] = [
    { name: 'x', type: 'numeric', values: Float64Array.from({ length: rows }, () => random.normal()) },
    { name: 'day', type: 'datetime', values: Float64Array.from({ length: rows }, (_, i) => i * 86_400_000) },
    {
      name: 'town',
      type: 'categorical',
      codes: Int32Array.from({ length: rows }, () => random.int(40)),
      levels: Array.from({ length: 40 }, (_, i) => `town ${i}`),
    },
    {
      name: 'remark',
      type: 'text',
      codes: Int32Array.from({ length: rows }, (_, i) => i),
      levels: Array.from(target, (value, i) => `${value > 0 ? 'splendid' : 'awful'} stay ${i % 3}`),
    },
  ];
  return { table: { rows, columns }, target };
}

const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);

describe('features', () => {
  it('learns from the training rows alone: whatever other rows hold changes nothing', () => {
    const { table, target } = example(200);
    const rows = range(0, 120);
    const stateOf = (changed: Table, answers: Float64Array) => {
      const outputs = targetOutputs('binary', 2, answers, rows);
      const { expansion, training } = fitExpansion(changed, rows, outputs, options);
      const sizes = expansion.categories.map((category) => category.size);
      const design = fitDesign(training, sizes, { kind: 'standard', skewLimit: 0.99, pieces: 4, signedPairs: true });
      return JSON.stringify([expansion.state(), design.state(), Array.from(design.encode(training).dense)]);
    };
    const columns = table.columns.map((column): Column => {
      if ('values' in column)
        return { ...column, values: column.values.map((value, i) => (i < 120 ? value : 1e6 - i)) };
      return { ...column, codes: column.codes.map((code, i) => (i < 120 ? code : (i * 7) % column.levels.length)) };
    });
    const answers = target.map((value, i) => (i < 120 ? value : 1 - value));
    expect(stateOf({ rows: 200, columns }, answers)).toBe(stateOf(table, target));
  });

  it('comes back from its state exactly, and gives each row the same alone', () => {
    const { table, target } = example(150);
    const rows = range(0, 100);
    const { expansion, training } = fitExpansion(table, rows, targetOutputs('binary', 2, target, rows), options);
    const sizes = expansion.categories.map((category) => category.size);
    const encoder = fitDesign(training, sizes, { kind: 'robust', skewLimit: null, pieces: 0, signedPairs: true });
    const state = expansion.state();
    const again = restoreExpansion({ header: JSON.parse(JSON.stringify(state.header)), tensors: state.tensors });
    const sameEncoder = restoreDesign({ header: JSON.parse(JSON.stringify(encoder.state().header)), tensors: {} });
    const whole = encoder.encode(expansion.transform(table, range(0, 150)));
    expect(sameEncoder.encode(again.transform(table, range(0, 150)))).toEqual(whole);
    const alone = encoder.encode(expansion.transform(table, Int32Array.of(140)));
    expect(alone.dense).toEqual(whole.dense.slice(140 * whole.width, 141 * whole.width));
    expect(alone.hot).toEqual(whole.hot.slice(140 * whole.hotColumns, 141 * whole.hotColumns));
    expect(expansion.numericNames).toHaveLength(training.numeric.length);
  });

  it('finds the words that matter', () => {
    const { table, target } = example(150);
    const rows = range(0, 150);
    const { expansion, training } = fitExpansion(table, rows, targetOutputs('binary', 2, target, rows), options);
    const first = expansion.numericNames.findIndex((name) => name.startsWith('remark (word '));
    const column = training.numeric[first]!;
    const agree = target.filter((value, i) => column[i]! > 0 === value > 0).length;
    expect([0, 150]).toContain(agree);
  });

  it("puts words behind all other numbers, and reads models of before, where they were in their column's place", () => {
    const { table, target } = example(150);
    const rows = range(0, 150);
    const turned: Table = { rows: 150, columns: table.columns.toReversed() };
    const { expansion } = fitExpansion(turned, rows, targetOutputs('binary', 2, target, rows), options);
    const isWord = expansion.numericNames.map((name) => name.includes('(word '));
    expect(isWord.lastIndexOf(false)).toBeLessThan(isWord.indexOf(true));
    const blocks = [
      { kind: 'text', column: 'remark', words: [7, 9] },
      { kind: 'number', column: 'x' },
    ];
    const old = restoreExpansion({ header: { blocks }, tensors: {} });
    expect(old.numericNames.slice(-3)).toEqual(['remark (word 7)', 'remark (word 9)', 'x']);
    expect(old.transform(table, rows).numeric).toHaveLength(9);
  });

  it('marks missing values once for columns that miss the same rows, and each that misses others', () => {
    const missing = [0, 3, 4];
    const numeric = [missing, missing, [1], missing, []].map((own, k) =>
      Float64Array.from({ length: 6 }, (_, i) => (own.includes(i) ? Number.NaN : k + (k === 3 ? 0 : i))),
    );
    const options = { kind: 'standard', skewLimit: null, pieces: 0, signedPairs: false } as const;
    const encoder = fitDesign({ rows: 6, numeric, categories: [] }, [], options);
    const { hotColumns, hot, width } = encoder.encode({ rows: 6, numeric, categories: [] });
    expect([encoder.hotWidth, hotColumns, width]).toEqual([2, 2, 4]);
    expect(Array.from(hot)).toEqual([0, -1, -1, 1, -1, -1, 0, -1, 0, -1, -1, -1]);
  });

  it('encodes a category without looking at the row itself', () => {
    const random = createRandom(8);
    const codes = Int32Array.from({ length: 4000 }, () => random.int(1000));
    const noise = Float64Array.from({ length: 4000 }, () => random.int(2));
    const { training, tables } = fitTargetCodes(codes, 1000, [noise], targetFolds({ values: [noise] }, 3));
    const correlation = (values: Float64Array) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / 4000;
      let both = 0;
      let own = 0;
      let other = 0;
      for (let i = 0; i < 4000; i++) {
        both += (values[i]! - mean) * (noise[i]! - 0.5);
        own += (values[i]! - mean) ** 2;
        other += (noise[i]! - 0.5) ** 2;
      }
      return both / Math.sqrt(own * other);
    };
    expect(Math.abs(correlation(training[0]!))).toBeLessThan(0.06);
    expect(correlation(Float64Array.from(codes, (code) => tables[0]![code]!))).toBeGreaterThan(0.3);
  });

  it('reads the parts of dates', () => {
    const ms = Date.UTC(2024, 1, 29, 18, 30);
    expect(datePart('year', ms)).toBe(2024);
    expect(datePart('month', ms)).toBe(2);
    expect(datePart('day', ms)).toBe(29);
    expect(datePart('weekday', ms)).toBe(3); // a Thursday
    expect(datePart('hour', ms)).toBe(18.5);
    expect(datePart('weekday', Date.UTC(1969, 11, 29))).toBe(0); // a Monday
    expect(datePart('hour sin', ms)).toBeCloseTo(Math.sin((2 * Math.PI * 18.5) / 24), 12);
    expect(datePart('year', 9e15)).toBeNaN();
  });

  it('describes texts', () => {
    expect(describeText('Room 12!')).toEqual([8, 2, 2 / 8, 1 / 8, 1 / 8, 4]);
    expect(describeText('')).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it.each(['standard', 'normal', 'log', 'robust', 'pieces'] as const)('scales values in their order (%s)', (kind) => {
    const random = createRandom(9);
    const values = Float64Array.from({ length: 500 }, () => {
      if (kind === 'standard' || kind === 'robust') return random.normal();
      return kind === 'log' && random.next() < 0.5 ? 0 : Math.exp(2 * random.normal());
    }).sort();
    const asked = {
      kind: kind === 'robust' ? 'robust' : 'standard',
      skewLimit: 0.99,
      pieces: kind === 'pieces' ? 6 : 0,
    } as const;
    const scaling = fitScaling(values, asked);
    expect(scaling.kind).toBe(kind);
    const out = new Float64Array(8);
    let previous = Number.NEGATIVE_INFINITY;
    for (const value of [-1e100, ...values, 1e100]) {
      out.fill(0);
      writeScaled(scaling, value, out, 0);
      const sum = out.reduce((total, part) => total + part, 0);
      expect(sum).toBeGreaterThanOrEqual(previous - 1e-12);
      expect(Math.abs(sum)).toBeLessThanOrEqual(10);
      previous = sum;
    }
  });
});
