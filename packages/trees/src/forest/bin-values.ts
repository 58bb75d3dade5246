import { binOfCode } from '../binning/write-bins.ts';
import type { CategoricalBinning, FeatureBinning, FeatureInput } from '../types.ts';
import type { ForestKernel } from './kernel.ts';

export type NumberFeature = Exclude<FeatureInput, { kind: 'categorical' }>;

/** rows at the common mean that a category's mean counts beside its own */
const commonRows = 10;

/** Tells the kernel what random splits need: values of the bins of numbers, and categories by their mean target. */
export function writeBinFacts(
  kernel: ForestKernel,
  features: readonly FeatureInput[],
  binning: readonly FeatureBinning[],
  rows: number,
  score: Float64Array,
): void {
  const values = kernel.f64('forestBinValues');
  const order = kernel.u8('forestBinOrder');
  const weights = kernel.f64('forestWeights');
  for (const [index, feature] of features.entries()) {
    const bins = binning[index]!;
    if (feature.kind === 'categorical') {
      if (bins.kind === 'categorical') order.set(orderOf(feature.codes, bins, score, weights), index * 256);
    } else if (bins.kind === 'numeric') {
      const { min, max } = rangeOf(feature, rows);
      values.set(binValues(bins.upper, min, max), index * 256);
    }
  }
}

/** The middle of each bin within the range of the values, 256 numbers. */
export function binValues(upper: ArrayLike<number>, min: number, max: number): Float64Array {
  const values = new Float64Array(256);
  const within = (value: number) => Math.max(min, Math.min(max, value));
  for (let bin = 1; bin <= upper.length; bin++) {
    const from = bin === 1 ? min : within(upper[bin - 2]!);
    values[bin] = from / 2 + within(upper[bin - 1]!) / 2;
  }
  return values;
}

/** Least and largest finite value (0 and 0 where there is none), and whether there are infinite ones on either side. */
export function rangeOf(feature: NumberFeature, rows: number) {
  const hasZeros = feature.kind === 'sparse' && feature.rows.length < rows;
  let min = hasZeros ? 0 : Infinity;
  let max = hasZeros ? 0 : -Infinity;
  let below = false;
  let above = false;
  for (const value of feature.values) {
    below ||= value === -Infinity;
    above ||= value === Infinity;
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return min <= max ? { min, max, below, above } : { min: 0, max: 0, below, above };
}

/** All 256 bins by their mean score, drawn towards the common mean; equal ones by bin. */
function orderOf(
  codes: Int32Array,
  binning: CategoricalBinning,
  score: Float64Array,
  weights: Float64Array,
): Uint8Array {
  const sums = new Float64Array(256);
  const totals = new Float64Array(256);
  let sum = 0;
  let total = 0;
  for (let row = 0; row < codes.length; row++) {
    const bin = binOfCode(binning, codes[row]!);
    const weight = weights[row]!;
    sums[bin]! += weight * score[row]!;
    totals[bin]! += weight;
    sum += weight * score[row]!;
    total += weight;
  }
  const mean = (bin: number) => (sums[bin]! + (commonRows * sum) / total) / (totals[bin]! + commonRows);
  const means = Float64Array.from(sums.keys(), mean);
  return Uint8Array.from(sums.keys()).sort((a, b) => means[a]! - means[b]! || a - b);
}
