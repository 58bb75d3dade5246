import type { Expanded } from '../../features/expand.ts';

/** Bins of one feature. The last bin is kept for missing values; a category's bins are its codes. */
export interface FeatureBins {
  /** bins without the one for missing */
  size: number;
  /** value bin = first whose upper bound is not below the value; empty for categories */
  upper: Float64Array;
  categorical: boolean;
  /** missing values were seen in training */
  missing: boolean;
}

/** Value bins at most; with the missing bin they fit a byte. */
export const maxValueBins = 254;
const minRowsInBin = 3;
const sampleRows = 200_000;

/** Finds bins from the training rows. Features that do not vary get a single bin and are never split on. */
export function fitBins(data: Expanded, categorySizes: readonly number[], maxBins: number): FeatureBins[] {
  const limit = Math.min(maxBins, maxValueBins);
  const numeric = data.numeric.map((values) => numericBins(values, limit));
  const categories = data.categories.map((codes, k): FeatureBins => {
    return { size: categorySizes[k]!, upper: new Float64Array(0), categorical: true, missing: codes.includes(-1) };
  });
  return [...numeric, ...categories];
}

/** Codes of all features, one column after the other: codes[feature * rows + row]. */
export function binColumns(data: Expanded, bins: readonly FeatureBins[]): Uint8Array {
  const codes = new Uint8Array(bins.length * data.rows);
  const numericCount = data.numeric.length;
  for (let f = 0; f < bins.length; f++) {
    const { size, upper } = bins[f]!;
    const start = f * data.rows;
    if (f < numericCount) {
      const values = data.numeric[f]!;
      for (let i = 0; i < data.rows; i++) codes[start + i] = binOf(upper, size, values[i]!);
    } else {
      const values = data.categories[f - numericCount]!;
      for (let i = 0; i < data.rows; i++) codes[start + i] = values[i]! < 0 || values[i]! >= size ? size : values[i]!;
    }
  }
  return codes;
}

function binOf(upper: Float64Array, size: number, value: number): number {
  if (Number.isNaN(value)) return size;
  let low = 0;
  let high = size - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= upper[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

function numericBins(values: Float64Array, limit: number): FeatureBins {
  const step = Math.max(1, Math.floor(values.length / sampleRows));
  const present: number[] = [];
  let missing = false;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) missing = true;
    else if (i % step === 0) present.push(values[i]!);
  }
  const upper = bounds(Float64Array.from(present).sort(), limit);
  return { size: upper.length, upper, categorical: false, missing };
}

/** As LightGBM's GreedyFindBin: frequent values get a bin of their own, the rest is filled to the mean of what is left. */
function bounds(sorted: Float64Array, limit: number): Float64Array {
  const distinct: number[] = [];
  const counts: number[] = [];
  for (const raw of sorted) {
    const value = raw === 0 ? 0 : raw; // -0 and 0 are one value
    if (distinct.length > 0 && distinct.at(-1) === value) counts[counts.length - 1]! += 1;
    else {
      distinct.push(value);
      counts.push(1);
    }
  }
  const upper: number[] = [];
  const minRows = sorted.length >= 20 * minRowsInBin ? minRowsInBin : 1;
  let restRows = sorted.length;
  let restBins = limit;
  const mean = sorted.length / limit;
  const frequent = counts.map((count) => distinct.length > limit && count >= mean);
  for (let i = 0; i < counts.length; i++) {
    if (!frequent[i]) continue;
    restRows -= counts[i]!;
    restBins--;
  }
  let goal = distinct.length > limit ? restRows / Math.max(1, restBins) : 0;
  let filled = 0;
  for (let i = 0; i < distinct.length - 1; i++) {
    filled += counts[i]!;
    if (!frequent[i]) restRows -= counts[i]!;
    const full = frequent[i] || filled >= Math.max(goal, minRows) || (frequent[i + 1] && filled >= goal / 2);
    if (!full) continue;
    upper.push(between(distinct[i]!, distinct[i + 1]!));
    filled = 0;
    if (upper.length >= limit - 1) break;
    if (!frequent[i]) {
      restBins--;
      if (goal > 0) goal = restRows / Math.max(1, restBins);
    }
  }
  upper.push(Number.POSITIVE_INFINITY);
  return Float64Array.from(upper);
}

/** A number from [low, high): the middle where it is representable and finite. */
function between(low: number, high: number): number {
  const middle = low + (high - low) / 2;
  return middle >= low && middle < high ? middle : low;
}
