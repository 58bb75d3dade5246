import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TreesError } from '../errors.ts';
import type { CategoricalBinning, FeatureInput, NumericBinning } from '../types.ts';
import { boundBetween } from './find-bounds.ts';
import { fitBinning } from './fit.ts';
import type { BinningOptions } from './types.ts';
import { binOfCode, binOfNumber } from './write-bins.ts';

function boundsOf(values: Iterable<number>, options: Partial<BinningOptions> = {}): NumericBinning {
  const column = Float64Array.from(values);
  return fitBinning([{ kind: 'numeric', values: column }], column.length, options)[0] as NumericBinning;
}

function levelsOf(codes: number[], levels: number, options: Partial<BinningOptions> = {}): CategoricalBinning {
  const column = Int32Array.from(codes);
  return fitBinning([{ kind: 'categorical', codes: column, levels }], codes.length, options)[0] as CategoricalBinning;
}

/** Rows per bin, bin 0 first. */
function binSizes(values: Float64Array, binning: NumericBinning): number[] {
  const sizes = new Array<number>(binning.upper.length + 1).fill(0);
  for (const value of values) sizes[binOfNumber(binning, value)]!++;
  return sizes;
}

const someValue = fc.oneof(
  fc.double(),
  fc.integer({ min: -5, max: 5 }),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 1e308, -1e308, Number.MAX_VALUE, 5e-324, 1e-35, -1e-35, 2e-35),
);
const someColumn = fc.array(someValue, { minLength: 1, maxLength: 300 });
const someOptions = fc.record({
  maxBins: fc.integer({ min: 2, max: 255 }),
  minDataInBin: fc.integer({ min: 1, max: 9 }),
});

describe('bounds of numeric features', () => {
  const n = 600;
  const columns: Record<string, (i: number) => number> = {
    spread: (i) => ((i * i * 31 + 7 * i) % 1009) / 10 - 30,
    counts: (i) => Math.floor(((i * 37) % 600) ** 2 / 12_000),
    frequent: (i) => (i % 3 === 0 ? 12.5 : ((i * i * 17) % 401) / 8 - 10),
    peaks: (i) => (i % 4 === 0 ? 12.5 : i % 4 === 1 ? -2.5 + (i % 8 === 1 ? 5 : 0) : ((i * i * 17) % 401) / 8 - 10),
    missing: (i) => (i % 5 === 0 ? NaN : ((i * 53) % 599) / 4 + 1),
    negative: (i) => -Math.floor(((i * 41) % 600) ** 2 / 900) - 0.25,
  };
  /** rows per bin, bin 0 first, as LightGBM 4.7.0 bins the same columns with max_bin 10 */
  const lightgbm: Record<string, number[]> = {
    spread: [0, 97, 95, 2, 58, 59, 58, 58, 58, 58, 57],
    counts: [0, 110, 80, 55, 65, 54, 61, 53, 48, 44, 30],
    frequent: [0, 75, 48, 48, 208, 46, 44, 44, 45, 42],
    peaks: [0, 131, 92, 43, 27, 150, 41, 39, 40, 37],
    missing: [120, 60, 60, 60, 60, 60, 60, 60, 60],
    negative: [0, 67, 67, 68, 68, 66, 67, 66, 71, 60],
  };

  it.each(Object.keys(columns))('puts the rows of "%s" into the bins that LightGBM does', (name) => {
    const values = Float64Array.from({ length: n }, (_, i) => columns[name]!(i));
    expect(binSizes(values, boundsOf(values, { maxBins: 10 }))).toEqual(lightgbm[name]);
  });

  it('rise, end with Infinity, are no more than allowed and leave no bin empty', () => {
    fc.assert(
      fc.property(someColumn, someOptions, (values, options) => {
        const binning = boundsOf(values, options);
        const { upper } = binning;
        expect(upper.at(-1)).toBe(Infinity);
        expect(upper.length).toBeLessThanOrEqual(options.maxBins - (values.some(Number.isNaN) ? 1 : 0));
        for (let i = 1; i < upper.length; i++) expect(upper[i]!).toBeGreaterThan(upper[i - 1]!);
        const sizes = binSizes(Float64Array.from(values), binning);
        if (sizes[0]! < values.length) expect(Math.min(...sizes.slice(1))).toBeGreaterThan(0);
      }),
    );
  });

  it('do not depend on the order of the rows', () => {
    fc.assert(
      fc.property(someColumn, someOptions, (values, options) => {
        expect(boundsOf(values.toReversed(), options)).toEqual(boundsOf(values, options));
      }),
    );
  });

  it('separate all values when there are bins for them and rows in them', () => {
    fc.assert(
      fc.property(fc.uniqueArray(someValue, { minLength: 2, maxLength: 60 }), (values) => {
        const present = [...new Set(values.map((value) => (Math.abs(value) < 1e-35 ? 0 : value)))].filter(
          (value) => !Number.isNaN(value) && Math.abs(value) !== 1e-35,
        );
        const binning = boundsOf([...values, ...present], { minDataInBin: 1 });
        expect(new Set(present.map((value) => binOfNumber(binning, value))).size).toBe(new Set(present).size);
      }),
    );
  });

  it('keep zero, with either sign, in a bin of its own', () => {
    const binning = boundsOf(Array.from({ length: 900 }, (_, i) => (i % 3) * (i - 450)));
    const zero = binOfNumber(binning, 0);
    expect(binOfNumber(binning, -0)).toBe(zero);
    expect(binOfNumber(binning, 1e-36)).toBe(zero);
    expect(binning.upper[zero - 1]).toBe(1e-35);
    expect(binning.upper[zero - 2]).toBe(-1e-35);
  });

  it('end a bin after a value with more rows than a mean bin', () => {
    const values = Array.from({ length: 2000 }, (_, i) => (i % 4 === 0 ? 7.25 : 1 + ((i * 7919) % 2000) / 200));
    const binning = boundsOf(values, { maxBins: 20 });
    const bin = binOfNumber(binning, 7.25);
    expect(values.filter((value) => value > 7.25 && binOfNumber(binning, value) === bin)).toEqual([]);
    const others = values.filter((value) => value !== 7.25 && binOfNumber(binning, value) === bin);
    expect(others.length).toBeLessThan(2000 / 20);
  });

  it('give one bin to constant columns and to columns without values', () => {
    for (const value of [0, 5, -5, NaN, Infinity, -Infinity]) {
      expect([...boundsOf(new Array<number>(50).fill(value)).upper]).toEqual([Infinity]);
    }
  });

  it('are made from a sample that the seed decides, of sparse columns as of dense ones', () => {
    const rows = 5000;
    const values = Float64Array.from({ length: rows }, (_, i) => (i % 3 ? 0 : Math.sin(i) * 100));
    const at = Int32Array.from(values.keys()).filter((i) => values[i] !== 0);
    const sparse: FeatureInput = {
      kind: 'sparse',
      rows: at,
      values: Float64Array.from(at, (i) => values[i]!),
    };
    const bySeed = (seed: number) => fitBinning([{ kind: 'numeric', values }, sparse], rows, { sampleRows: 700, seed });
    const first = bySeed(1);
    expect(first[1]).toEqual(first[0]);
    expect(bySeed(1)).toEqual(first);
    expect(bySeed(2)).not.toEqual(first);
  });
});

describe('boundBetween', () => {
  it('is never the upper value, whatever the rounding', () => {
    const next = (value: number): number => {
      const bits = new BigInt64Array(new Float64Array([value]).buffer);
      bits[0]! += value >= 0 ? 1n : -1n;
      return new Float64Array(bits.buffer)[0]!;
    };
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (a, b) => {
        fc.pre(a !== b && Number.isFinite(a));
        const pairs = [
          [Math.min(a, b), Math.max(a, b)] as const,
          a === 0 ? ([0, 1] as const) : ([a, next(a)] as const),
        ];
        for (const [low, high] of pairs) {
          const bound = boundBetween(low, high);
          expect(bound).toBeGreaterThanOrEqual(low);
          expect(bound).toBeLessThan(high);
        }
      }),
    );
  });

  it('is halfway between huge values, and keeps infinities apart from numbers', () => {
    expect(boundBetween(1e308, 1.5e308)).toBe(1.25e308);
    expect(boundBetween(-1e308, 1e308)).toBe(0);
    expect(boundBetween(7, Infinity)).toBe(Number.MAX_VALUE);
    expect(boundBetween(-Infinity, 7)).toBe(-Infinity);
  });
});

describe('levels of categories', () => {
  it('get bins by their rows, and the lower code first among equals', () => {
    const binning = levelsOf([2, 2, 2, 2, 0, 0, 0, 1, 1, 1, -1], 4);
    expect([...binning.binOfLevel]).toEqual([2, 3, 1, 0]);
    expect(binning).toMatchObject({ bins: 4, unseenBin: 0 });
  });

  it('share the last bin when they are rare, with levels never seen', () => {
    const binning = levelsOf([5, 5, 5, 5, 1, 1, 1, 0, 2, 2, 99], 6);
    expect([...binning.binOfLevel]).toEqual([3, 2, 3, 3, 3, 1]);
    expect(binning).toMatchObject({ bins: 4, unseenBin: 3 });
    expect([-1, -7, 3, 6, 99].map((code) => binOfCode(binning, code))).toEqual([0, 0, 3, 3, 3]);
  });

  it('beyond 254 share the 255th bin', () => {
    const codes = Array.from({ length: 300 * 4 }, (_, i) => i % 300);
    const binning = levelsOf(codes, 300);
    expect(binning.bins).toBe(256);
    expect(binning.binOfLevel[253]).toBe(254);
    expect(new Set(binning.binOfLevel.subarray(254))).toEqual(new Set([255]));
    expect(levelsOf(codes, 300, { maxBins: 10 }).bins).toBe(11);
  });

  it('are none where all codes are missing', () => {
    expect(levelsOf([-1, -1], 3)).toMatchObject({ bins: 1, unseenBin: 0 });
  });
});

describe('wrong input', () => {
  const numbers: FeatureInput = { kind: 'numeric', values: new Float64Array(3) };
  const sparse = (rows: number[], values: number[]): FeatureInput => ({
    kind: 'sparse',
    rows: Int32Array.from(rows),
    values: Float64Array.from(values),
  });
  const cases: [string, readonly FeatureInput[], number][] = [
    ['no rows', [{ kind: 'numeric', values: new Float64Array(0) }], 0],
    ['half a row', [numbers], 2.5],
    ['no columns', [], 3],
    ['too few values', [numbers], 4],
    ['too few codes', [{ kind: 'categorical', codes: new Int32Array(2), levels: 2 }], 3],
    ['levels that are no number', [{ kind: 'categorical', codes: new Int32Array(3), levels: NaN }], 3],
    ['codes that may be NaN', [{ kind: 'categorical', codes: [NaN, 1, 0] as unknown as Int32Array, levels: 2 }], 3],
    ['values that are no Float64Array', [{ kind: 'numeric', values: [1, 2, 3] as unknown as Float64Array }], 3],
    ['an unknown kind', [{ kind: 'text' } as unknown as FeatureInput], 3],
    ['rows without values', [sparse([0, 1], [5])], 3],
    ['rows that do not rise', [sparse([1, 1], [5, 6])], 3],
    ['rows beyond the last', [sparse([1, 3], [5, 6])], 3],
    ['negative rows', [sparse([-1], [5])], 3],
  ];

  it.each(cases)('of %s is refused', (_, features, rows) => {
    expect(codeOf(() => fitBinning(features, rows))).toBe('INVALID_DATA');
  });

  it.each([
    { maxBins: 256 },
    { maxBins: 1 },
    { minDataInBin: 0 },
    { sampleRows: NaN },
    { seed: 0.5 },
    { minLevelCount: -1 },
  ])('of options %o is refused', (options) => {
    expect(codeOf(() => fitBinning([numbers], 3, options))).toBe('INVALID_PARAMETER');
  });
});

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return (error as TreesError).code;
  }
  return undefined;
}
