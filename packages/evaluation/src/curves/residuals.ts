import { quantileOfSorted } from '../sort.ts';

/** actual - predicted per row: positive where the model was too low. */
export function residuals(target: ArrayLike<number>, predictions: ArrayLike<number>): Float64Array {
  const out = new Float64Array(target.length);
  for (let i = 0; i < out.length; i++) out[i] = (target[i] as number) - (predictions[i] as number);
  return out;
}

/**
 * Equal-width histogram: `edges` has one entry more than `counts`. The outermost bins also take what lies beyond the
 * 0.5 % and 99.5 % quantiles, so that one outlier does not squeeze all others into one bar. Empty for no values.
 */
export function residualHistogram(values: ArrayLike<number>, bins = 30): { edges: number[]; counts: number[] } {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return { edges: [], counts: [] };
  const low = quantileOfSorted(sorted, 0.005);
  const high = quantileOfSorted(sorted, 0.995);
  if (low === high) return histogramOfConstant(sorted, low);
  const width = (high - low) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const value of sorted) {
    const bin = Math.min(Math.max(Math.floor((value - low) / width), 0), bins - 1);
    counts[bin] = (counts[bin] as number) + 1;
  }
  return { edges: Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + i * width)), counts };
}

/** (Nearly) all values are equal: the bar of that value between those below and above it. */
function histogramOfConstant(sorted: Float64Array, at: number): { edges: number[]; counts: number[] } {
  const reach = Math.max(Math.abs(at) * 1e-6, 1e-9);
  const counts = [0, 0, 0];
  for (const value of sorted) {
    const bin = value < at ? 0 : value > at ? 2 : 1;
    counts[bin] = (counts[bin] as number) + 1;
  }
  return { edges: [at - 3 * reach, at - reach, at + reach, at + 3 * reach], counts };
}

/** Values at the given fractions; default 5, 25, 50, 75 and 95 %. Empty for no values. */
export function quantiles(
  values: ArrayLike<number>,
  fractions: readonly number[] = [0.05, 0.25, 0.5, 0.75, 0.95],
): number[] {
  const sorted = Float64Array.from(values).sort();
  return sorted.length === 0 ? [] : fractions.map((fraction) => quantileOfSorted(sorted, fraction));
}
