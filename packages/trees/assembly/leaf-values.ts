// Values of a grown tree's leaves: Newton's step from the float gradients, whatever the histogram's precision was, or a
// quantile of the residuals where the loss has no curvature (absolute, quantile). Then the scores of all rows.

import { rowOrder } from './grow';
import { gradients } from './histogram';
import { Leaf, leafAt } from './leaf';
import { constrainedOutput } from './node-search';
import { rowWeights, scoreRows, scores, targets } from './objective';

/** f64 pairs (residual, weight) of up to all training rows, for quantiles */
export let residualPairs: usize = 0;
/** f32 per leaf: shrunk values; number of sampled rows */
export let leafValue: usize = 0;
export let leafCover: usize = 0;

/** Writes value and cover of every leaf. */
export function setLeafValues(leaves: i32, learningRate: f64): void {
  for (let i = 0; i < leaves; i++) {
    const leaf = leafAt(i);
    const order = rowOrder + ((<usize>leaf.inStart) << 2);
    let g: f64 = 0;
    let h: f64 = 0;
    for (let k = 0; k < leaf.inCount; k++) {
      const pair = gradients + ((<usize>load<u32>(order + ((<usize>k) << 2))) << 3);
      g += <f64>load<f32>(pair);
      h += <f64>load<f32>(pair, 4);
    }
    const value = constrainedOutput(g, h, leaf.l2, <f64>leaf.inCount, leaf.parentOutput, leaf.lowest, leaf.highest);
    writeLeaf(i, leaf, learningRate * value);
  }
}

/** The same by the quantile `level` of target minus score among the leaf's rows. */
export function setLeafQuantiles(leaves: i32, learningRate: f64, level: f64): void {
  for (let i = 0; i < leaves; i++) {
    const leaf = leafAt(i);
    const order = rowOrder + ((<usize>leaf.inStart) << 2);
    let sum: f64 = 0;
    for (let k = 0; k < leaf.inCount; k++) {
      const row = <usize>load<u32>(order + ((<usize>k) << 2));
      const at = residualPairs + ((<usize>k) << 4);
      const weight: f64 = rowWeights != 0 ? <f64>load<f32>(rowWeights + (row << 2)) : 1;
      store<f64>(at, load<f64>(targets + (row << 3)) - load<f64>(scores + (row << 3)));
      store<f64>(at, weight, 8);
      sum += weight;
    }
    const value =
      leaf.inCount > 0 ? quantileOfPairs(residualPairs, leaf.inCount, level, rowWeights != 0 ? sum : -1) : 0;
    writeLeaf(i, leaf, learningRate * max(leaf.lowest, min(leaf.highest, value)));
  }
}

function writeLeaf(index: i32, leaf: Leaf, value: f64): void {
  store<f32>(leafValue + ((<usize>index) << 2), <f32>value);
  store<f32>(leafCover + ((<usize>index) << 2), <f32>leaf.inCount);
}

/** Adds the tree's values to the scores of output k, of the rows in the sample and of all others. */
export function addLeafValues(leaves: i32, k: i32): void {
  const own = scores + <usize>k * <usize>scoreRows * 8;
  for (let i = 0; i < leaves; i++) {
    const leaf = leafAt(i);
    const value = <f64>load<f32>(leafValue + ((<usize>i) << 2));
    addTo(own, rowOrder + ((<usize>leaf.inStart) << 2), leaf.inCount, value);
    addTo(own, rowOrder + ((<usize>leaf.outStart) << 2), leaf.outCount, value);
  }
}

function addTo(own: usize, order: usize, count: i32, value: f64): void {
  for (let k = 0; k < count; k++) {
    const at = own + ((<usize>load<u32>(order + ((<usize>k) << 2))) << 3);
    store<f64>(at, load<f64>(at) + value);
  }
}

/**
 * Quantile of (value, weight) pairs of f64: between neighbours in proportion without weights (weightSum below 0),
 * otherwise the first value up to which the level's share of the weight lies. Reorders the pairs.
 */
export function quantileOfPairs(pairs: usize, count: i32, level: f64, weightSum: f64): f64 {
  sortPairs(pairs, count);
  if (weightSum < 0) {
    const place = level * <f64>(count - 1);
    const below = <i32>floor(place);
    const value = load<f64>(pairs + ((<usize>below) << 4));
    if (below + 1 >= count) return value;
    return value + (place - <f64>below) * (load<f64>(pairs + ((<usize>(below + 1)) << 4)) - value);
  }
  let sum: f64 = 0;
  for (let i = 0; i < count; i++) {
    const at = pairs + ((<usize>i) << 4);
    sum += load<f64>(at, 8);
    if (sum >= level * weightSum) return load<f64>(at);
  }
  return load<f64>(pairs + ((<usize>(count - 1)) << 4));
}

/** Heap sort by value, in place: no stack, never worse than n log n. */
function sortPairs(pairs: usize, count: i32): void {
  for (let i = (count >> 1) - 1; i >= 0; i--) sift(pairs, i, count);
  for (let end = count - 1; end > 0; end--) {
    const last = pairs + ((<usize>end) << 4);
    const first = v128.load(pairs);
    v128.store(pairs, v128.load(last));
    v128.store(last, first);
    sift(pairs, 0, end);
  }
}

function sift(pairs: usize, start: i32, count: i32): void {
  const moved = v128.load(pairs + ((<usize>start) << 4));
  const key = f64x2.extract_lane(moved, 0);
  let at = start;
  while (true) {
    let child = 2 * at + 1;
    if (child >= count) break;
    const left = load<f64>(pairs + ((<usize>child) << 4));
    let highest = left;
    if (child + 1 < count) {
      const right = load<f64>(pairs + ((<usize>(child + 1)) << 4));
      if (right > left) {
        child++;
        highest = right;
      }
    }
    if (highest <= key) break;
    v128.store(pairs + ((<usize>at) << 4), v128.load(pairs + ((<usize>child) << 4)));
    at = child;
  }
  v128.store(pairs + ((<usize>at) << 4), moved);
}
