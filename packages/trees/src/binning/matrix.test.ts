import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TreesError } from '../errors.ts';
import { planArena } from '../kernel/arena.ts';
import { openKernel } from '../kernel/module.ts';
import type { FeatureBinning, FeatureInput } from '../types.ts';
import { fitBinning } from './fit.ts';
import { planMatrix } from './layout.ts';
import { fillMatrix, matrixSizes } from './matrix.ts';
import type { MatrixLayout, MatrixPart } from './types.ts';
import { binCount } from './write-bins.ts';

/** The bin of one row, by looking at one bound after the other. */
function slowBin(feature: FeatureInput, binning: FeatureBinning, row: number): number {
  if (feature.kind === 'categorical') {
    if (binning.kind !== 'categorical') throw new Error('kinds differ');
    const code = feature.codes[row]!;
    return code < 0 ? 0 : (binning.binOfLevel[code] ?? binning.unseenBin);
  }
  if (binning.kind !== 'numeric') throw new Error('kinds differ');
  const value = feature.kind === 'numeric' ? feature.values[row]! : (feature.values[feature.rows.indexOf(row)] ?? 0);
  return Number.isNaN(value) ? 0 : binning.upper.findIndex((bound) => value <= bound) + 1;
}

interface Filled {
  layout: MatrixLayout;
  bins: Uint8Array;
}

function fill(parts: readonly MatrixPart[], binning: readonly FeatureBinning[]): Filled {
  const layout = planMatrix(parts, binning);
  const kernel = openKernel(planArena({ other: 100, ...matrixSizes(layout) }));
  kernel.u8('matrixBins').fill(99);
  fillMatrix(kernel, layout, parts, binning);
  return { layout, bins: kernel.u8('matrixBins') };
}

/** What the layout says the bin of a row is. */
function decode({ layout, bins }: Filled, feature: number, row: number): number {
  const value = bins[layout.featureColumn[feature]! * layout.rows + row]!;
  const usual = layout.featureDefault[feature]!;
  if (usual === -1) return value;
  const place = value - layout.featureOffset[feature]!;
  if (place < 0 || place > layout.featureBins[feature]! - 2) return usual;
  return place < usual ? place : place + 1;
}

function expectDecodes(parts: readonly MatrixPart[], binning: readonly FeatureBinning[]): MatrixLayout {
  const filled = fill(parts, binning);
  const { layout, bins } = filled;
  expect(bins.length).toBe(layout.columns * layout.rows);
  for (let feature = 0; feature < layout.features; feature++) {
    if (layout.featureColumn[feature] === -1) {
      const training = parts[0]!;
      const seen = Array.from({ length: training.rows }, (_, row) =>
        slowBin(training.features[feature]!, binning[feature]!, row),
      );
      expect(new Set(seen).size).toBe(1);
      expect(layout.featureBins[feature]).toBe(1);
      continue;
    }
    expect(layout.featureBins[feature]).toBe(binCount(binning[feature]!));
    let start = 0;
    for (const part of parts) {
      for (let row = 0; row < part.rows; row++) {
        const expected = slowBin(part.features[feature]!, binning[feature]!, row);
        if (decode(filled, feature, start + row) !== expected) {
          expect([feature, row, decode(filled, feature, start + row)]).toEqual([feature, row, expected]);
        }
      }
      start += part.rows;
    }
  }
  for (let column = 0; column < layout.columns; column++) {
    expect(Math.max(...bins.subarray(column * layout.rows, (column + 1) * layout.rows))).toBeLessThan(
      layout.columnBins[column]!,
    );
    expect(layout.columnBins[column]).toBeLessThanOrEqual(256);
  }
  return layout;
}

function dense(length: number, value: (row: number) => number): FeatureInput {
  return { kind: 'numeric', values: Float64Array.from({ length }, (_, row) => value(row)) };
}

function sparseOf(feature: FeatureInput): FeatureInput {
  if (feature.kind !== 'numeric') return feature;
  const rows = Int32Array.from([...feature.values.keys()].filter((row) => feature.values[row] !== 0));
  return { kind: 'sparse', rows, values: Float64Array.from(rows, (row) => feature.values[row]!) };
}

const edge = fc.constantFrom(NaN, Infinity, -Infinity, 1e308, -1e308, -0, 1e-36, 3);

/** A column of a random kind, filled to a random share, for training and validation. */
const someColumn = fc.record({
  kind: fc.constantFrom('numeric' as const, 'sparse' as const, 'categorical' as const),
  usual: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: edge }),
  away: fc.array(fc.tuple(fc.nat(199), fc.oneof(fc.integer({ min: -9, max: 9 }), edge)), { maxLength: 60 }),
});

function columnOf(
  column: { kind: FeatureInput['kind']; usual: number; away: [number, number][] },
  from: number,
  rows: number,
) {
  const values = new Float64Array(rows).fill(column.usual);
  for (const [row, value] of column.away) if (row >= from && row < from + rows) values[row - from] = value;
  if (column.kind === 'categorical') {
    return {
      kind: 'categorical' as const,
      codes: Int32Array.from(values, (v) => (Number.isFinite(v) ? v : -1)),
      levels: 8,
    };
  }
  const feature: FeatureInput = { kind: 'numeric', values };
  return column.kind === 'sparse' ? sparseOf(feature) : feature;
}

describe('the training matrix', () => {
  it('decodes to the bin of every row, shared columns or not', () => {
    fc.assert(
      fc.property(
        fc.array(someColumn, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 199 }),
        (columns, rows) => {
          const parts = [
            { features: columns.map((column) => columnOf(column, 0, rows)), rows },
            { features: columns.map((column) => columnOf(column, rows, 200 - rows)), rows: 200 - rows },
          ];
          expectDecodes(parts, fitBinning(parts[0]!.features, rows, { minDataInBin: 1, minLevelCount: 2 }));
        },
      ),
    );
  });

  it('has few columns for one-hot features, and the same for sparse ones', () => {
    const rows = 2000;
    const level = (row: number) => (row * row * 7 + row) % 331;
    const features = Array.from({ length: 300 }, (_, j) => dense(rows, (row) => (level(row) === j ? 1 : 0)));
    const binning = fitBinning(features, rows);
    const layout = expectDecodes([{ features, rows }], binning);
    expect(layout.columns).toBeLessThanOrEqual(3);
    const sparse = features.map(sparseOf);
    expect(fitBinning(sparse, rows)).toEqual(binning);
    expect(fill([{ features: sparse, rows }], binning)).toEqual(fill([{ features, rows }], binning));
  });

  it('lets no two features share a column when one row has both away from their usual bins', () => {
    const rows = 1000;
    const features = [dense(rows, (row) => (row % 50 === 0 ? 1 : 0)), dense(rows, (row) => (row % 70 === 0 ? 1 : 0))];
    const binning = fitBinning(features, rows);
    expect(expectDecodes([{ features, rows }], binning).columns).toBe(2);
    const apart = [features[0]!, dense(rows, (row) => (row % 50 === 1 ? 1 : 0))];
    expect(expectDecodes([{ features: apart, rows }], binning).columns).toBe(1);
    const below = { features: [dense(2, (row) => row), dense(2, () => 0)], rows: 2 };
    expect(expectDecodes([{ features: apart, rows }, below], binning).columns).toBe(1);
    const validation = { features: [dense(2, () => 1), dense(2, () => 1)], rows: 2 };
    expect(expectDecodes([{ features: apart, rows }, validation], binning).columns).toBe(2);
  });

  it('shares columns of more rows than one chunk, whatever the usual bin', () => {
    const rows = 20_000;
    const features = [
      dense(rows, (row) => (row % 40 === 0 ? row % 7 : 3)),
      sparseOf(dense(rows, (row) => (row % 40 === 1 ? row % 5 : 3))),
      dense(rows, (row) => (row % 40 === 2 ? row : NaN)),
      sparseOf(dense(rows, (row) => (row % 40 === 3 ? -row : 0))),
      {
        kind: 'categorical' as const,
        codes: Int32Array.from({ length: rows }, (_, r) => (r % 40 === 4 ? r % 3 : 5)),
        levels: 6,
      },
      dense(rows, Math.sqrt),
    ];
    const binning = fitBinning(features, rows, { maxBins: 60 });
    const layout = expectDecodes([{ features, rows }], binning);
    expect(layout.columns).toBe(2);
  });

  it('gives no column to features that cannot split the training rows', () => {
    const rows = 60;
    const features: FeatureInput[] = [
      dense(rows, () => 5),
      dense(rows, () => NaN),
      dense(rows, (row) => (row === 30 ? NaN : 5)),
      { kind: 'categorical', codes: new Int32Array(rows).fill(2), levels: 3 },
      { kind: 'categorical', codes: Int32Array.from({ length: rows }, (_, row) => (row % 2 ? 2 : -1)), levels: 3 },
      { kind: 'categorical', codes: new Int32Array(rows).fill(-1), levels: 3 },
      { kind: 'sparse', rows: new Int32Array(0), values: new Float64Array(0) },
      dense(rows, () => -Infinity),
    ];
    const layout = expectDecodes([{ features, rows }], fitBinning(features, rows));
    expect([...layout.featureBins]).toEqual([1, 1, 2, 1, 2, 1, 1, 1]);
    expect(layout.featureColumn.filter((column) => column === -1).length).toBe(6);
    const constant = features.slice(0, 1);
    expect(expectDecodes([{ features: constant, rows }], fitBinning(constant, rows)).columns).toBe(0);
  });

  it('tells the kernel where everything is', () => {
    const rows = 10;
    const features: FeatureInput[] = [
      dense(rows, (row) => row),
      { kind: 'categorical', codes: Int32Array.from({ length: rows }, (_, row) => row % 2), levels: 2 },
    ];
    const parts = [{ features, rows }];
    const binning = fitBinning(features, rows, { minDataInBin: 1 });
    const layout = planMatrix(parts, binning);
    const kernel = openKernel(planArena(matrixSizes(layout)));
    fillMatrix(kernel, layout, parts, binning);
    const { exports, arena } = kernel;
    expect([exports.matrixRows.value, exports.featureCount.value, exports.matrixBins.value]).toEqual([
      rows,
      2,
      arena.at.matrixBins,
    ]);
    for (const name of ['featureColumn', 'featureOffset', 'featureDefault', 'featureBins'] as const) {
      expect(exports[name].value).toBe(arena.at[name]);
      expect(kernel.i32(name)).toEqual(layout[name]);
    }
    expect(exports.featureCategorical.value).toBe(arena.at.featureCategorical);
    expect([...kernel.u8('featureCategorical')]).toEqual([0, 1]);
  });

  it('is refused when the parts do not fit the bins', () => {
    const rows = 5;
    const numbers = dense(rows, (row) => row);
    const codes: FeatureInput = { kind: 'categorical', codes: new Int32Array(rows), levels: 1 };
    const binning = fitBinning([numbers], rows);
    const wrong: MatrixPart[][] = [
      [],
      [{ features: [codes], rows }],
      [{ features: [numbers, numbers], rows }],
      [{ features: [numbers], rows: 4 }],
      [
        { features: [numbers], rows },
        { features: [codes], rows },
      ],
    ];
    for (const parts of wrong) {
      let code: string | undefined;
      try {
        planMatrix(parts, binning);
      } catch (error) {
        code = (error as TreesError).code;
      }
      expect(code).toBe('INVALID_DATA');
    }
  });
});
