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
    expect(() => prepareData(few, planned)).toThrow('1 distinct time ');
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

/** Rows of a group or time each, so many of each name; the target has no order. */
function tableOfParts(parts: Record<string, number>, name = 'part'): Table {
  const cells = Object.entries(parts).flatMap(([part, count]) => Array<string>(count).fill(part));
  const isNumeric = cells.every((cell) => Number.isFinite(Number(cell)));
  return tableOf({
    [name]: isNumeric ? cells.map(Number) : cells,
    x: cells.map((_, i) => (i * 37) % 101),
    y: cells.map((_, i) => (i * 53) % 97),
  });
}
function prepareParts(parts: Record<string, number>, role: 'group' | 'time', request: object, seed = 3) {
  const of = tableOfParts(parts);
  const asked = { target: 'y', roles: { [role]: 'part' }, ...request };
  const planned = planExperiment({ profile: profileTable(of), request: asked, seed });
  return { of, planned, prepared: prepareData(of, planned) };
}

describe('few groups', () => {
  it('are validated by one of them where one of three is sealed', () => {
    for (let seed = 0; seed < 10; seed++) {
      const request = { validation: { kind: 'holdout' }, holdout: 0.2 };
      const { prepared } = prepareParts({ a: 60, b: 50, c: 40 }, 'group', request, seed);
      const { training, validation } = foldRows(prepared, { repeat: 0, number: 0 });
      expect(prepared.rowIds.length).toBeGreaterThan(prepared.trainingRows);
      expect(Math.min(training.length, validation.length)).toBeGreaterThanOrEqual(40);
    }
  });

  it('are enough for the folds of the plan: the sealed part is smaller then', () => {
    const sizes = { a: 220, b: 60, c: 20, d: 20, e: 20, f: 20, g: 20, h: 20 };
    for (let seed = 0; seed < 10; seed++) {
      const { planned, prepared } = prepareParts(sizes, 'group', { holdout: 0.2 }, seed);
      expect(planned.validation.folds).toBe(5);
      expect(prepared.plan.validation.folds).toBe(5);
      expect(new Set(prepared.folds[0]).size).toBe(5);
      expect(prepared.plan.rows.holdout).toBeGreaterThanOrEqual(20);
      expect(prepared.plan.warnings).toEqual([]);
    }
  });

  const partlyKnown = (known: string) => {
    const of = tableOf({
      part: Array.from({ length: 120 }, (_, i) => 'abcdef'[i % 6]!),
      x: Array.from({ length: 120 }, (_, i) => (i * 37) % 101),
      y: Array.from({ length: 120 }, (_, i) => (known.includes('abcdef'[i % 6]!) ? i * 0.5 : null)),
    });
    const request = { target: 'y', roles: { group: 'part' }, holdout: 0.3 };
    return { of, planned: planExperiment({ profile: profileTable(of), request, seed: 1 }) };
  };

  it('make fewer folds where the target is known in fewer groups, and the same ones from the completed plan', () => {
    const { of, planned } = partlyKnown('abcd');
    const prepared = prepareData(of, planned);
    expect([planned.validation.folds, prepared.plan.validation.folds]).toEqual([5, 3]);
    expect(new Set(prepared.folds[0])).toEqual(new Set([0, 1, 2]));
    expect(prepared.plan.warnings.map(({ code }) => code)).toContain('FEWER_FOLDS');
    expect(prepared.plan.sentences.join(' ')).toContain('fitted on 3 folds of groups');
    expect(prepareData(of, prepared.plan).splitSha256).toBe(prepared.splitSha256);
  });

  it('are refused where no group would be left to validate on', () => {
    const { of, planned } = partlyKnown('ab');
    expect(() => prepareData(of, planned)).toThrow(/2 groups among the rows with a target.*or no holdout/);
  });
});

describe('few times', () => {
  const years = (counts: number[]) => Object.fromEntries(counts.map((count, i) => [String(2001 + i), count]));

  it('make fewer folds where most rows are of the first, and the same ones from the completed plan', () => {
    const { of, planned, prepared } = prepareParts(years([120, 120, 100, 12, 12, 12, 12, 12]), 'time', {
      holdout: 0.2,
    });
    expect(planned.validation.folds).toBe(5);
    expect(prepared.plan.validation.folds).toBe(2);
    expect(prepared.trainEnds).toHaveLength(2);
    expect(new Set(prepared.folds[0])).toEqual(new Set([-1, 0, 1]));
    expect(prepared.plan.warnings.map(({ message }) => message)).toEqual([
      '"part" has 3 distinct times in the rows for training: 2 folds are made of them in place of 5. A smaller holdout may allow more.',
    ]);
    expect(prepared.plan.sentences.join(' ')).toContain('fitted 2 times');
    expect(prepareData(of, prepared.plan).splitSha256).toBe(prepared.splitSha256);
  });

  it('leave one to validate on, however many rows the first has', () => {
    const { prepared } = prepareParts(years([360, 10, 10, 10, 10]), 'time', { holdout: 0.2, validation: { gap: 1 } });
    const { training, validation } = foldRows(prepared, { repeat: 0, number: 0 });
    expect([training.length, validation.length]).toEqual([360, 10]);
    expect(prepared.plan.rows).toMatchObject({ training: 380, holdout: 20 });
  });
});

describe('a class of few rows', () => {
  const withPositives = (positives: number[], request: object, length = 600) => {
    const of = tableOf({
      at: Array.from({ length }, (_, i) => i),
      x: Array.from({ length }, (_, i) => (i * 37) % 101),
      y: Array.from({ length }, (_, i) => (positives.includes(i) ? 'yes' : 'no')),
    });
    return prepareData(
      of,
      planExperiment({ profile: profileTable(of), request: { target: 'y', ...request }, seed: 1 }),
    );
  };
  const validated = (prepared: ReturnType<typeof withPositives>) => {
    const yes = prepared.plan.labels.indexOf('yes');
    return [...prepared.folds[0]!.keys()]
      .filter((row) => prepared.target[row] === yes)
      .map((row) => prepared.folds[0]![row]!);
  };

  it('has a fold for each of its rows, and keeps two of them from being sealed', () => {
    expect(new Set(validated(withPositives([9, 99, 199], { validation: { folds: 5 } }))).size).toBe(3);
    expect(new Set(validated(withPositives([9, 99], { validation: { folds: 5 }, holdout: 0.5 }))).size).toBe(2);
  });

  it('is learnt and scored in one split too', () => {
    const prepared = withPositives([9, 99], { validation: { kind: 'holdout' } });
    expect(validated(prepared).sort()).toEqual([-1, 0]);
  });

  it('is refused by a metric that wants both where none of it is among the rows to score on', () => {
    const early = { roles: { time: 'at' }, validation: { folds: 2 } };
    expect(() => withPositives([3, 5, 8], early)).toThrow(/have "no" alone.*ROC AUC is not defined.*log_loss/);
    expect(withPositives([3, 5, 8], { ...early, metric: 'log_loss' }).plan.metric).toBe('log_loss');
  });
});
