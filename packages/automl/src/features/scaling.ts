/** How a numeric column becomes one or several numbers of similar size. Learnt from finite training values. */
export type Scaling =
  | { kind: 'standard'; mean: number; scale: number }
  | { kind: 'normal'; quantiles: number[]; mean: number; scale: number }
  | { kind: 'log'; centre: number; unit: number; mean: number; scale: number }
  | { kind: 'robust'; centre: number; factor: number }
  | { kind: 'pieces'; knots: number[] };

export interface ScalingOptions {
  kind: 'standard' | 'robust';
  /** columns with more skewness than this are mapped to normal quantiles; null: never */
  skewLimit: number | null;
  /** parts of a piecewise linear encoding; 0: none */
  pieces: number;
}

const quantileCount = 256;
const zLimit = 10;

/** `sorted`: the finite training values in rising order; at least two of them differ. */
export function fitScaling(sorted: Float64Array, options: ScalingOptions): Scaling {
  if (options.pieces > 0) {
    const knots = distinctQuantiles(sorted, options.pieces);
    if (knots.length > 2) return { kind: 'pieces', knots };
  }
  if (options.kind === 'robust') return fitRobust(sorted);
  const { mean, scale, skewness } = moments(sorted);
  if (options.skewLimit === null || !(Math.abs(skewness) > options.skewLimit)) return { kind: 'standard', mean, scale };
  const log = fitLog(sorted);
  if (log) return log;
  const count = Math.min(quantileCount, sorted.length);
  const quantiles = Array.from({ length: count }, (_, j) => quantile(sorted, (j + 0.5) / count));
  const transformed = sorted.map((value) => normalScore(quantiles, value));
  const after = moments(transformed);
  return { kind: 'normal', quantiles, mean: after.mean, scale: after.scale };
}

export function outputsOf(scaling: Scaling): number {
  return scaling.kind === 'pieces' ? scaling.knots.length - 1 : 1;
}

/** Writes the outputs of one value at out[at]. */
export function writeScaled(scaling: Scaling, value: number, out: Float64Array, at: number): void {
  if (scaling.kind === 'standard') {
    out[at] = limit((value - scaling.mean) / scaling.scale);
  } else if (scaling.kind === 'normal') {
    out[at] = limit((normalScore(scaling.quantiles, value) - scaling.mean) / scaling.scale);
  } else if (scaling.kind === 'log') {
    out[at] = limit((signedLog(value - scaling.centre, scaling.unit) - scaling.mean) / scaling.scale);
  } else if (scaling.kind === 'robust') {
    const z = (value - scaling.centre) * scaling.factor;
    out[at] = z / Math.sqrt(1 + (z / 3) ** 2);
  } else {
    const { knots } = scaling;
    for (let i = 1; i < knots.length; i++) {
      const share = (value - knots[i - 1]!) / (knots[i]! - knots[i - 1]!);
      out[at + i - 1] = Math.min(1, Math.max(0, share));
    }
  }
}

/** For columns where one value fills a third of the rows (amounts that are mostly zero) quantiles would flatten the rest. */
function fitLog(sorted: Float64Array): Scaling | null {
  let centre = sorted[0]!;
  let most = 0;
  for (let i = 0; i < sorted.length; ) {
    let end = i + 1;
    while (end < sorted.length && sorted[end] === sorted[i]) end++;
    if (end - i > most) {
      most = end - i;
      centre = sorted[i]!;
    }
    i = end;
  }
  if (most < sorted.length / 3) return null;
  const away = sorted
    .filter((value) => value !== centre)
    .map((value) => Math.abs(value - centre))
    .sort();
  const unit = quantile(away, 0.5);
  const { mean, scale } = moments(sorted.map((value) => signedLog(value - centre, unit)));
  return { kind: 'log', centre, unit, mean, scale };
}

function signedLog(gap: number, unit: number): number {
  return Math.sign(gap) * Math.log1p(Math.abs(gap) / unit);
}

/** RealMLP's robust scaling: median 0, quartiles 1 apart; the range when the quartiles are equal. */
function fitRobust(sorted: Float64Array): Scaling {
  const spread = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  const range = sorted.at(-1)! - sorted[0]!;
  return { kind: 'robust', centre: quantile(sorted, 0.5), factor: spread > 0 ? 1 / spread : 2 / range };
}

function limit(z: number): number {
  return Math.min(zLimit, Math.max(-zLimit, z));
}

/** Linear between order statistics; p in 0..1. */
export function quantile(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const low = Math.floor(at);
  const below = sorted[low]!;
  const above = sorted[Math.min(low + 1, sorted.length - 1)]!;
  return below + (above - below) * (at - low);
}

function distinctQuantiles(sorted: Float64Array, pieces: number): number[] {
  const knots: number[] = [];
  for (let i = 0; i <= pieces; i++) {
    const knot = quantile(sorted, i / pieces);
    if (knots.length === 0 || knot > knots.at(-1)!) knots.push(knot);
  }
  return knots;
}

function moments(values: Float64Array): { mean: number; scale: number; skewness: number } {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let second = 0;
  for (const value of values) second += (value - mean) ** 2 / values.length;
  const scale = Math.sqrt(second);
  if (!(scale > 0)) return { mean, scale: 1, skewness: 0 };
  let third = 0;
  for (const value of values) third += ((value - mean) / scale) ** 3 / values.length;
  return { mean, scale, skewness: third };
}

/** Normal score of a value's place among quantiles; the middle of its places when several quantiles are equal. */
function normalScore(quantiles: readonly number[], value: number): number {
  const count = quantiles.length;
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (quantiles[middle]! < value) low = middle + 1;
    else high = middle;
  }
  let past = low;
  high = count;
  while (past < high) {
    const middle = (past + high) >> 1;
    if (quantiles[middle]! <= value) past = middle + 1;
    else high = middle;
  }
  let place: number;
  if (past > low) place = (low + past - 1) / 2;
  else if (low === 0) place = 0;
  else if (low === count) place = count - 1;
  else place = low - 1 + (value - quantiles[low - 1]!) / (quantiles[low]! - quantiles[low - 1]!);
  return inverseNormal((place + 0.5) / count);
}

/** Acklam's rational approximation of the normal quantile function, relative error below 1.2e-9. p in (0, 1). */
function inverseNormal(p: number): number {
  if (p > 0.5) return -inverseNormal(1 - p);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    const top =
      ((((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q +
        4.374664141464968) *
        q +
      2.938163982698783;
    const bottom =
      (((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1;
    return top / bottom;
  }
  const q = p - 0.5;
  const r = q * q;
  const top =
    ((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
    2.506628277459239;
  const bottom =
    ((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
    1;
  return (q * top) / bottom;
}
