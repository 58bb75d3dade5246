import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planArena } from '../kernel/arena.ts';
import { openKernel } from '../kernel/module.ts';
import type { FeatureBinning, FeatureInput, NumericBinning } from '../types.ts';
import { fitBinning } from './fit.ts';
import { binOfCode, binOfNumber, stagingBytes, writeFeatureBins } from './write-bins.ts';

const rowsAtMost = 20_000;
const kernel = openKernel(planArena({ bins: rowsAtMost + 1, staging: stagingBytes }));

/** Bins of some rows, and that the byte after them is left alone. */
function binsOf(feature: FeatureInput, binning: FeatureBinning, from: number, to: number): number[] {
  const bins = kernel.u8('bins');
  bins.fill(77);
  const { at } = kernel.arena;
  writeFeatureBins(kernel, feature, binning, from, to, at.bins, at.staging);
  expect(bins[to - from]).toBe(77);
  return [...bins.subarray(0, to - from)];
}

const special = [NaN, 0, -0, Infinity, -Infinity, Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, 1e-35, -1e-35];

describe('writeFeatureBins', () => {
  it.each([1, 2, 3, 4, 5, 16, 17, 128, 129, 254, 255])('finds the bin whose bounds hold the value, of %i', (count) => {
    const upper = Float64Array.from({ length: count }, (_, i) => (i === count - 1 ? Infinity : (i - count / 3) * 1.5));
    const binning: NumericBinning = { kind: 'numeric', upper };
    const values = Float64Array.from([
      ...special,
      ...upper,
      ...[...upper].flatMap((bound) => [bound - 0.1, bound + 0.1]),
    ]);
    const expected = [...values].map((value) =>
      Number.isNaN(value) ? 0 : upper.findIndex((bound) => value <= bound) + 1,
    );
    expect(binsOf({ kind: 'numeric', values }, binning, 0, values.length)).toEqual(expected);
    expect([...values].map((value) => binOfNumber(binning, value))).toEqual(expected);
  });

  it('gives every row alone the bin it has among others, in order of the values', () => {
    const value = fc.oneof(fc.double(), fc.integer({ min: -20, max: 20 }), fc.constantFrom(...special));
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 100 }),
        fc.integer({ min: 2, max: 255 }),
        (list, maxBins) => {
          const values = Float64Array.from(list).sort();
          const feature: FeatureInput = { kind: 'numeric', values };
          const binning = fitBinning([feature], values.length, { maxBins, minDataInBin: 1 })[0]!;
          const together = binsOf(feature, binning, 0, values.length);
          for (const [row, bin] of together.entries()) {
            expect(binsOf(feature, binning, row, row + 1)).toEqual([bin]);
            if (row > 0 && bin > 0) expect(bin).toBeGreaterThanOrEqual(together[row - 1]!);
          }
        },
      ),
    );
  });

  it('writes any range of rows over several chunks, sparse as dense', () => {
    const values = Float64Array.from({ length: rowsAtMost }, (_, i) => (i % 2 ? Math.sin(i) * i : i % 3 ? 0 : NaN));
    const rows = Int32Array.from([...values.keys()].filter((row) => values[row] !== 0));
    const sparse: FeatureInput = { kind: 'sparse', rows, values: Float64Array.from(rows, (row) => values[row]!) };
    const feature: FeatureInput = { kind: 'numeric', values };
    const binning = fitBinning([feature], rowsAtMost)[0] as NumericBinning;
    for (const [from, to] of [
      [0, rowsAtMost],
      [1, rowsAtMost - 3],
      [8191, 8193],
      [777, 777],
      [19_999, 20_000],
    ] as const) {
      const expected = [...values.subarray(from, to)].map((value) => binOfNumber(binning, value));
      expect(binsOf(feature, binning, from, to)).toEqual(expected);
      expect(binsOf(sparse, binning, from, to)).toEqual(expected);
    }
  });

  it('looks codes up, missing and unseen ones too', () => {
    const codes = Int32Array.from([0, 0, 0, 1, 1, 1, 2, -1, 3, 50, -2147483648, 2147483647]);
    const feature: FeatureInput = { kind: 'categorical', codes, levels: 4 };
    const withRare = fitBinning([feature], codes.length, { minLevelCount: 2 })[0]!;
    expect(binsOf(feature, withRare, 2, 12)).toEqual([1, 2, 2, 2, 3, 0, 3, 3, 0, 3]);
    const allKept = fitBinning([{ kind: 'categorical', codes: codes.subarray(0, 6), levels: 4 }], 6)[0]!;
    expect(binsOf(feature, allKept, 5, 12)).toEqual([2, 0, 0, 0, 0, 0, 0]);
    if (allKept.kind === 'categorical') expect(binOfCode(allKept, 1)).toBe(2);
  });

  it('refuses a feature of another kind than its bins', () => {
    const numeric: FeatureInput = { kind: 'numeric', values: Float64Array.of(1, 2) };
    const categorical: FeatureInput = { kind: 'categorical', codes: Int32Array.of(0, 1), levels: 2 };
    const [ofNumbers, ofCodes] = fitBinning([numeric, categorical], 2);
    expect(() => binsOf(categorical, ofNumbers!, 0, 2)).toThrow(
      'holds categories, but its bins were learnt from numbers',
    );
    expect(() => binsOf(numeric, ofCodes!, 0, 2)).toThrow('holds numbers, but its bins were learnt from categories');
  });
});
