/** Values this close to zero are zero. */
export const zeroBand = 1e-35;

/** Room for what findBounds works with; made once and used for one feature after the other. */
export interface BoundsRoom {
  /** as many as there are values */
  counts: Int32Array;
}

/**
 * Upper bounds of at most `budget` bins for one numeric feature, the last one Infinity. `sorted`: values without
 * missing ones and zeros, ascending; overwritten. `zeros`: number of zeros beside them.
 *
 * The method is LightGBM's (Ke et al. 2017; GreedyFindBin and FindBinWithZeroAsOneBin of its bin.cpp): negative and
 * positive values share the bins by their numbers and zero has its own. Its bin for zero is left out where there are no
 * zeros, so that no bin is empty; its place in the budget is kept, so that the bins are LightGBM's.
 */
export function findBounds(
  sorted: Float64Array,
  zeros: number,
  budget: number,
  minDataInBin: number,
  room: BoundsRoom,
): Float64Array {
  const distinct = countDistinct(sorted, room.counts);
  const left = firstAbove(sorted, distinct, -zeroBand);
  let leftRows = 0;
  for (let i = 0; i < left; i++) leftRows += room.counts[i]!;
  const rows = sorted.length;
  const bounds: number[] = [];
  const run = { values: sorted, counts: room.counts, minDataInBin, bounds };
  let used = 0;
  if (left > 0 && budget > 1) {
    const share = Math.max(1, Math.floor((leftRows / rows) * (budget - 1)));
    addBounds(run, 0, left, leftRows, share);
    used = bounds.length + 1;
    if (zeros > 0) bounds.push(-zeroBand);
    else if (left < distinct) bounds.push(boundBetween(sorted[left - 1]!, sorted[left]!));
  }
  const rest = budget - 1 - used;
  if (left < distinct && rest > 0) {
    if (zeros > 0) bounds.push(zeroBand);
    addBounds(run, left, distinct, rows - leftRows, rest);
  }
  bounds.push(Infinity);
  return Float64Array.from(bounds);
}

/** A number that is at least `low` and below `high`, halfway where rounding lets it; low < high. */
export function boundBetween(low: number, high: number): number {
  if (high === Infinity) return Number.MAX_VALUE;
  let middle = (low + high) / 2;
  if (!Number.isFinite(middle)) middle = low / 2 + high / 2;
  return middle < high ? middle : low;
}

interface Run {
  values: Float64Array;
  counts: Int32Array;
  minDataInBin: number;
  bounds: number[];
}

/** Adds the bounds between the bins of the distinct values from..to-1, which `rows` rows have. */
function addBounds(run: Run, from: number, to: number, rows: number, maxBins: number): void {
  if (to - from <= maxBins) addBoundsOfFew(run, from, to);
  else addBoundsOfMany(run, from, to, rows, Math.max(1, Math.min(maxBins, Math.floor(rows / run.minDataInBin))));
}

/** A bin per value, or for several where they have too few rows. */
function addBoundsOfFew({ values, counts, minDataInBin, bounds }: Run, from: number, to: number): void {
  let inBin = 0;
  for (let i = from; i < to - 1; i++) {
    inBin += counts[i]!;
    if (inBin < minDataInBin) continue;
    bounds.push(boundBetween(values[i]!, values[i + 1]!));
    inBin = 0;
  }
}

/**
 * Values with as many rows as a mean bin end their bin, and begin it unless the values before them are fewer rows than
 * half a bin; the others fill bins of the mean size of what is left.
 */
function addBoundsOfMany(run: Run, from: number, to: number, rows: number, maxBins: number): void {
  const { values, counts, bounds } = run;
  const big = rows / maxBins;
  let restBins = maxBins;
  let restRows = rows;
  for (let i = from; i < to; i++) {
    if (counts[i]! < big) continue;
    restBins--;
    restRows -= counts[i]!;
  }
  let mean = restRows / restBins;
  let made = 0;
  let inBin = 0;
  for (let i = from; i < to - 1 && made < maxBins - 1; i++) {
    const isBig = counts[i]! >= big;
    if (!isBig) restRows -= counts[i]!;
    inBin += counts[i]!;
    const beforeBig = counts[i + 1]! >= big && inBin >= (mean > 2 ? mean * 0.5 : 1);
    if (!isBig && !(inBin >= mean) && !beforeBig) continue;
    bounds.push(boundBetween(values[i]!, values[i + 1]!));
    made++;
    inBin = 0;
    if (!isBig) {
      restBins--;
      mean = restRows / restBins;
    }
  }
}

/** Moves the different values to the front and counts each; gives back their number. */
function countDistinct(sorted: Float64Array, counts: Int32Array): number {
  let distinct = 0;
  let start = 0;
  for (let i = 1; i <= sorted.length; i++) {
    if (i < sorted.length && sorted[i] === sorted[start]) continue;
    sorted[distinct] = sorted[start]!;
    counts[distinct++] = i - start;
    start = i;
  }
  return distinct;
}

function firstAbove(values: Float64Array, length: number, limit: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
