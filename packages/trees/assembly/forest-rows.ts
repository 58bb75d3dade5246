// Rows of a node: their bins of one feature, which of them go left, and the stable partition by it.

import { forestBins, forestOrder, forestPayload, forestSpareOrder, forestSparePayload } from './forest-state';
import { featureBins, featureColumn, featureDefault, featureOffset, matrixBins, matrixRows } from './state';

export function columnOf(feature: i32): usize {
  const column = load<i32>(featureColumn + ((<usize>feature) << 2));
  return matrixBins + <usize>column * <usize>matrixRows;
}

export function binsOf(feature: i32): i32 {
  return load<i32>(featureBins + ((<usize>feature) << 2));
}

export function hasOwnColumn(feature: i32): bool {
  return load<i32>(featureDefault + ((<usize>feature) << 2)) < 0;
}

/** Writes the bins of the rows order[start..start + count) to forestBins. */
export function gatherBins(feature: i32, start: i32, count: i32): void {
  const column = columnOf(feature);
  const rows = forestOrder + ((<usize>start) << 2);
  const out = forestBins;
  const end = <usize>count;
  if (!hasOwnColumn(feature)) {
    gatherShared(feature, column, rows, out, end);
    return;
  }
  let i: usize = 0;
  for (; i + 4 <= end; i += 4) {
    const at = rows + (i << 2);
    const a = load<u8>(column + <usize>load<u32>(at));
    const b = load<u8>(column + <usize>load<u32>(at, 4));
    const c = load<u8>(column + <usize>load<u32>(at, 8));
    const d = load<u8>(column + <usize>load<u32>(at, 12));
    store<u32>(out + i, <u32>a | ((<u32>b) << 8) | ((<u32>c) << 16) | ((<u32>d) << 24));
  }
  for (; i < end; i++) store<u8>(out + i, load<u8>(column + <usize>load<u32>(rows + (i << 2))));
}

/** A shared column has the feature's bins without its default at offset and above; anything else is the default. */
function gatherShared(feature: i32, column: usize, rows: usize, out: usize, end: usize): void {
  const offset = load<i32>(featureOffset + ((<usize>feature) << 2));
  const usual = load<i32>(featureDefault + ((<usize>feature) << 2));
  const others = <u32>(binsOf(feature) - 1);
  for (let i: usize = 0; i < end; i++) {
    const k = <i32>load<u8>(column + <usize>load<u32>(rows + (i << 2))) - offset;
    const bin = k + <i32>(k >= usual);
    store<u8>(out + i, <u32>k < others ? bin : usual);
  }
}

/** Replaces the bins in forestBins by 255 for rows that go left and 0 for others. */
export function markInterval(count: i32, low: i32, width: i32): void {
  const lows = i8x16.splat(<i8>low);
  const widths = i8x16.splat(<i8>width);
  const end = forestBins + <usize>count;
  for (let at = forestBins; at < end; at += 16) {
    const shifted = i8x16.sub(v128.load(at), lows);
    v128.store(at, i8x16.le_u(shifted, widths));
  }
}

/** 256 bytes: the mark of each bin */
const marks: usize = memory.data(256, 16);

/** The same for a set of bins, four words at `set`; `bins` is the number of the feature's bins. */
export function markSet(count: i32, set: usize, bins: i32): void {
  for (let b: usize = 0; b < <usize>bins; b += 16) v128.store(marks + b, spreadBits(load<u16>(set + (b >> 3))));
  const end = forestBins + <usize>count;
  if (bins > 64) {
    for (let at = forestBins; at < end; at++) store<u8>(at, load<u8>(marks + <usize>load<u8>(at)));
    return;
  }
  const table = v128.load(marks);
  const zero = i8x16.splat(0);
  const table16 = bins > 16 ? v128.load(marks, 16) : zero;
  const table32 = bins > 32 ? v128.load(marks, 32) : zero;
  const table48 = bins > 48 ? v128.load(marks, 48) : zero;
  for (let at = forestBins; at < end; at += 16) {
    // A table gives 0 for indices from 16 on.
    const all = v128.load(at);
    const low = v128.or(i8x16.swizzle(table, all), i8x16.swizzle(table16, i8x16.sub(all, i8x16.splat(16))));
    const high32 = i8x16.swizzle(table32, i8x16.sub(all, i8x16.splat(32)));
    const high48 = i8x16.swizzle(table48, i8x16.sub(all, i8x16.splat(48)));
    v128.store(at, v128.or(low, v128.or(high32, high48)));
  }
}

/** Bytes of 255 where the bits are set, the lowest bit first. */
function spreadBits(bits: u16): v128 {
  const bytes = i8x16.swizzle(i16x8.splat(bits), i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1));
  const masks = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  return i8x16.eq(v128.and(bytes, masks), masks);
}

/** Moves rows marked in forestBins to the front, both parts in their order; gives how many there are. */
export function partitionRows(start: i32, count: i32): i32 {
  const order = forestOrder + ((<usize>start) << 2);
  const payload = forestPayload + ((<usize>start) << 4);
  const spareOrder = forestSpareOrder;
  const sparePayload = forestSparePayload;
  let left: usize = 0;
  let right: usize = 0;
  for (let i: usize = 0, end = <usize>count; i < end; i++) {
    const row = load<u32>(order + (i << 2));
    const entry = v128.load(payload + (i << 4));
    const goesLeft = <usize>(load<u8>(forestBins + i) & 1);
    store<u32>(order + (left << 2), row);
    v128.store(payload + (left << 4), entry);
    store<u32>(spareOrder + (right << 2), row);
    v128.store(sparePayload + (right << 4), entry);
    left += goesLeft;
    right += 1 - goesLeft;
  }
  memory.copy(order + (left << 2), spareOrder, right << 2);
  memory.copy(payload + (left << 4), sparePayload, right << 4);
  return <i32>left;
}

/** The same for rows outside of the tree's sample, which have no payload. */
export function partitionOthers(start: i32, count: i32): i32 {
  const order = forestOrder + ((<usize>start) << 2);
  const spareOrder = forestSpareOrder;
  let left: usize = 0;
  let right: usize = 0;
  for (let i: usize = 0, end = <usize>count; i < end; i++) {
    const row = load<u32>(order + (i << 2));
    const goesLeft = <usize>(load<u8>(forestBins + i) & 1);
    store<u32>(order + (left << 2), row);
    store<u32>(spareOrder + (right << 2), row);
    left += goesLeft;
    right += 1 - goesLeft;
  }
  memory.copy(order + (left << 2), spareOrder, right << 2);
  return <i32>left;
}
