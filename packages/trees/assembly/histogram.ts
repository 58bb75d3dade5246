// Histograms: for every bin of every column, the sums of gradient and hessian of a leaf's rows. This is where most of
// the time of a fit goes. Two kernels: packed (one 64-bit word per bin: gradient in the upper half, hessian in the
// lower, both fixed point) and float (two f64: hessian, gradient). Four columns are filled in one pass over the rows,
// so that a row's index and gradients are read once for four sums and the four chains of additions overlap.

import { matrixBins, matrixRows } from './state';
import { gatherVectors, histogramVectors, vectorBytes } from './vector-histogram';

/** i32 per column, and one more: first entry of the column in a histogram, an even number */
export let columnEntry: usize = 0;
export let columnCount: i32 = 0;
/** i32: the columns that the tree at hand uses, and how many */
export let activeColumns: usize = 0;
export let activeCount: i32 = 0;
export function setActiveCount(count: i32): void {
  activeCount = count;
}

/** entries of a whole histogram */
export let histogramEntries: i32 = 0;

/** f32 pairs (gradient, hessian) of every training row, weights included */
export let gradients: usize = 0;
/** multiplied into gradient and hessian to make them whole numbers */
export let gradientScale: f64 = 1;
export let hessianScale: f64 = 1;

/** rows whose pairs are gathered at a time: what they fill stays in the cache while all columns are gone through */
export const gatherRows: i32 = 16384;
/** pairs of so many rows, 16 bytes each */
export let gatheredPairs: usize = 0;

/** sums (hessian, gradient) over the rows of the histogram that was built last, in its units */
export let builtHessian: f64 = 0;
export let builtGradient: f64 = 0;

/** Kinds of histograms: packed, float pairs, and one number per direction of a vector of gradients. */
export const packedKind: i32 = 0;
export const floatKind: i32 = 1;
export const vectorKind: i32 = 2;

/** Bytes of an entry. */
export function entryBytes(kind: i32): usize {
  return kind == packedKind ? 8 : kind == floatKind ? 16 : <usize>vectorBytes;
}

/** Sums of the listed rows for every active column, into a histogram that is cleared before. */
export function buildHistogram(order: usize, count: i32, histogram: usize, kind: i32): void {
  clearHistogram(histogram, kind);
  builtHessian = 0;
  builtGradient = 0;
  const step = kind == vectorKind ? gatherRows / 4 : gatherRows;
  for (let start = 0; start < count; start += step) {
    const rows = order + ((<usize>start) << 2);
    const n = min(step, count - start);
    if (kind == packedKind) {
      gatherPacked(rows, n, gatheredPairs);
      histogramPacked(rows, n, gatheredPairs, histogram);
    } else if (kind == floatKind) {
      gatherFloat(rows, n, gatheredPairs);
      histogramFloat(rows, n, gatheredPairs, histogram);
    } else {
      builtHessian += gatherVectors(rows, n, gatheredPairs);
      histogramVectors(rows, n, gatheredPairs, histogram);
    }
  }
}

/** The packed pairs of the listed rows, one after the other. Hessians are not negative, so halves do not mix. */
export function gatherPacked(order: usize, count: i32, out: usize): void {
  const source = gradients;
  const scale = f64x2.replace_lane(f64x2.splat(gradientScale), 1, hessianScale);
  let sum = i64x2.splat(0);
  for (let i = 0; i < count; i++) {
    const pair = v128.load64_zero(source + ((<usize>load<u32>(order + ((<usize>i) << 2))) << 3));
    const scaled = f64x2.nearest(f64x2.mul(f64x2.promote_low_f32x4(pair), scale));
    const whole = i32x4.trunc_sat_f64x2_s_zero(scaled);
    const packed = v128.shuffle<i32>(whole, whole, 1, 0, 2, 3);
    v128.store64_lane(out + ((<usize>i) << 3), packed, 0);
    sum = i64x2.add(sum, packed);
  }
  const total = i64x2.extract_lane(sum, 0);
  builtHessian += <f64>(<i32>total);
  builtGradient += <f64>(<i32>(total >> 32));
}

/** The pairs (hessian, gradient) of the listed rows as f64, one after the other. */
export function gatherFloat(order: usize, count: i32, out: usize): void {
  const source = gradients;
  let sum = f64x2.splat(0);
  for (let i = 0; i < count; i++) {
    const pair = source + ((<usize>load<u32>(order + ((<usize>i) << 2))) << 3);
    const two = v128.load64_zero(pair);
    const wide = f64x2.promote_low_f32x4(v128.shuffle<i32>(two, two, 1, 0, 2, 3));
    v128.store(out + ((<usize>i) << 4), wide);
    sum = f64x2.add(sum, wide);
  }
  builtHessian += f64x2.extract_lane(sum, 0);
  builtGradient += f64x2.extract_lane(sum, 1);
}

/** Adds the listed rows to the packed histogram of every active column; `pairs` as gatherPacked writes them. */
export function histogramPacked(order: usize, count: i32, pairs: usize, histogram: usize): void {
  fillColumns<i64>(order, count, pairs, histogram);
}

/** Adds the listed rows to the float histogram of every active column; `pairs` as gatherFloat writes them. */
export function histogramFloat(order: usize, count: i32, pairs: usize, histogram: usize): void {
  fillColumns<v128>(order, count, pairs, histogram);
}

/** T is the type of an entry and of a pair: i64 (packed) or v128 (float). */
function fillColumns<T>(order: usize, count: i32, pairs: usize, histogram: usize): void {
  const rows = <usize>matrixRows;
  const n = activeCount;
  let c = 0;
  for (; c + 3 < n; c += 4) {
    const list = activeColumns + ((<usize>c) << 2);
    const c0 = <usize>load<u32>(list);
    const c1 = <usize>load<u32>(list, 4);
    const c2 = <usize>load<u32>(list, 8);
    const c3 = <usize>load<u32>(list, 12);
    fillFour<T>(
      order,
      count,
      pairs,
      matrixBins + c0 * rows,
      matrixBins + c1 * rows,
      matrixBins + c2 * rows,
      matrixBins + c3 * rows,
      columnOf<T>(histogram, c0),
      columnOf<T>(histogram, c1),
      columnOf<T>(histogram, c2),
      columnOf<T>(histogram, c3),
    );
  }
  for (; c < n; c++) {
    const column = <usize>load<u32>(activeColumns + ((<usize>c) << 2));
    fillOne<T>(order, count, pairs, matrixBins + column * rows, columnOf<T>(histogram, column));
  }
}

function columnOf<T>(histogram: usize, column: usize): usize {
  return histogram + ((<usize>load<u32>(columnEntry + (column << 2))) << alignof<T>());
}

function fillFour<T>(
  order: usize,
  count: i32,
  pairs: usize,
  b0: usize,
  b1: usize,
  b2: usize,
  b3: usize,
  h0: usize,
  h1: usize,
  h2: usize,
  h3: usize,
): void {
  for (let i = 0; i < count; i++) {
    const row = <usize>load<u32>(order + ((<usize>i) << 2));
    const pair = load<T>(pairs + ((<usize>i) << alignof<T>()));
    addPair<T>(h0 + ((<usize>load<u8>(b0 + row)) << alignof<T>()), pair);
    addPair<T>(h1 + ((<usize>load<u8>(b1 + row)) << alignof<T>()), pair);
    addPair<T>(h2 + ((<usize>load<u8>(b2 + row)) << alignof<T>()), pair);
    addPair<T>(h3 + ((<usize>load<u8>(b3 + row)) << alignof<T>()), pair);
  }
}

function fillOne<T>(order: usize, count: i32, pairs: usize, bins: usize, histogram: usize): void {
  for (let i = 0; i < count; i++) {
    const row = <usize>load<u32>(order + ((<usize>i) << 2));
    const pair = load<T>(pairs + ((<usize>i) << alignof<T>()));
    addPair<T>(histogram + ((<usize>load<u8>(bins + row)) << alignof<T>()), pair);
  }
}

function addPair<T>(at: usize, pair: T): void {
  if (isInteger<T>()) store<T>(at, load<T>(at) + pair);
  else store<T>(at, f64x2.add(load<T>(at), pair));
}

/** Sets the active columns of a histogram to zero. */
export function clearHistogram(histogram: usize, kind: i32): void {
  const bytes = entryBytes(kind);
  if (activeCount == columnCount) {
    memory.fill(histogram, 0, <usize>histogramEntries * bytes);
    return;
  }
  for (let c = 0; c < activeCount; c++) {
    const entry = columnEntry + ((<usize>load<u32>(activeColumns + ((<usize>c) << 2))) << 2);
    const first = <usize>load<u32>(entry);
    memory.fill(histogram + first * bytes, 0, (<usize>load<u32>(entry, 4) - first) * bytes);
  }
}

/** parent -= child in the active columns: what is left are the sums of the other child. */
export function subtractHistogram(parent: usize, child: usize, kind: i32): void {
  if (activeCount == columnCount) {
    subtractEntries(parent, child, 0, histogramEntries, kind);
    return;
  }
  for (let c = 0; c < activeCount; c++) {
    const entry = columnEntry + ((<usize>load<u32>(activeColumns + ((<usize>c) << 2))) << 2);
    subtractEntries(parent, child, load<i32>(entry), load<i32>(entry, 4), kind);
  }
}

function subtractEntries(parent: usize, child: usize, first: i32, last: i32, kind: i32): void {
  const start = <usize>first * entryBytes(kind);
  const end = parent + <usize>last * entryBytes(kind);
  let to = parent + start;
  let from = child + start;
  if (kind == packedKind) {
    for (; to < end; to += 16, from += 16) v128.store(to, i64x2.sub(v128.load(to), v128.load(from)));
  } else {
    for (; to < end; to += 16, from += 16) v128.store(to, f64x2.sub(v128.load(to), v128.load(from)));
  }
}
