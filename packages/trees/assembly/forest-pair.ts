// Splits by sums of (weight, weight x target) per bin: regression, and two classes, for which gini is twice the variance.

import { binRows, countBinRows, markPresent, presentBins, presentCount } from './forest-bins';
import { binsOf, columnOf, gatherBins, hasOwnColumn } from './forest-rows';
import {
  barOf,
  enoughRows,
  keepSet,
  keepThreshold,
  nodeCount,
  nodeHighest,
  nodeLowest,
  nodeStart,
  nodeSum,
  nodeWeight,
  pairOf,
  scoreToBeat,
  xLogX,
} from './forest-search';
import {
  forestBins,
  forestEntropy,
  forestHistogram,
  forestMinLeafRows,
  forestMonotone,
  forestOrder,
  forestPayload,
} from './forest-state';

/** up to so many rows their bins are listed one by one; with more, the filled ones are looked for */
const fewRows: usize = 192;

/** Adds up the node's rows by bins of the feature, and lists the bins. */
export function fillPairs(feature: i32): void {
  const count = <usize>nodeCount;
  const payload = forestPayload + ((<usize>nodeStart) << 4);
  const histogram = forestHistogram;
  if (count <= fewRows && forestMinLeafRows <= 1 && hasOwnColumn(feature)) {
    const column = columnOf(feature);
    const order = forestOrder + ((<usize>nodeStart) << 2);
    for (let i: usize = 0; i < count; i++) {
      const bin = <usize>load<u8>(column + <usize>load<u32>(order + (i << 2)));
      const at = histogram + (bin << 4);
      v128.store(at, f64x2.add(v128.load(at), v128.load(payload + (i << 4))));
      markPresent(bin);
    }
    return;
  }
  gatherBins(feature, nodeStart, nodeCount);
  for (let i: usize = 0; i < count; i++) {
    const at = histogram + ((<usize>load<u8>(forestBins + i)) << 4);
    v128.store(at, f64x2.add(v128.load(at), v128.load(payload + (i << 4))));
  }
  listFilled(binsOf(feature));
  if (forestMinLeafRows > 1) countBinRows();
}

function listFilled(bins: i32): void {
  for (let b: usize = 0; b < <usize>bins; b++) {
    if (load<f64>(forestHistogram + (b << 4)) > 0) markPresent(b);
  }
}

/** Zeroes the sums of present bins and forgets which they are. */
export function clearPairs(): void {
  for (let w: usize = 0; w < 4; w++) {
    let bits = load<u64>(presentBins + (w << 3));
    store<u64>(presentBins + (w << 3), 0);
    for (; bits != 0; bits &= bits - 1) {
      v128.store(forestHistogram + (((w << 6) + <usize>ctz(bits)) << 4), f64x2.splat(0));
    }
  }
}

function squaredScore(left: v128, total: v128): f64 {
  const right = f64x2.sub(total, left);
  const sums = v128.shuffle<f64>(left, right, 1, 3);
  const q = f64x2.div(f64x2.mul(sums, sums), v128.shuffle<f64>(left, right, 0, 2));
  return f64x2.extract_lane(q, 0) + f64x2.extract_lane(q, 1);
}

/** Score of a split with these sums on its left, or -infinite where a rule forbids it. */
function scoreOf(left: v128, total: v128, leftRows: i32, direction: i32): f64 {
  if (forestMinLeafRows > 1 && !enoughRows(leftRows)) return -Infinity;
  const w = f64x2.extract_lane(left, 0);
  const s = f64x2.extract_lane(left, 1);
  // A weight that is lost by rounding beside the others leaves a side without any.
  if (w <= 0 || w >= nodeWeight) return -Infinity;
  if (forestEntropy) return entropyOf(w, s) + entropyOf(nodeWeight - w, nodeSum - s);
  if (forestMonotone == 0) return squaredScore(left, total);
  const leftValue = limited(s / w);
  const rightValue = limited((nodeSum - s) / (nodeWeight - w));
  if (direction > 0 ? leftValue > rightValue : direction < 0 && leftValue < rightValue) return -Infinity;
  return leftValue * (2 * s - w * leftValue) + rightValue * (2 * (nodeSum - s) - (nodeWeight - w) * rightValue);
}

function entropyOf(weight: f64, sum: f64): f64 {
  return xLogX(sum) + xLogX(weight - sum) - xLogX(weight);
}

function limited(value: f64): f64 {
  return max(nodeLowest, min(nodeHighest, value));
}

export function directionOf(feature: i32): i32 {
  return forestMonotone != 0 ? <i32>load<i8>(forestMonotone + <usize>feature) : 0;
}

/**
 * Looks at every threshold between two present bins, in the middle of the gap, with missing values on either side. The
 * sums are zero afterwards, and no bin is present. False when all rows have the same bin.
 */
export function scanPairs(feature: i32): bool {
  const plain = !forestEntropy && forestMonotone == 0 && forestMinLeafRows <= 1;
  return plain && (load<u64>(presentBins) & 1) == 0 ? scanPlain(feature) : scanGeneral(feature);
}

/** Squared sums by weights, nothing missing. Fractions are compared without dividing, which would take longest. */
function scanPlain(feature: i32): bool {
  const total = pairOf(nodeWeight, nodeSum);
  // The score to beat is bar / barWeight.
  let bar = scoreToBeat;
  let barWeight: f64 = 1;
  let threshold = -1;
  let best = total;
  let left = f64x2.splat(0);
  let previous = -1;
  let varies = false;
  for (let w: usize = 0; w < 4; w++) {
    let bits = load<u64>(presentBins + (w << 3));
    store<u64>(presentBins + (w << 3), 0);
    for (; bits != 0; bits &= bits - 1) {
      const bin = (w << 6) + <usize>ctz(bits);
      const at = forestHistogram + (bin << 4);
      if (previous >= 0) {
        varies = true;
        const right = f64x2.sub(total, left);
        const sums = v128.shuffle<f64>(left, right, 1, 3);
        const terms = f64x2.mul(f64x2.mul(sums, sums), v128.shuffle<f64>(right, left, 0, 2));
        const score = f64x2.extract_lane(terms, 0) + f64x2.extract_lane(terms, 1);
        const weight = f64x2.extract_lane(left, 0) * f64x2.extract_lane(right, 0);
        if (score * barWeight > bar * weight && weight > 0) {
          bar = barOf(score);
          barWeight = weight;
          threshold = (previous + <i32>bin) >> 1;
          best = left;
        }
      }
      left = f64x2.add(left, v128.load(at));
      v128.store(at, f64x2.splat(0));
      previous = <i32>bin;
    }
  }
  if (threshold >= 0) keepLeft(squaredScore(best, total), feature, threshold, best);
  return varies;
}

/** Remembers a threshold in a node without missing values, which are sent to the heavier side later. */
function keepLeft(score: f64, feature: i32, threshold: i32, left: v128): void {
  const weight = f64x2.extract_lane(left, 0);
  keepThreshold(score, feature, threshold, weight > nodeWeight - weight, weight, f64x2.extract_lane(left, 1));
}

function scanGeneral(feature: i32): bool {
  const total = pairOf(nodeWeight, nodeSum);
  const counting = forestMinLeafRows > 1;
  const direction = directionOf(feature);
  const hasMissing = (load<u64>(presentBins) & 1) != 0;
  const missing = v128.load(forestHistogram);
  const missingRows = counting ? load<i32>(binRows) : 0;
  let left = f64x2.splat(0);
  let rows = 0;
  let previous = -1;
  const varies = presentCount() > 1;
  for (let w: usize = 0; w < 4; w++) {
    let bits = load<u64>(presentBins + (w << 3));
    if (w == 0) bits &= ~1;
    for (; bits != 0; bits &= bits - 1) {
      const bin = (w << 6) + <usize>ctz(bits);
      const threshold = previous < 0 ? 0 : (previous + <i32>bin) >> 1;
      if (previous >= 0) {
        const score = scoreOf(left, total, rows, direction);
        if (score > scoreToBeat) {
          if (hasMissing) keepSides(score, feature, threshold, false, left);
          else keepLeft(score, feature, threshold, left);
        }
      }
      if (hasMissing) {
        const more = f64x2.add(left, missing);
        const score = scoreOf(more, total, rows + missingRows, previous < 0 ? 0 : direction);
        if (score > scoreToBeat) keepSides(score, feature, threshold, true, more);
      }
      left = f64x2.add(left, v128.load(forestHistogram + (bin << 4)));
      if (counting) rows += load<i32>(binRows + (bin << 2));
      previous = <i32>bin;
    }
  }
  clearPairs();
  return varies;
}

function keepSides(score: f64, feature: i32, threshold: i32, missingLeft: bool, left: v128): void {
  keepThreshold(score, feature, threshold, missingLeft, f64x2.extract_lane(left, 0), f64x2.extract_lane(left, 1));
}

/** Sums of the rows whose mark in forestBins is set. */
export function sumMarked(): v128 {
  const payload = forestPayload + ((<usize>nodeStart) << 4);
  const count = <usize>nodeCount;
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let i: usize = 0;
  // Four sums, since an addition that waits for the one before takes four times as long.
  for (; i + 4 <= count; i += 4) {
    a = addMarked(a, forestBins + i, payload + (i << 4));
    b = addMarked(b, forestBins + i + 1, payload + (i << 4) + 16);
    c = addMarked(c, forestBins + i + 2, payload + (i << 4) + 32);
    d = addMarked(d, forestBins + i + 3, payload + (i << 4) + 48);
  }
  for (; i < count; i++) a = addMarked(a, forestBins + i, payload + (i << 4));
  return f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
}

function addMarked(sum: v128, mark: usize, entry: usize): v128 {
  return f64x2.add(sum, v128.and(i64x2.splat(<i64>load<i8>(mark)), v128.load(entry)));
}

/** Judges a random threshold by its left sums; 0: rows without a value against the rest. */
export function judgePairThreshold(feature: i32, threshold: i32, left: v128, leftRows: i32, missingLeft: bool): void {
  const score = scoreOf(left, pairOf(nodeWeight, nodeSum), leftRows, threshold == 0 ? 0 : directionOf(feature));
  if (score > scoreToBeat) keepSides(score, feature, threshold, missingLeft, left);
}

/** Judges a set of bins whose sums are `left`. */
export function judgePairSet(feature: i32, set: usize, left: v128, leftRows: i32): void {
  const score = scoreOf(left, pairOf(nodeWeight, nodeSum), leftRows, 0);
  if (score > scoreToBeat) {
    keepSet(score, feature, set, presentBins, f64x2.extract_lane(left, 0), f64x2.extract_lane(left, 1));
  }
}
