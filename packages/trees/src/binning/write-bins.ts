import type { KernelExports } from '../generated/kernel.ts';
import type { CategoricalBinning, FeatureBinning, FeatureInput, NumericBinning } from '../types.ts';
import { asBounds, asLevels } from './check.ts';

/** The part of a kernel that binning needs; every `Kernel` is one. */
export interface BinKernel {
  exports: Pick<KernelExports, 'binNumeric' | 'shareBins'>;
  memory: WebAssembly.Memory;
}

const chunkValues = 8_192;
const boundsBytes = 256 * 8;
/** Places in the staging area: bounds of bins, a chunk of values, their bins, and bins for `stagedBins`. */
const valuesAt = boundsBytes;
const binsAt = valuesAt + chunkValues * 8;
const callerAt = binsAt + chunkValues;
/** Bytes that `writeFeatureBins` needs at `staging`. */
export const stagingBytes: number = callerAt + chunkValues;

/**
 * Writes the bins of rows fromRow..toRow-1 of one feature to `out`, one byte each, no matter how many rows. `out` and
 * `staging` (stagingBytes bytes, a multiple of 16) are addresses in the kernel's memory. Throws INVALID_DATA when the
 * feature is of another kind than the binning; lengths are checked by checkFeatures, once and not here.
 */
export function writeFeatureBins(
  kernel: BinKernel,
  feature: FeatureInput,
  binning: FeatureBinning,
  fromRow: number,
  toRow: number,
  out: number,
  staging: number,
): void {
  if (feature.kind === 'categorical') {
    const target = new Uint8Array(kernel.memory.buffer, out, toRow - fromRow);
    writeCodeBins(feature.codes.subarray(fromRow, toRow), asLevels(binning), target);
    return;
  }
  const bounds = asBounds(binning);
  if (feature.kind === 'numeric') {
    writeNumberBins(kernel, feature.values.subarray(fromRow, toRow), bounds, out, staging);
    return;
  }
  const target = new Uint8Array(kernel.memory.buffer, out, toRow - fromRow).fill(binOfNumber(bounds, 0));
  eachSparse(kernel, feature, bounds, fromRow, toRow, staging, (row, bin) => {
    target[row - fromRow] = bin;
  });
}

/** Bin of one number, as the kernel finds it: 0 for NaN, otherwise from 1. */
export function binOfNumber(binning: NumericBinning, value: number): number {
  if (Number.isNaN(value)) return 0;
  const { upper } = binning;
  let low = 0;
  let high = upper.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (upper[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}

/** Bin of one code: 0 below zero (missing), the bin for unseen levels above those of the training. */
export function binOfCode(binning: CategoricalBinning, code: number): number {
  if (code < 0) return 0;
  return code < binning.binOfLevel.length ? binning.binOfLevel[code]! : binning.unseenBin;
}

/** Number of bins of a feature, with bin 0. */
export function binCount(binning: FeatureBinning): number {
  return binning.kind === 'numeric' ? binning.upper.length + 1 : binning.bins;
}

/** Calls back with the row and the bin of every stored value of a sparse feature in fromRow..toRow-1. */
export function eachSparse(
  kernel: BinKernel,
  feature: Extract<FeatureInput, { kind: 'sparse' }>,
  binning: NumericBinning,
  fromRow: number,
  toRow: number,
  staging: number,
  take: (row: number, bin: number) => void,
): void {
  const { rows, values } = feature;
  const end = firstAtLeast(rows, toRow);
  const bins = new Uint8Array(kernel.memory.buffer, staging + binsAt, chunkValues);
  for (let start = firstAtLeast(rows, fromRow); start < end; start += chunkValues) {
    const chunk = values.subarray(start, Math.min(end, start + chunkValues));
    writeNumberBins(kernel, chunk, binning, bins.byteOffset, staging);
    for (let i = 0; i < chunk.length; i++) take(rows[start + i]!, bins[i]!);
  }
}

/** A place in the staging area where a caller of `writeFeatureBins` may have bins written, and how many fit. */
export function stagedBins(staging: number): { address: number; rows: number } {
  return { address: staging + callerAt, rows: chunkValues };
}

function writeNumberBins(
  kernel: BinKernel,
  values: Float64Array,
  binning: NumericBinning,
  out: number,
  staging: number,
): void {
  const bounds = binning.upper.length;
  const table = new Float64Array(kernel.memory.buffer, staging, 2 ** (32 - Math.clz32(bounds - 1)));
  table.set(binning.upper);
  table.fill(Infinity, bounds);
  const chunk = new Float64Array(kernel.memory.buffer, staging + valuesAt, chunkValues);
  for (let start = 0; start < values.length; start += chunkValues) {
    const part = values.subarray(start, start + chunkValues);
    chunk.set(part);
    kernel.exports.binNumeric(chunk.byteOffset, part.length, staging, bounds, out + start);
  }
}

function writeCodeBins(codes: Int32Array, binning: CategoricalBinning, out: Uint8Array): void {
  for (let i = 0; i < codes.length; i++) {
    out[i] = binOfCode(binning, codes[i]!);
  }
}

/** Place of the first of the ascending rows that is not before `row`. */
export function firstAtLeast(rows: Int32Array, row: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]! < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
