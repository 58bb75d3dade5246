// Splits by sums of (weight, weight x target) per bin: regression, and two classes, for which gini is twice the variance.

import { binsOf, gatherBins } from './forest-rows';
import {
  barOf,
  binRows,
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
  presentBins,
  scoreToBeat,
  xLogX,
} from './forest-search';
import {
  forestBins,
  forestEntropy,
  forestHistogram,
  forestMinLeafRows,
  forestMonotone,
  forestPayload,
} from './forest-state';

/** Adds up the node's rows by bins of the feature and lists the bins; false when all rows have the same. */
export function fillPairs(feature: i32): bool {
  gatherBins(feature, nodeStart, nodeCount);
  const payload = forestPayload + ((<usize>nodeStart) << 4);
  const histogram = forestHistogram;
  const bins = forestBins;
  const count = <usize>nodeCount;
  if (count > 256) {
    for (let i: usize = 0; i < count; i++) {
      const at = histogram + ((<usize>load<u8>(bins + i)) << 4);
      v128.store(at, f64x2.add(v128.load(at), v128.load(payload + (i << 4))));
    }
    listFilled(binsOf(feature));
  } else {
    for (let i: usize = 0; i < count; i++) {
      const bin = <usize>load<u8>(bins + i);
      const at = histogram + (bin << 4);
      v128.store(at, f64x2.add(v128.load(at), v128.load(payload + (i << 4))));
      markPresent(bin);
    }
  }
  if (forestMinLeafRows > 1) countBinRows();
  if (isOneBin()) {
    clearPairs();
    return false;
  }
  return true;
}

export function markPresent(bin: usize): void {
  const word = presentBins + ((bin >> 6) << 3);
  store<u64>(word, load<u64>(word) | ((<u64>1) << (bin & 63)));
}

function listFilled(bins: i32): void {
  for (let b: usize = 0; b < <usize>bins; b++) {
    if (load<f64>(forestHistogram + (b << 4)) > 0) markPresent(b);
  }
}

export function countBinRows(): void {
  memory.fill(binRows, 0, 1024);
  for (let i: usize = 0; i < <usize>nodeCount; i++) {
    const at = binRows + ((<usize>load<u8>(forestBins + i)) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
}

export function isOneBin(): bool {
  let present: u64 = 0;
  for (let w: usize = 0; w < 32; w += 8) present += popcnt<u64>(load<u64>(presentBins + w));
  return present < 2;
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

/** Looks at every threshold between two present bins, in the middle of the gap, with missing values on either side. */
export function scanPairs(feature: i32): void {
  const total = pairOf(nodeWeight, nodeSum);
  const plain = !forestEntropy && forestMonotone == 0 && forestMinLeafRows <= 1;
  const counting = forestMinLeafRows > 1;
  const direction = directionOf(feature);
  const hasMissing = (load<u64>(presentBins) & 1) != 0;
  const missing = hasMissing ? v128.load(forestHistogram) : f64x2.splat(0);
  const missingRows = counting ? load<i32>(binRows) : 0;
  let best: f64 = 0;
  let bar = scoreToBeat;
  let bestThreshold = -1;
  let bestMissingLeft = false;
  let bestLeft = missing;
  let left = f64x2.splat(0);
  let rows = 0;
  let previous = -1;
  for (let w: usize = 0; w < 4; w++) {
    let bits = load<u64>(presentBins + (w << 3));
    if (w == 0) bits &= ~1;
    for (; bits != 0; bits &= bits - 1) {
      const bin = (w << 6) + <usize>ctz(bits);
      const threshold = previous < 0 ? 0 : (previous + <i32>bin) >> 1;
      if (previous >= 0) {
        const score = plain ? squaredScore(left, total) : scoreOf(left, total, rows, direction);
        if (score > bar) {
          best = score;
          bar = barOf(score);
          bestThreshold = threshold;
          bestMissingLeft = false;
          bestLeft = left;
        }
      }
      if (hasMissing) {
        const withMissing = f64x2.add(left, missing);
        const score = scoreOf(withMissing, total, rows + missingRows, previous < 0 ? 0 : direction);
        if (score > bar) {
          best = score;
          bar = barOf(score);
          bestThreshold = threshold;
          bestMissingLeft = true;
          bestLeft = withMissing;
        }
      }
      left = f64x2.add(left, v128.load(forestHistogram + (bin << 4)));
      if (counting) rows += load<i32>(binRows + (bin << 2));
      previous = <i32>bin;
    }
  }
  if (bestThreshold < 0) return;
  const weight = f64x2.extract_lane(bestLeft, 0);
  const missingLeft = hasMissing ? bestMissingLeft : weight > nodeWeight - weight;
  keepThreshold(best, feature, bestThreshold, missingLeft, weight, f64x2.extract_lane(bestLeft, 1));
}

/** Sums of the rows whose mark in forestBins is set. */
export function sumMarked(): v128 {
  const payload = forestPayload + ((<usize>nodeStart) << 4);
  const count = <usize>nodeCount;
  let sum = f64x2.splat(0);
  let other = f64x2.splat(0);
  let i: usize = 0;
  for (; i + 2 <= count; i += 2) {
    const a = i64x2.splat(<i64>load<i8>(forestBins + i));
    const b = i64x2.splat(<i64>load<i8>(forestBins + i, 1));
    sum = f64x2.add(sum, v128.and(a, v128.load(payload + (i << 4))));
    other = f64x2.add(other, v128.and(b, v128.load(payload + (i << 4), 16)));
  }
  if (i < count) {
    const a = i64x2.splat(<i64>load<i8>(forestBins + i));
    sum = f64x2.add(sum, v128.and(a, v128.load(payload + (i << 4))));
  }
  return f64x2.add(sum, other);
}

/** Judges a random threshold by its left sums; 0: rows without a value against the rest. */
export function judgePairThreshold(feature: i32, threshold: i32, left: v128, leftRows: i32, missingLeft: bool): void {
  const score = scoreOf(left, pairOf(nodeWeight, nodeSum), leftRows, threshold == 0 ? 0 : directionOf(feature));
  if (score > scoreToBeat) {
    keepThreshold(score, feature, threshold, missingLeft, f64x2.extract_lane(left, 0), f64x2.extract_lane(left, 1));
  }
}

/** Judges a set of bins whose sums are `left`. */
export function judgePairSet(feature: i32, set: usize, left: v128, leftRows: i32): void {
  const score = scoreOf(left, pairOf(nodeWeight, nodeSum), leftRows, 0);
  if (score > scoreToBeat) {
    keepSet(score, feature, set, presentBins, f64x2.extract_lane(left, 0), f64x2.extract_lane(left, 1));
  }
}
