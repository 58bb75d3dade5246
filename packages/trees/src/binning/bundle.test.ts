import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FeatureBinning, FeatureInput } from '../types.ts';
import { bundleFeatures } from './bundle.ts';
import { unusualRows } from './usual-bin.ts';

/** A category column with `bins` bins that is in bin 1 but for the rows given, which are in bin 2. */
function category(index: number, rows: number, bins: number, away: readonly number[]) {
  const codes = new Int32Array(rows);
  for (const row of away) codes[row] = 1;
  const feature: FeatureInput = { kind: 'categorical', codes, levels: bins - 1 };
  const binOfLevel = Uint8Array.from({ length: bins - 1 }, (_, level) => level + 1);
  const binning: FeatureBinning = { kind: 'categorical', binOfLevel, bins, unseenBin: 0 };
  return { index, stacked: { parts: [{ feature, rows }], rows, binning } };
}

/** A sparse column of values above 0 in the rows given. */
function sparse(index: number, rows: number, away: readonly number[]) {
  const feature: FeatureInput = {
    kind: 'sparse',
    rows: Int32Array.from(away),
    values: Float64Array.from(away, () => 1),
  };
  const binning: FeatureBinning = { kind: 'numeric', upper: Float64Array.of(0, Infinity) };
  return { index, stacked: { parts: [{ feature, rows }], rows, binning } };
}

describe('bundleFeatures', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('finds groups beyond the hundredth where those before have no room', () => {
    const rows = 100;
    const full = Array.from({ length: 120 }, (_, index) => category(index, rows, 201, [0, 1, 2]));
    const later = [[3, 4], [3], [4], [5]].map((away, i) => category(120 + i, rows, 61, away));
    // In the order of their rows away: 120 begins a group, 121 and 122 meet it in a row, 123 does not.
    expect(bundleFeatures([...full, ...later], rows)).toEqual([
      { features: [120, 123], usual: [1, 1] },
      { features: [121, 122], usual: [1, 1] },
    ]);
  });

  it('keeps marks of no more groups than are looked at', () => {
    let bytes = 0;
    class Counted extends Uint32Array {
      constructor(length: number) {
        super(length);
        bytes += this.byteLength;
      }
    }
    vi.stubGlobal('Uint32Array', Counted);
    const rows = 32_000;
    const meeting = Array.from({ length: 1_000 }, (_, index) => sparse(index, rows, [7]));
    expect(bundleFeatures(meeting, rows)).toEqual([]);
    expect(bytes).toBe((100 * rows) / 8);
  });
});

describe('unusualRows', () => {
  it('lists the rows that a sparse column leaves out where 0 is not the usual bin', () => {
    const feature: FeatureInput = {
      kind: 'sparse',
      rows: Int32Array.of(0, 2, 3, 5),
      values: Float64Array.of(1, NaN, 2, -1),
    };
    const binning: FeatureBinning = { kind: 'numeric', upper: Float64Array.of(-0.5, 0.5, Infinity) };
    const stacked = { parts: [feature, feature].map((part) => ({ feature: part, rows: 7 })), rows: 14, binning };
    const into = new Int32Array(10);
    expect(unusualRows(stacked, 3, into)).toBe(10);
    expect([...into]).toEqual([1, 2, 4, 5, 6, 8, 9, 11, 12, 13]);
    expect(unusualRows(stacked, 3, new Int32Array(9))).toBe(-1);
  });
});
