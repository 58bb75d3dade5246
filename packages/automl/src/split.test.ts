import { profileTable, type Table } from '@laurel/tabular';
import { describe, expect, it } from 'vitest';
import { foldRows } from './folds.ts';
import { planExperiment } from './plan/plan.ts';
import { decodePrepared, encodePrepared, prepareData } from './prepare.ts';
import { tableOf } from './testing.ts';

const rows = 400;
/** Days in a mixed order, four rows a day; `shop` has 25 shops; one day and one shop are not known. */
const table: Table = tableOf({
  day: Array.from({ length: rows }, (_, i) => (i === 3 ? null : `2024-01-01T00:00:00Z`.replace('01-01', dayOf(i)))),
  shop: Array.from({ length: rows }, (_, i) => (i === 5 ? null : `shop ${(i * 7) % 25}`)),
  x: Array.from({ length: rows }, (_, i) => (i * 37) % 101),
  sold: Array.from({ length: rows }, (_, i) => (i * 53) % 97),
});
function dayOf(i: number): string {
  const day = ((i * 29) % rows) >> 2;
  return new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(5, 10);
}
const profile = profileTable(table);
const prepare = (request: object) =>
  prepareData(table, planExperiment({ profile, request: { target: 'sold', ...request }, seed: 3 }));

function valuesOf(name: string, rowIds: Int32Array): (string | number)[] {
  const column = table.columns.find((one) => one.name === name)!;
  return Array.from(rowIds, (row) => ('values' in column ? column.values[row]! : column.codes[row]!));
}

describe('rows in order of time', () => {
  const prepared = prepare({ validation: { kind: 'time', column: 'day', folds: 4, gap: 3 }, holdout: 0.2 });
  const times = valuesOf('day', prepared.rowIds) as number[];
  const dayMs = 86_400_000;

  it('leave out what has no time, and seal the latest', () => {
    expect(prepared.rowIds).toHaveLength(rows - 1);
    expect(prepared.plan.warnings.map(({ code }) => code)).toEqual(['TIME_MISSING']);
    expect([...times].sort((a, b) => a - b)).toEqual(times);
    expect(times[prepared.trainingRows]!).toBeGreaterThan(times[prepared.trainingRows - 1]!);
    expect(prepared.plan.rows).toMatchObject({ usable: 399, training: prepared.trainingRows });
  });

  it('train on what came before, with the gap, and never on sealed or later rows', () => {
    const seen = new Set<number>();
    for (const number of [0, 1, 2, 3]) {
      const { training, validation } = foldRows(prepared, { repeat: 0, number });
      expect(validation.length).toBeGreaterThan(10);
      const lastTrained = times[training.at(-1)!]!;
      expect((times[validation[0]!]! - lastTrained) / dayMs).toBe(4);
      expect(validation.at(-1)!).toBeLessThan(prepared.trainingRows);
      for (const row of validation) {
        expect(training.includes(row)).toBe(false);
        expect(seen.has(row)).toBe(false);
        seen.add(row);
      }
    }
  });

  it('keep ends of training and stretches in the file of the experiment', () => {
    expect(prepared.blocks).toHaveLength(rows - 1);
    expect(decodePrepared(encodePrepared(prepared))).toEqual(prepared);
    const other = prepare({ validation: { kind: 'time', column: 'day', folds: 4, gap: 2 }, holdout: 0.2 });
    expect(other.splitSha256).not.toBe(prepared.splitSha256);
  });

  it('are cut once where one fold is asked for', () => {
    const single = prepare({ validation: { kind: 'holdout' }, roles: { time: 'day' }, holdout: 0 });
    const { training, validation } = foldRows(single, { repeat: 0, number: 0 });
    expect(training.length + validation.length).toBe(399);
    expect(training.at(-1)! + 1).toBe(validation[0]);
  });

  it('refuse more folds than there are times for', () => {
    const few = tableOf({
      year: Array.from({ length: 60 }, (_, i) => (i < 30 ? 2001 + (i % 5) : null)),
      x: Array.from({ length: 60 }, (_, i) => i % 7),
      y: Array.from({ length: 60 }, (_, i) => (i >= 30 ? i : i % 5 === 0 ? i : null)),
    });
    const request = { target: 'y', roles: { time: 'year' }, validation: { folds: 3 } };
    const planned = planExperiment({ profile: profileTable(few), request, seed: 1 });
    expect(() => prepareData(few, planned)).toThrow('distinct times');
  });
});

describe('groups', () => {
  it('are in one fold or sealed, whole, in every repeat', () => {
    const prepared = prepare({ roles: { group: 'shop' }, validation: { folds: 4, repeats: 2 }, holdout: 0.2 });
    const shops = valuesOf('shop', prepared.rowIds);
    const known = (row: number) => shops[row] !== -1;
    const sealed = new Set(shops.filter((_, row) => row >= prepared.trainingRows && known(row)));
    expect(sealed.size).toBeGreaterThan(1);
    expect(prepared.folds).toHaveLength(2);
    for (const fold of prepared.folds) {
      const foldOf = new Map<string | number, number>();
      fold.forEach((number, row) => {
        expect(number).toBeGreaterThanOrEqual(0);
        if (!known(row)) return;
        expect(sealed.has(shops[row]!)).toBe(false);
        expect(foldOf.get(shops[row]!) ?? number).toBe(number);
        foldOf.set(shops[row]!, number);
      });
    }
    const blocks = prepared.blocks!;
    expect(new Set(blocks).size).toBe(26);
    expect(decodePrepared(encodePrepared(prepared))).toEqual(prepared);
  });

  it('are validated once where there is time for one fit alone', () => {
    const prepared = prepare({ validation: { kind: 'holdout' }, roles: { group: 'shop' }, holdout: 0 });
    const shops = valuesOf('shop', prepared.rowIds);
    const validated = new Set(shops.filter((_, row) => prepared.folds[0]![row] === 0));
    expect(validated.size).toBeGreaterThan(0);
    shops.forEach((shop, row) => {
      if (validated.has(shop)) expect(prepared.folds[0]![row]).toBe(0);
    });
  });
});
