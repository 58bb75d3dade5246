// The best set of categories: with two classes or squared loss one of the prefixes in the order of their mean targets
// is optimal (Breiman et al. 1984); with more classes the order is that of the first principal component of their class
// shares (Coppersmith, Hong and Hosking 1999), and few categories are also tried one against the rest.

import { binRows, presentBins } from './forest-bins';
import { addLeft, classHistogram, clearLeft, judgeClassSide } from './forest-class';
import { judgePairSet } from './forest-pair';
import { nodeClasses, nodeClassStride, nodeWeight, pairOf } from './forest-search';
import { forestDirection, forestHistogram, forestMinLeafRows, forestMissing, forestTotals } from './forest-state';
import { sortKeys } from './sort-keys';

/** categories up to this many are tried one against the rest */
const maxOneAgainstRest = 10;
const directionSteps = 4;

/** a key (f64) per place in `sorted` */
const keys: usize = memory.data(2048, 16);
const sorted: usize = memory.data(1024, 16);
const set: usize = memory.data(32, 16);

/** Writes the present bins to `sorted`, gives their number. */
function listPresent(): i32 {
  let count: usize = 0;
  for (let w: usize = 0; w < 4; w++) {
    for (let bits = load<u64>(presentBins + (w << 3)); bits != 0; bits &= bits - 1) {
      store<u32>(sorted + (count << 2), <u32>((w << 6) + <usize>ctz(bits)));
      count++;
    }
  }
  return <i32>count;
}

function addToSet(bin: usize): void {
  const word = set + ((bin >> 6) << 3);
  store<u64>(word, load<u64>(word) | ((<u64>1) << (bin & 63)));
}

function sortedBin(i: i32): usize {
  return <usize>load<u32>(sorted + ((<usize>i) << 2));
}

function rowsOf(bin: usize): i32 {
  return forestMinLeafRows > 1 ? load<i32>(binRows + (bin << 2)) : 0;
}

export function scanPairCategories(feature: i32): void {
  const count = listPresent();
  for (let i = 0; i < count; i++) {
    const bin = sortedBin(i);
    const mean = load<f64>(forestHistogram + (bin << 4), 8) / load<f64>(forestHistogram + (bin << 4));
    store<f64>(keys + ((<usize>i) << 3), mean);
  }
  sortKeys(keys, sorted, count);
  memory.fill(set, 0, 32);
  let left = pairOf(0, 0);
  let rows = 0;
  for (let i = 0; i < count - 1; i++) {
    const bin = sortedBin(i);
    addToSet(bin);
    left = f64x2.add(left, v128.load(forestHistogram + (bin << 4)));
    rows += rowsOf(bin);
    judgePairSet(feature, set, left, rows);
  }
}

export function scanClassCategories(feature: i32): void {
  const count = listPresent();
  if (count <= maxOneAgainstRest) {
    for (let i = 0; i < count; i++) {
      const bin = sortedBin(i);
      memory.fill(set, 0, 32);
      addToSet(bin);
      clearLeft();
      judgeClassSide(addLeft(classHistogram(bin), 0), feature, set, rowsOf(bin));
    }
    if (count <= 3) return;
  }
  findDirection(count);
  for (let i = 0; i < count; i++) {
    const bin = sortedBin(i);
    store<f64>(keys + ((<usize>i) << 3), dot(classHistogram(bin), forestDirection) / binWeight(bin));
  }
  sortKeys(keys, sorted, count);
  memory.fill(set, 0, 32);
  clearLeft();
  let rows = 0;
  for (let i = 0; i < count - 1; i++) {
    const bin = sortedBin(i);
    addToSet(bin);
    rows += rowsOf(bin);
    judgeClassSide(addLeft(classHistogram(bin), 0), feature, set, rows);
  }
}

/** First principal component of the bins' class shares by power iteration, from the most frequent class on. */
function findDirection(count: i32): void {
  const bytes = (<usize>nodeClassStride) << 3;
  let top = 0;
  for (let c = 1; c < nodeClasses; c++) {
    if (load<f64>(forestTotals + ((<usize>c) << 3)) > load<f64>(forestTotals + ((<usize>top) << 3))) top = c;
  }
  memory.fill(forestDirection, 0, bytes);
  store<f64>(forestDirection + ((<usize>top) << 3), 1);
  const next = forestMissing;
  for (let step = 0; step < directionSteps; step++) {
    memory.fill(next, 0, bytes);
    const mean = dot(forestTotals, forestDirection) / nodeWeight;
    for (let i = 0; i < count; i++) {
      const histogram = classHistogram(sortedBin(i));
      const weight = binWeight(sortedBin(i));
      const factor = f64x2.splat(dot(histogram, forestDirection) / weight - mean);
      const share = f64x2.splat(weight / nodeWeight);
      for (let k: usize = 0; k < bytes; k += 16) {
        const away = f64x2.sub(v128.load(histogram + k), f64x2.mul(share, v128.load(forestTotals + k)));
        v128.store(next + k, f64x2.add(v128.load(next + k), f64x2.mul(factor, away)));
      }
    }
    let largest: f64 = 0;
    for (let k: usize = 0; k < bytes; k += 8) largest = max(largest, abs(load<f64>(next + k)));
    if (largest <= 1e-12 * nodeWeight) return;
    for (let k: usize = 0; k < bytes; k += 8) store<f64>(forestDirection + k, load<f64>(next + k) / largest);
  }
}

function dot(a: usize, b: usize): f64 {
  let sum = f64x2.splat(0);
  for (let k: usize = 0; k < (<usize>nodeClassStride) << 3; k += 16) {
    sum = f64x2.add(sum, f64x2.mul(v128.load(a + k), v128.load(b + k)));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

function binWeight(bin: usize): f64 {
  const at = classHistogram(bin);
  let sum: f64 = 0;
  for (let k: usize = 0; k < (<usize>nodeClassStride) << 3; k += 8) sum += load<f64>(at + k);
  return sum;
}
