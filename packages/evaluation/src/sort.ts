/**
 * Row numbers in ascending order of finite `values`, stable. O(n): radix sort on the bits of the doubles, 16 at a time
 * (a comparator sort of a million rows costs ten times as much, and bootstraps and importances sort often).
 */
export function argsort(values: ArrayLike<number>): Int32Array {
  const n = values.length;
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  if (n < 1024) return order.sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
  const doubles = new Float64Array(n);
  for (let i = 0; i < n; i++) doubles[i] = (values[i] as number) + 0; // -0 becomes 0
  const words = new Uint32Array(doubles.buffer);
  for (let i = 0; i < n; i++) {
    // order of bits = order of values: flip all bits of negatives, the sign of the others
    const high = words[2 * i + 1] as number;
    const negative = high >>> 31 === 1;
    words[2 * i + 1] = negative ? ~high : high ^ 0x80000000;
    if (negative) words[2 * i] = ~(words[2 * i] as number);
  }
  let from = order;
  let to = new Int32Array(n);
  const starts = new Int32Array(65536);
  for (let pass = 0; pass < 4; pass++) {
    if (!countDigits(words, pass, n, starts)) continue;
    const shift = (pass & 1) * 16;
    for (let i = 0; i < n; i++) {
      const row = from[i] as number;
      const digit = ((words[2 * row + (pass >> 1)] as number) >>> shift) & 0xffff;
      const at = starts[digit] as number;
      starts[digit] = at + 1;
      to[at] = row;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Fills the start of each digit; false when all digits are equal and the pass can be left out. */
function countDigits(words: Uint32Array, pass: number, n: number, starts: Int32Array): boolean {
  starts.fill(0);
  const shift = (pass & 1) * 16;
  const offset = pass >> 1;
  for (let i = 0; i < n; i++) {
    const digit = ((words[2 * i + offset] as number) >>> shift) & 0xffff;
    starts[digit] = (starts[digit] as number) + 1;
  }
  const first = ((words[offset] as number) >>> shift) & 0xffff;
  if (starts[first] === n) return false;
  let sum = 0;
  for (let d = 0; d < 65536; d++) {
    const count = starts[d] as number;
    starts[d] = sum;
    sum += count;
  }
  return true;
}

/** Scores sorted downwards, with where each group of equal scores ends (exclusive). */
export interface Ranking {
  order: Int32Array;
  groupEnds: Int32Array;
}

/** Ranks rows by score, highest first; equal scores form one group. */
export function rankDescending(scores: ArrayLike<number>): Ranking {
  const order = argsort(scores).reverse();
  const n = order.length;
  const ends = new Int32Array(n);
  let groups = 0;
  for (let i = 0; i < n; i++) {
    if (i === n - 1 || scores[order[i] as number] !== scores[order[i + 1] as number]) ends[groups++] = i + 1;
  }
  return { order, groupEnds: ends.slice(0, groups) };
}

/** Mid-ranks from 1 (equal values share the mean of their ranks). */
export function midranks(values: ArrayLike<number>): Float64Array {
  const order = argsort(values);
  const ranks = new Float64Array(order.length);
  for (let i = 0; i < order.length; ) {
    let j = i;
    while (j < order.length && values[order[j] as number] === values[order[i] as number]) j++;
    for (let k = i; k < j; k++) ranks[order[k] as number] = (i + j + 1) / 2;
    i = j;
  }
  return ranks;
}

/** Value at `fraction` (0..1) of an ascending array, linear between neighbours; NaN when empty. */
export function quantileOfSorted(sorted: ArrayLike<number>, fraction: number): number {
  if (sorted.length === 0) return Number.NaN;
  const at = Math.min(Math.max(fraction, 0), 1) * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return (sorted[low] as number) + (at - low) * ((sorted[high] as number) - (sorted[low] as number));
}
