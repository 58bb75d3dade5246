const leastSeasons = 2.5;
/** Autocorrelation below which a repeating pattern is not told from chance or trend. */
const leastStrength = 0.25;
const mostPoints = 20_000;

/**
 * The season with the strongest autocorrelation after a trend is taken out, of the likely ones, or of all up to a third
 * of the length where the step suggests none; 1 when no pattern comes again. Strengths within 0.02 count as equal, and
 * the longer season wins: a week holds its days.
 * @param series values in order, without gaps
 */
export function detectSeason(series: readonly Float64Array[], likely: readonly number[]): number {
  const longest = [...series].sort((a, b) => b.length - a.length)[0] ?? new Float64Array(0);
  const values = longest.subarray(Math.max(0, longest.length - mostPoints));
  const fits = (season: number) => season >= 2 && values.length >= leastSeasons * season;
  const candidates = likely.length > 0 ? likely.filter(fits) : peaks(values).filter(fits);
  let best = 1;
  let strength = leastStrength;
  for (const season of candidates) {
    const found = autocorrelation(detrended(values, season), season);
    if (found > strength || (best > 1 && found > strength - 0.02)) {
      best = season;
      strength = Math.max(strength, found);
    }
  }
  return best;
}

/** Lags 3 to 60 where the autocorrelation has a peak. */
function peaks(values: Float64Array): number[] {
  const most = Math.min(60, Math.floor(values.length / 3));
  const flat = detrended(values, most);
  const strengths = Array.from({ length: most + 2 }, (_, lag) => autocorrelation(flat, lag));
  return strengths.flatMap((strength, lag) =>
    lag >= 3 && lag <= most && strength > strengths[lag - 1]! && strength >= strengths[lag + 1]! ? [lag] : [],
  );
}

/** Less the mean of a window of one season around each value. */
function detrended(values: Float64Array, window: number): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = sums[i]! + values[i]!;
  const half = Math.max(1, Math.floor(window / 2));
  return values.map((value, i) => {
    const from = Math.max(0, i - half);
    const to = Math.min(values.length, i + half + 1);
    return value - (sums[to]! - sums[from]!) / (to - from);
  });
}

export function autocorrelation(values: Float64Array, lag: number): number {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let own = 0;
  let shared = 0;
  for (let i = 0; i < values.length; i++) {
    own += (values[i]! - mean) ** 2;
    if (i >= lag) shared += (values[i]! - mean) * (values[i - lag]! - mean);
  }
  return own > 0 ? shared / own : 0;
}

/** Mean absolute error of repeating the last season, over all series together; NaN where none is long enough. */
export function naiveScale(series: readonly Float64Array[], season: number): number {
  let sum = 0;
  let count = 0;
  for (const values of series) {
    for (let i = season; i < values.length; i++) {
      sum += Math.abs(values[i]! - values[i - season]!);
      count++;
    }
  }
  return sum / count;
}
