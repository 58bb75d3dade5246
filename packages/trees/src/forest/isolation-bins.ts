import { fitLevels } from '../binning/fit-levels.ts';
import { sampleRows } from '../binning/sample.ts';
import type { FeatureBinning, FeatureInput } from '../types.ts';
import { binValues, type NumberFeature, rangeOf } from './bin-values.ts';

/** values that the bounds of a feature are found from */
const lookedAt = 20_000;
const quantiles = 100;
const widths = 100;
const lowest = -Number.MAX_VALUE;

export interface ValuedBinning {
  binning: FeatureBinning;
  /** a value for each bin, 256 of them; zeros for categories */
  values: Float64Array;
}

/**
 * Bins for isolation trees, whose thresholds are uniform in values: every value has its own while they are few; otherwise
 * bounds are at quantiles, which tell common values apart, at equal distances, which tell outliers from them, and at the
 * outermost values with doubling ranks. Infinite values have bins of their own, one spread away from the others.
 */
export function fitIsolationBins(feature: FeatureInput, rows: number, seed: number): ValuedBinning {
  if (feature.kind === 'categorical') {
    return { binning: fitLevels(feature.codes, feature.levels, 255, 1), values: new Float64Array(256) };
  }
  const { min, max, below, above } = rangeOf(feature, rows);
  const spread = max > min ? max - min : 1;
  const upper = min < max ? boundsOf(sampleOf(feature, rows, seed), min, max) : [];
  if (below) upper.unshift(Math.max(lowest, min - spread));
  if (above) upper.push(max);
  upper.push(Infinity);
  const values = binValues(upper, min, max);
  if (below) values[1] = min - spread;
  if (above) values[upper.length] = max + spread;
  return { binning: { kind: 'numeric', upper: Float64Array.from(upper) }, values };
}

/** Finite values of some rows, sorted; of a sparse feature also one zero. */
function sampleOf(feature: NumberFeature, rows: number, seed: number): Float64Array {
  const { values } = feature;
  const looked = sampleRows(values.length, Math.min(values.length, lookedAt), seed);
  const sample = Array.from(looked, (row) => values[row]!).filter(Number.isFinite);
  if (feature.kind === 'sparse' && feature.rows.length < rows) sample.push(0);
  return Float64Array.from(sample).sort();
}

/** At most 251 bounds between min and max, ascending. */
function boundsOf(sorted: Float64Array, min: number, max: number): number[] {
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  const bounds = new Set<number>();
  const between = (i: number): void => {
    if (i > 0 && i < distinct.length) bounds.add(distinct[i - 1]! / 2 + distinct[i]! / 2);
  };
  if (distinct.length <= quantiles + widths) {
    for (let i = 1; i < distinct.length; i++) between(i);
    if (distinct[0]! > min) bounds.add(min / 2 + distinct[0]! / 2);
    if (distinct.at(-1)! < max) bounds.add(max / 2 + distinct.at(-1)! / 2);
  } else {
    for (let k = 1; k < quantiles; k++) between(Math.floor((k * distinct.length) / quantiles));
    for (let k = 1; k < widths; k++) bounds.add(min + (max / widths - min / widths) * k);
    for (let rank = 1; rank < distinct.length; rank *= 2) {
      between(rank);
      between(distinct.length - rank);
    }
  }
  return [...bounds].filter((bound) => bound >= min && bound < max).sort((a, b) => a - b);
}
