// Splits drawn at random, one per feature and node (Geurts, Ernst and Wehenkel 2006); also those of isolation trees. Half
// of the thresholds are uniform in values, as published, half in bins, which are nearly ranks: on real tables now one and
// now the other is better, and the mixture never far from the better one. Half of the sets of categories are uniform,
// half the beginning of the categories in the order of their mean target.

import { listBins, presentBins, presentCount } from './forest-bins';
import { clearLeft, judgeClassSet, judgeClassThreshold, sumMarkedClasses, sumMissingClasses } from './forest-class';
import { judgePairSet, judgePairThreshold, sumMarked } from './forest-pair';
import { binsOf, columnOf, gatherBins, hasOwnColumn, markInterval, markSet } from './forest-rows';
import { keepSet, keepThreshold, nodeCount, nodeStart, nodeWeight } from './forest-search';
import {
  classTask,
  forestBinOrder,
  forestBins,
  forestBinValues,
  forestMinLeafRows,
  forestMissing,
  forestOrder,
  forestPayload,
  forestRandomState,
  forestTask,
  isolationTask,
} from './forest-state';
import { randomBelow, randomU32, randomUnit } from './random';

/** below it, rows are looked at one by one */
const fewRows: i32 = 16;

const drawnSet: usize = memory.data(32, 16);
let lowestBin: i32 = 0;
let highestBin: i32 = 0;
let anyMissing: bool = false;

/** Draws a threshold among the bins that the node's rows have, and judges it; false when all have the same bin. */
export function drawThreshold(feature: i32): bool {
  if (nodeCount < fewRows && hasOwnColumn(feature)) gatherFew(columnOf(feature));
  else {
    gatherBins(feature, nodeStart, nodeCount);
    findRange();
  }
  if (highestBin == 0 || (lowestBin == highestBin && !anyMissing)) return false;
  const steps = highestBin - lowestBin + <i32>anyMissing;
  const byValue = forestTask == isolationTask || isHeads();
  let threshold = byValue ? drawByValue(feature) : lowestBin + <i32>randomBelow(forestRandomState, steps);
  // Above all values: the rows without one against the rest, which is left = {bin 0}.
  const alone = threshold == highestBin;
  if (alone) threshold = 0;
  if (forestTask == isolationTask) {
    keepThreshold(0, feature, threshold, alone || isHeads(), 0, 0);
    return true;
  }
  const missingRows = anyMissing ? countMissing() : 0;
  if (forestTask == classTask) judgeClasses(feature, threshold, missingRows);
  else judgePairs(feature, threshold, missingRows);
  return true;
}

function judgePairs(feature: i32, threshold: i32, missingRows: i32): void {
  let missing = f64x2.splat(0);
  if (missingRows > 0) {
    markInterval(nodeCount, 0, 0);
    missing = sumMarked();
    if (threshold == 0) {
      judgePairThreshold(feature, 0, missing, missingRows, true);
      return;
    }
    gatherBins(feature, nodeStart, nodeCount);
  }
  let left: v128;
  if (nodeCount < fewRows && forestMinLeafRows <= 1) left = sumBelow(threshold);
  else {
    markInterval(nodeCount, 1, threshold - 1);
    left = sumMarked();
  }
  const rows = countMarked();
  const weight = f64x2.extract_lane(left, 0);
  const heavierLeft = weight > nodeWeight - weight;
  judgePairThreshold(feature, threshold, left, rows, missingRows == 0 && heavierLeft);
  if (missingRows == 0) return;
  judgePairThreshold(feature, threshold, f64x2.add(left, missing), rows + missingRows, true);
}

function judgeClasses(feature: i32, threshold: i32, missingRows: i32): void {
  if (missingRows > 0) sumMissingClasses();
  if (threshold == 0) {
    clearLeft();
    judgeClassThreshold(feature, 0, missingRows, forestMissing, 1);
    return;
  }
  markInterval(nodeCount, 1, threshold - 1);
  sumMarkedClasses();
  const rows = countMarked();
  judgeClassThreshold(feature, threshold, rows, 0, missingRows > 0 ? 0 : -1);
  if (missingRows > 0) judgeClassThreshold(feature, threshold, rows + missingRows, forestMissing, 1);
}

/** Draws a set of the categories that the node's rows have, each with one half, and judges it. */
export function drawSet(feature: i32): bool {
  gatherBins(feature, nodeStart, nodeCount);
  const varies = listBins() > 1;
  if (varies) {
    if (forestBinOrder != 0 && isHeads()) cutOrder(feature);
    else fillSet();
    if (forestTask == isolationTask) keepSet(0, feature, drawnSet, presentBins, 0, 0);
    else {
      markSet(nodeCount, drawnSet, binsOf(feature));
      if (forestTask == classTask) {
        sumMarkedClasses();
        judgeClassSet(feature, drawnSet, countMarked());
      } else judgePairSet(feature, drawnSet, sumMarked(), countMarked());
    }
  }
  memory.fill(presentBins, 0, 32);
  return varies;
}

function isHeads(): bool {
  return randomU32(forestRandomState) >> 31 != 0;
}

/** Draws how many of the present categories go left, in the order of their mean target. */
function cutOrder(feature: i32): void {
  memory.fill(drawnSet, 0, 32);
  let left = 1 + <i32>randomBelow(forestRandomState, presentCount() - 1);
  for (let at = forestBinOrder + ((<usize>feature) << 8); left > 0; at++) {
    const bin = <usize>load<u8>(at);
    const word = (bin >> 6) << 3;
    const bit = (<u64>1) << (bin & 63);
    if ((load<u64>(presentBins + word) & bit) == 0) continue;
    store<u64>(drawnSet + word, load<u64>(drawnSet + word) | bit);
    left--;
  }
}

function fillSet(): void {
  let count = 0;
  let drawn = 0;
  for (let w: usize = 0; w < 32; w += 8) {
    const present = load<u64>(presentBins + w);
    let bits: u64 = 0;
    if (present != 0) bits = ((<u64>randomU32(forestRandomState)) << 32) | <u64>randomU32(forestRandomState);
    store<u64>(drawnSet + w, present & bits);
    count += <i32>popcnt<u64>(present);
    drawn += <i32>popcnt<u64>(present & bits);
  }
  if (drawn > 0 && drawn < count) return;
  let nth = <i32>randomBelow(forestRandomState, count);
  for (let w: usize = 0; w < 32; w += 8) {
    let present = load<u64>(presentBins + w);
    const here = <i32>popcnt<u64>(present);
    if (nth < here) {
      for (; nth > 0; nth--) present &= present - 1;
      store<u64>(drawnSet + w, load<u64>(drawnSet + w) ^ (present & (0 - present)));
      return;
    }
    nth -= here;
  }
}

/** The same as gatherBins and findRange: with few rows, one by one is faster than sixteen at a time. */
function gatherFew(column: usize): void {
  const order = forestOrder + ((<usize>nodeStart) << 2);
  let lowest: u32 = 255;
  let highest: u32 = 0;
  let least: u32 = 255;
  for (let i: usize = 0; i < <usize>nodeCount; i++) {
    const bin = <u32>load<u8>(column + <usize>load<u32>(order + (i << 2)));
    store<u8>(forestBins + i, bin);
    lowest = min(lowest, (bin - 1) & 255);
    highest = max(highest, bin);
    least = min(least, bin);
  }
  lowestBin = <i32>lowest + 1;
  highestBin = <i32>highest;
  anyMissing = least == 0;
}

/** Sums of the rows with bins from 1 to the threshold. */
function sumBelow(threshold: i32): v128 {
  const payload = forestPayload + ((<usize>nodeStart) << 4);
  let sum = f64x2.splat(0);
  for (let i: usize = 0; i < <usize>nodeCount; i++) {
    const below = ((<u32>load<u8>(forestBins + i) - 1) & 255) < <u32>threshold;
    sum = f64x2.add(sum, v128.and(i64x2.splat(-(<i64>below)), v128.load(payload + (i << 4))));
  }
  return sum;
}

/** Lowest and highest bin of the rows that have a value, and whether some have none. */
function findRange(): void {
  const end = forestBins + <usize>nodeCount;
  v128.store(end, i8x16.splat(load<i8>(forestBins)));
  let lows = i8x16.splat(-1);
  let highs = i8x16.splat(0);
  let all = i8x16.splat(-1);
  for (let at = forestBins; at < end; at += 16) {
    const bins = v128.load(at);
    lows = i8x16.min_u(lows, i8x16.sub(bins, i8x16.splat(1)));
    highs = i8x16.max_u(highs, bins);
    all = i8x16.min_u(all, bins);
  }
  lowestBin = leastLane(lows) + 1;
  highestBin = 255 - leastLane(v128.not(highs));
  anyMissing = !i8x16.all_true(all);
}

function leastLane(lanes: v128): i32 {
  let v = i8x16.min_u(lanes, v128.shuffle<i64>(lanes, lanes, 1, 0));
  v = i8x16.min_u(v, v128.shuffle<i32>(v, v, 1, 0, 3, 2));
  const word = i32x4.extract_lane(v, 0);
  return min(min(word & 255, (word >> 8) & 255), min((word >> 16) & 255, word >>> 24));
}

/** Threshold below a value that is uniform between those of the lowest and the highest bin. */
function drawByValue(feature: i32): i32 {
  if (anyMissing && randomBelow(forestRandomState, highestBin - lowestBin + 1) == 0) return highestBin;
  const values = forestBinValues + ((<usize>feature) << 11);
  const from = load<f64>(values + ((<usize>lowestBin) << 3));
  const to = load<f64>(values + ((<usize>highestBin) << 3));
  const value = from + randomUnit(forestRandomState) * (to - from);
  // Halving without a branch: which way it goes cannot be guessed.
  let threshold = lowestBin;
  for (let left = highestBin - lowestBin; left > 1; ) {
    const half = left >> 1;
    const isAbove = load<f64>(values + ((<usize>(threshold + half)) << 3)) <= value;
    threshold += half & -(<i32>isAbove);
    left -= half;
  }
  return threshold;
}

function countMissing(): i32 {
  let missing = 0;
  for (let i: usize = 0; i < <usize>nodeCount; i++) missing += <i32>(load<u8>(forestBins + i) == 0);
  return missing;
}

/** Rows marked in forestBins; only where somebody asks. */
function countMarked(): i32 {
  if (forestMinLeafRows <= 1) return 0;
  let marked = 0;
  for (let i: usize = 0; i < <usize>nodeCount; i++) marked += load<u8>(forestBins + i) & 1;
  return marked;
}
