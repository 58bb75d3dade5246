import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTable, encodeTable } from './encode.ts';
import { sortByCodePoint } from './order.ts';
import type { Column, Table } from './table.ts';
import { thrown } from './testing/files.ts';

const name = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', 'constructor', ' a', '\u202e'));

const tables: fc.Arbitrary<Table> = fc
  .tuple(fc.nat(30), fc.uniqueArray(name, { maxLength: 6 }))
  .chain(([rows, names]) => fc.tuple(...names.map((one) => columnOf(one, rows))).map((columns) => ({ rows, columns })));

function columnOf(columnName: string, rows: number): fc.Arbitrary<Column> {
  const length = { minLength: rows, maxLength: rows };
  const values = fc
    .float64Array({ ...length })
    .map((array): Column => ({ name: columnName, type: 'numeric', values: array }));
  const coded = fc.uniqueArray(fc.string({ unit: 'grapheme' }), { maxLength: 5 }).chain((unsorted) => {
    const levels = sortByCodePoint(unsorted);
    return fc
      .array(fc.integer({ min: -1, max: levels.length - 1 }), length)
      .map((codes): Column => ({ name: columnName, type: 'categorical', codes: Int32Array.from(codes), levels }));
  });
  return fc.oneof(values, coded);
}

const example: Table = {
  rows: 3,
  columns: [
    { name: 'when', type: 'datetime', values: Float64Array.of(0, Number.NaN, 1e12), dateFormat: 'DD.MM.YYYY' },
    { name: '__proto__', type: 'boolean', codes: Int32Array.of(1, -1, 0), levels: ['no', 'yes'] },
  ],
};

describe('the stored form of a table', () => {
  it('gives back exactly what was stored', () => {
    fc.assert(
      fc.property(tables, (table) => {
        expect(decodeTable(encodeTable(table))).toEqual(table);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps type, date format and missing values', () => {
    expect(decodeTable(encodeTable(example))).toEqual(example);
  });

  it('gives views where the bytes are aligned, and copies where they are not', () => {
    const bytes = encodeTable(example);
    const first = decodeTable(bytes).columns[0]!;
    expect('values' in first && first.values.buffer).toBe(bytes.buffer);
    const shifted = new Uint8Array(bytes.byteLength + 1);
    shifted.set(bytes, 1);
    expect(decodeTable(shifted.subarray(1))).toEqual(example);
  });

  it('finds every changed byte that matters and every truncation', async () => {
    const bytes = encodeTable(example);
    for (let at = 0; at < bytes.byteLength; at += 7) {
      const changed = bytes.slice();
      changed[at]! ^= 0x10;
      const damaged = await outcome(() => decodeTable(changed));
      // padding between sections is the only part that may change
      if (damaged !== 'ARTIFACT_CORRUPT') expect(damaged).toEqual(example);
      expect((await thrown(() => decodeTable(bytes.slice(0, at)))).code).toBe('ARTIFACT_CORRUPT');
    }
  });
});

async function outcome(action: () => Table): Promise<Table | string> {
  try {
    return action();
  } catch {
    return (await thrown(action)).code;
  }
}
