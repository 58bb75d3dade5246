import { describe, expect, it } from 'vitest';
import { rowsOf } from './rows.ts';
import type { SeriesSet } from './series.ts';

/** So many series of one length that end together; place 0 is the last. */
function setOf(count: number, length: number): SeriesSet {
  const each = <T>(make: () => T) => Array.from({ length: count }, make);
  return {
    names: Array.from({ length: count }, (_, s) => String(s)),
    step: { unit: 'ms', count: 3_600_000 },
    phase: 0,
    starts: new Int32Array(count).fill(1 - length),
    values: each(() => new Float64Array(length)),
    rows: each(() => Int32Array.from({ length }, (_, i) => i)),
    filled: 0,
    moved: 0,
  };
}

function targetsOf({ origins, steps, folds }: ReturnType<typeof rowsOf>): number[] {
  return [...folds[0]!.keys()].filter((row) => folds[0]![row] === -1).map((row) => origins[row]! + steps[row]!);
}

describe('rows that a forecast is learnt from', () => {
  it.each([
    [1, 61_000],
    [45, 9_300],
  ])('hold every hour of the day, up to the newest, of %i series of %i values', (count, length) => {
    const parts = rowsOf(setOf(count, length), { folds: 1, windows: 1, sealed: 0 }, 24, 1, 7);
    const targets = targetsOf(parts);
    expect(targets.length).toBeGreaterThan(25_000);
    expect(targets.length).toBeLessThan(61_000);
    expect(targets.at(-1)).toBeGreaterThan(-8);
    const hours = new Array<number>(24).fill(0);
    for (const target of targets) hours[((target % 24) + 24) % 24]!++;
    for (const rows of hours) expect(rows).toBeGreaterThan(targets.length / 48);
  });

  it('are few also where every series is shorter than what one date is drawn from', () => {
    const parts = rowsOf(setOf(40_000, 8), { folds: 1, windows: 1, sealed: 0 }, 1, 1, 7);
    const targets = targetsOf(parts);
    expect(targets.length).toBeLessThan(60_001);
    expect(new Set(targets)).toEqual(new Set([-4, -3, -2, -1, 0]));
  });
});

describe('rows that models are tried on', () => {
  const set = setOf(3000, 60);
  const parts = rowsOf(set, { folds: 3, windows: 1, sealed: 14 }, 14, 1, 7);

  it('are of a sample of many series, another one for each origin, whole horizons', () => {
    const { folds, origins, series, trainingRows } = parts;
    const perSeries = new Map<string, number>();
    for (const [row, fold] of folds[0]!.entries()) {
      if (fold < 0) continue;
      const key = `${origins[row]} ${series[row]}`;
      perSeries.set(key, (perSeries.get(key) ?? 0) + 1);
    }
    expect(new Set(perSeries.values())).toEqual(new Set([14]));
    const tried = perSeries.size * 14;
    expect(tried).toBeGreaterThan(55_000);
    expect(tried).toBeLessThanOrEqual(60_000);
    expect(new Set([...perSeries.keys()].map((key) => key.split(' ')[1])).size).toBeGreaterThan(2500);
    expect(series.length - trainingRows).toBe(3000 * 14);
  });

  it('are the same for the same seed, and all of few series', () => {
    const again = rowsOf(set, { folds: 3, windows: 1, sealed: 14 }, 14, 1, 7);
    for (const part of ['series', 'origins', 'steps'] as const) {
      expect(again[part].every((value, row) => value === parts[part][row])).toBe(true);
    }
    const few = rowsOf(setOf(3, 60), { folds: 3, windows: 1, sealed: 0 }, 14, 1, 7);
    expect(few.folds[0]!.filter((fold) => fold >= 0)).toHaveLength(3 * 3 * 14);
  });
});
