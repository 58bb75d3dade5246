import { argsort } from '../sort.ts';

export interface CalibrationBin {
  /** mean predicted probability of the rows in the bin */
  predicted: number;
  /** share of them that is positive */
  observed: number;
  count: number;
}

/**
 * Reliability: bins of about equal numbers of rows by predicted probability. Rows with the same probability are never
 * split, since their order would be chance; so a constant prediction gives one bin.
 */
export function calibrationBins(positive: Uint8Array, probabilities: ArrayLike<number>, bins = 15): CalibrationBin[] {
  const order = argsort(probabilities);
  const rows = order.length;
  const out: CalibrationBin[] = [];
  let at = 0;
  for (let b = 0; b < bins && at < rows; b++) {
    let end = Math.max(at, Math.round((rows * (b + 1)) / bins));
    if (end === at) continue;
    const value = (i: number) => probabilities[order[i] as number] as number;
    while (end < rows && value(end) === value(end - 1)) end++;
    let predicted = 0;
    let observed = 0;
    for (let i = at; i < end; i++) {
      predicted += value(i);
      observed += positive[order[i] as number] as number;
    }
    out.push({ predicted: predicted / (end - at), observed: observed / (end - at), count: end - at });
    at = end;
  }
  return out;
}

/** Expected calibration error: mean gap between predicted and observed, weighted by rows. NaN without bins. */
export function calibrationError(bins: readonly CalibrationBin[]): number {
  let sum = 0;
  let rows = 0;
  for (const bin of bins) {
    sum += bin.count * Math.abs(bin.predicted - bin.observed);
    rows += bin.count;
  }
  return rows > 0 ? sum / rows : Number.NaN;
}
