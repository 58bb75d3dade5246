// Splits by a sum of weights per class, for three classes and more. Only the classes that a node has are looked at, by
// the numbers they have within the node.

import { binRows, countBinRows, presentBins } from './forest-bins';
import {
  enoughRows,
  keepSet,
  keepThreshold,
  nodeClasses,
  nodeClassStride,
  nodeCount,
  nodeStart,
  nodeWeight,
  scoreToBeat,
  xLogX,
} from './forest-search';
import {
  forestBins,
  forestEntropy,
  forestHistogram,
  forestLeft,
  forestMinLeafRows,
  forestMissing,
  forestPayload,
  forestSpareOrder,
  forestTotals,
} from './forest-state';

/** weight of the sums that sideScores looked at */
let sideWeight: f64 = 0;

/** Adds up the node's rows by bins and classes; forestBins has their bins. */
export function fillClasses(): void {
  const payload = forestPayload + ((<usize>nodeStart) << 4);
  const stride = (<usize>nodeClassStride) << 3;
  for (let i: usize = 0, count = <usize>nodeCount; i < count; i++) {
    const entry = payload + (i << 4);
    const at = forestHistogram + <usize>load<u8>(forestBins + i) * stride + ((<usize>load<u32>(entry, 12)) << 3);
    store<f64>(at, load<f64>(at) + load<f64>(entry));
  }
}

export function classHistogram(bin: usize): usize {
  return forestHistogram + bin * ((<usize>nodeClassStride) << 3);
}

/** Zeroes the sums of present bins and forgets which they are. */
export function clearClasses(): void {
  for (let w: usize = 0; w < 4; w++) {
    let bits = load<u64>(presentBins + (w << 3));
    store<u64>(presentBins + (w << 3), 0);
    for (; bits != 0; bits &= bits - 1) {
      memory.fill(classHistogram((w << 6) + <usize>ctz(bits)), 0, (<usize>nodeClassStride) << 3);
    }
  }
}

export function clearLeft(): void {
  memory.fill(forestLeft, 0, (<usize>nodeClassStride) << 3);
}

/** Adds sums to those on the left and gives the score of both sides; `more` (or 0) counts as left, but is not added. */
export function addLeft(sums: usize, more: usize): f64 {
  const end = (<usize>nodeClassStride) << 3;
  let weight = f64x2.splat(0);
  let leftSquares = f64x2.splat(0);
  let rightSquares = f64x2.splat(0);
  let logs: f64 = 0;
  for (let k: usize = 0; k < end; k += 16) {
    let left = v128.load(forestLeft + k);
    if (sums != 0) {
      left = f64x2.add(left, v128.load(sums + k));
      v128.store(forestLeft + k, left);
    }
    if (more != 0) left = f64x2.add(left, v128.load(more + k));
    const right = f64x2.sub(v128.load(forestTotals + k), left);
    weight = f64x2.add(weight, left);
    if (forestEntropy) {
      logs += xLogX(f64x2.extract_lane(left, 0)) + xLogX(f64x2.extract_lane(left, 1));
      logs += xLogX(f64x2.extract_lane(right, 0)) + xLogX(f64x2.extract_lane(right, 1));
    } else {
      leftSquares = f64x2.add(leftSquares, f64x2.mul(left, left));
      rightSquares = f64x2.add(rightSquares, f64x2.mul(right, right));
    }
  }
  const w = f64x2.extract_lane(weight, 0) + f64x2.extract_lane(weight, 1);
  sideWeight = w;
  if (forestEntropy) return logs - xLogX(w) - xLogX(nodeWeight - w);
  const l = f64x2.extract_lane(leftSquares, 0) + f64x2.extract_lane(leftSquares, 1);
  const r = f64x2.extract_lane(rightSquares, 0) + f64x2.extract_lane(rightSquares, 1);
  return l / w + r / (nodeWeight - w);
}

function consider(score: f64, feature: i32, threshold: i32, missingLeft: bool, rows: i32, weight: f64): void {
  const isWeighed = weight > 0 && weight < nodeWeight;
  if (isWeighed && score > scoreToBeat && (forestMinLeafRows <= 1 || enoughRows(rows))) {
    keepThreshold(score, feature, threshold, missingLeft, weight, 0);
  }
}

/** Looks at every threshold between two present bins, in the middle of the gap, with missing values on either side. */
export function scanClasses(feature: i32): void {
  const counting = forestMinLeafRows > 1;
  const missing = (load<u64>(presentBins) & 1) != 0 ? classHistogram(0) : 0;
  const missingRows = counting ? load<i32>(binRows) : 0;
  clearLeft();
  let score: f64 = 0;
  let weight: f64 = 0;
  let rows = 0;
  let previous = -1;
  for (let w: usize = 0; w < 4; w++) {
    let bits = load<u64>(presentBins + (w << 3));
    if (w == 0) bits &= ~1;
    for (; bits != 0; bits &= bits - 1) {
      const bin = (w << 6) + <usize>ctz(bits);
      const threshold = previous < 0 ? 0 : (previous + <i32>bin) >> 1;
      if (previous >= 0) {
        const missingLeft = missing == 0 && weight > nodeWeight - weight;
        consider(score, feature, threshold, missingLeft, rows, weight);
      }
      if (missing != 0) {
        const withMissing = addLeft(0, missing);
        consider(withMissing, feature, threshold, true, rows + missingRows, sideWeight);
      }
      score = addLeft(classHistogram(bin), 0);
      weight = sideWeight;
      if (counting) rows += load<i32>(binRows + (bin << 2));
      previous = <i32>bin;
    }
  }
}

/** The same row by row in the order of their bins, which is faster where classes are many and rows few. */
export function sweepClasses(feature: i32): void {
  countBinRows();
  const missingRows = load<i32>(binRows);
  let place = 0;
  for (let b: usize = 0; b < 256; b++) {
    const rows = load<i32>(binRows + (b << 2));
    store<i32>(binRows + (b << 2), place);
    place += rows;
  }
  for (let i: usize = 0, count = <usize>nodeCount; i < count; i++) {
    const at = binRows + ((<usize>load<u8>(forestBins + i)) << 2);
    const to = load<u32>(at);
    store<u32>(at, to + 1);
    store<u32>(forestSpareOrder + ((<usize>to) << 2), <u32>i);
  }
  sweepRows(feature, missingRows, missingRows > 0);
  if (missingRows > 0) sweepRows(feature, 0, true);
}

/** Bin 0 is sorted first: rows without a value are on the left when it begins with them, otherwise on the right. */
function sweepRows(feature: i32, from: i32, hasMissing: bool): void {
  const payload = forestPayload + ((<usize>nodeStart) << 4);
  clearLeft();
  let leftSum: f64 = 0;
  let rightSum: f64 = 0;
  for (let c = 0; c < nodeClasses; c++) {
    const total = load<f64>(forestTotals + ((<usize>c) << 3));
    rightSum += forestEntropy ? xLogX(total) : total * total;
  }
  let weight: f64 = 0;
  let previous = -1;
  for (let i = from; i < nodeCount; i++) {
    const row = <usize>load<u32>(forestSpareOrder + ((<usize>i) << 2));
    const bin = <i32>load<u8>(forestBins + row);
    if (previous >= 0 && bin != previous) {
      const rest = nodeWeight - weight;
      const score = forestEntropy
        ? leftSum - xLogX(weight) + rightSum - xLogX(rest)
        : leftSum / weight + rightSum / rest;
      const missingLeft = hasMissing ? from == 0 : weight > rest;
      consider(score, feature, previous == 0 ? 0 : (previous + bin) >> 1, missingLeft, i - from, weight);
    }
    const entry = payload + (row << 4);
    const w = load<f64>(entry);
    const index = (<usize>load<u32>(entry, 12)) << 3;
    const left = load<f64>(forestLeft + index);
    const right = load<f64>(forestTotals + index) - left;
    if (forestEntropy) {
      leftSum += xLogX(left + w) - xLogX(left);
      rightSum += xLogX(right - w) - xLogX(right);
    } else {
      leftSum += w * (2 * left + w);
      rightSum += w * (w - 2 * right);
    }
    store<f64>(forestLeft + index, left + w);
    weight += w;
    previous = bin;
  }
}

/** Adds up the classes of the rows whose mark in forestBins is set, on the left. */
export function sumMarkedClasses(): void {
  const payload = forestPayload + ((<usize>nodeStart) << 4);
  clearLeft();
  for (let i: usize = 0, count = <usize>nodeCount; i < count; i++) {
    const entry = payload + (i << 4);
    const at = forestLeft + ((<usize>load<u32>(entry, 12)) << 3);
    const mark = <i64>load<i8>(forestBins + i);
    store<f64>(at, load<f64>(at) + reinterpret<f64>(reinterpret<i64>(load<f64>(entry)) & mark));
  }
}

/** Adds up the classes of the rows without a value, into forestMissing; forestBins has bins. */
export function sumMissingClasses(): void {
  const payload = forestPayload + ((<usize>nodeStart) << 4);
  memory.fill(forestMissing, 0, (<usize>nodeClassStride) << 3);
  for (let i: usize = 0, count = <usize>nodeCount; i < count; i++) {
    if (load<u8>(forestBins + i) != 0) continue;
    const entry = payload + (i << 4);
    const at = forestMissing + ((<usize>load<u32>(entry, 12)) << 3);
    store<f64>(at, load<f64>(at) + load<f64>(entry));
  }
}

/** Judges a random threshold whose left side is in forestLeft, with what is at `more` (or 0) added. */
export function judgeClassThreshold(feature: i32, threshold: i32, rows: i32, more: usize, missing: i32): void {
  const score = addLeft(0, more);
  const missingLeft = missing < 0 ? sideWeight > nodeWeight - sideWeight : missing != 0;
  consider(score, feature, threshold, missingLeft, rows, sideWeight);
}

/** Judges a set of bins whose sums are in forestLeft. */
export function judgeClassSet(feature: i32, set: usize, leftRows: i32): void {
  judgeClassSide(addLeft(0, 0), feature, set, leftRows);
}

export function judgeClassSide(score: f64, feature: i32, set: usize, leftRows: i32): void {
  const isWeighed = sideWeight > 0 && sideWeight < nodeWeight;
  if (isWeighed && score > scoreToBeat && (forestMinLeafRows <= 1 || enoughRows(leftRows))) {
    keepSet(score, feature, set, presentBins, sideWeight, 0);
  }
}
