import type { CategoricalBinning, FeatureBinning, FeatureInput, NumericBinning } from '../types.ts';
import { asBounds, asLevels } from './check.ts';
import { sampleRows } from './sample.ts';
import { binCount, binOfCode, binOfNumber, firstAtLeast } from './write-bins.ts';

/** One feature in parts that lie one after the other in the matrix, `rows` in all. */
export interface StackedFeature {
  parts: readonly { feature: FeatureInput; rows: number }[];
  rows: number;
  binning: FeatureBinning;
}

/** Rows looked at to see whether most can be in one bin at all, and the share of them that must be. */
const lookRows = 256;
const lookShare = 0.7;

/** The bin that most rows are in, by a look at a few; -1 where clearly no bin holds four fifths of them. */
export function usualBin({ parts, rows, binning }: StackedFeature): number {
  const counts = new Int32Array(binCount(binning));
  const looked = sampleRows(rows, lookRows, 0);
  let start = 0;
  let next = 0;
  for (const part of parts) {
    for (; next < looked.length && looked[next]! < start + part.rows; next++) {
      counts[binOfRow(part.feature, binning, looked[next]! - start)]!++;
    }
    start += part.rows;
  }
  const most = Math.max(...counts);
  return most >= looked.length * lookShare ? counts.indexOf(most) : -1;
}

/**
 * Writes the rows that are not in the bin `usual` to `into`, ascending over all parts, and gives back how many they
 * are, or -1 where they are more than `into` holds.
 */
export function unusualRows({ parts, binning }: StackedFeature, usual: number, into: Int32Array): number {
  let count = 0;
  let start = 0;
  for (const { feature, rows } of parts) {
    const room = { into, start, usual };
    if (feature.kind === 'categorical') count = ofCodes(feature.codes, asLevels(binning), room, count);
    else if (feature.kind === 'numeric') count = ofNumbers(feature.values, asBounds(binning), room, count);
    else count = ofSparse(feature, rows, asBounds(binning), room, count);
    if (count > into.length) return -1;
    start += rows;
  }
  return count;
}

interface Room {
  into: Int32Array;
  /** row of the matrix where the part begins */
  start: number;
  usual: number;
}

function ofCodes(codes: Int32Array, binning: CategoricalBinning, { into, start, usual }: Room, from: number): number {
  let count = from;
  for (let i = 0; i < codes.length && count <= into.length; i++) {
    if (binOfCode(binning, codes[i]!) !== usual) into[count++] = start + i;
  }
  return count;
}

/** The usual bin is an interval, so no bin need be looked up. */
function ofNumbers(
  values: Float64Array,
  { upper }: NumericBinning,
  { into, start, usual }: Room,
  from: number,
): number {
  let count = from;
  if (usual === 0) {
    for (let i = 0; i < values.length && count <= into.length; i++) {
      if (!Number.isNaN(values[i]!)) into[count++] = start + i;
    }
    return count;
  }
  const high = upper[usual - 1]!;
  const low = usual > 1 ? upper[usual - 2]! : Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length && count <= into.length; i++) {
    const value = values[i]!;
    const inside = value <= high && (value > low || usual === 1);
    if (!inside) into[count++] = start + i;
  }
  return count;
}

function ofSparse(
  feature: Extract<FeatureInput, { kind: 'sparse' }>,
  length: number,
  binning: NumericBinning,
  { into, start, usual }: Room,
  from: number,
): number {
  const { rows, values } = feature;
  let count = from;
  if (binOfNumber(binning, 0) !== usual) {
    let at = 0;
    for (let row = 0; row < length && count <= into.length; row++) {
      if (rows[at] === row && binOfNumber(binning, values[at++]!) === usual) continue;
      into[count++] = start + row;
    }
    return count;
  }
  for (let i = 0; i < rows.length && count <= into.length; i++) {
    if (binOfNumber(binning, values[i]!) !== usual) into[count++] = start + rows[i]!;
  }
  return count;
}

/** The bin of one row of one part. */
export function binOfRow(feature: FeatureInput, binning: FeatureBinning, row: number): number {
  if (feature.kind === 'categorical') return binOfCode(asLevels(binning), feature.codes[row]!);
  if (feature.kind === 'numeric') return binOfNumber(asBounds(binning), feature.values[row]!);
  const at = firstAtLeast(feature.rows, row);
  return binOfNumber(asBounds(binning), feature.rows[at] === row ? feature.values[at]! : 0);
}
