// The node whose split is looked for: sums of its rows, and the best split so far. Scores are to be as high as possible.

import {
  classTask,
  forestClassIndex,
  forestClassList,
  forestEntropy,
  forestImpurityUnit,
  forestMinLeafRows,
  forestOutputs,
  forestPayload,
  forestTask,
  forestTotals,
  isolationTask,
} from './forest-state';
import { WaitingNode } from './forest-waiting';
import { log } from './math';

export let nodeStart: i32 = 0;
export let nodeCount: i32 = 0;
export let nodeWeight: f64 = 0;
export let nodeSum: f64 = 0;
export let nodePure: bool = false;
/** classes among its rows, and the same made even */
export let nodeClasses: i32 = 0;
export let nodeClassStride: i32 = 0;
export let nodeLowest: f64 = 0;
export let nodeHighest: f64 = 0;

let bestScore: f64 = 0;
/** what a score must be above: equal splits differ by rounding, and the first of them is kept */
export let scoreToBeat: f64 = 0;
export let bestFeature: i32 = -1;
/** no split can be better: both sides are pure, or there are only two rows */
export let bestIsPerfect: bool = false;
let bestLow: i32 = 0;
let bestWidth: i32 = 0;
let bestCategorical: i32 = 0;
let bestLeftWeight: f64 = 0;
let bestLeftSum: f64 = 0;
/** 32 bytes: bins that go left by the split that was kept last */
export const bestSet: usize = memory.data(32, 16);

export function pairOf(first: f64, second: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(first), 1, second);
}

export function xLogX(x: f64): f64 {
  return x > 0 ? x * log(x) : 0;
}

/** Sums up the rows of a node and forgets the best split. */
export function beginSearch(node: WaitingNode): void {
  nodeStart = node.inStart;
  nodeCount = node.inCount;
  nodeLowest = node.lowest;
  nodeHighest = node.highest;
  scoreToBeat = -Infinity;
  bestFeature = -1;
  bestIsPerfect = false;
  if (forestTask == isolationTask) nodePure = nodeCount < 2;
  else if (forestTask == classTask) sumClasses();
  else sumPairs();
  node.weight = forestTask == isolationTask ? <f64>nodeCount : nodeWeight;
  node.sum = nodeSum;
}

function sumPairs(): void {
  let at = forestPayload + ((<usize>nodeStart) << 4);
  const end = at + ((<usize>nodeCount) << 4);
  const weight = load<f64>(at);
  const value = load<f64>(at, 8);
  let sum = f64x2.splat(0);
  let same = true;
  for (; at < end; at += 16) {
    sum = f64x2.add(sum, v128.load(at));
    // Equal targets differ by rounding once they are multiplied by their weights.
    const difference = load<f64>(at, 8) * weight - value * load<f64>(at);
    same = same && abs(difference) <= 1e-13 * abs(value) * load<f64>(at);
  }
  nodeWeight = f64x2.extract_lane(sum, 0);
  nodeSum = f64x2.extract_lane(sum, 1);
  nodePure = same;
}

/** Numbers the classes of the node in the order in which they come, and writes each row's number into its payload. */
function sumClasses(): void {
  let at = forestPayload + ((<usize>nodeStart) << 4);
  const end = at + ((<usize>nodeCount) << 4);
  let classes = 0;
  let weight: f64 = 0;
  for (; at < end; at += 16) {
    const index = forestClassIndex + ((<usize>load<u32>(at, 8)) << 2);
    let number = load<i32>(index);
    if (number < 0) {
      number = classes++;
      store<i32>(index, number);
      store<u32>(forestClassList + ((<usize>number) << 2), load<u32>(at, 8));
      store<f64>(forestTotals + ((<usize>number) << 3), 0);
    }
    store<i32>(at, number, 12);
    const total = forestTotals + ((<usize>number) << 3);
    store<f64>(total, load<f64>(total) + load<f64>(at));
    weight += load<f64>(at);
  }
  for (let c = 0; c < classes; c++) {
    const name = load<u32>(forestClassList + ((<usize>c) << 2));
    store<i32>(forestClassIndex + ((<usize>name) << 2), -1);
  }
  if (classes & 1) store<f64>(forestTotals + ((<usize>classes) << 3), 0);
  nodeClasses = classes;
  nodeClassStride = (classes + 1) & ~1;
  nodeWeight = weight;
  nodeSum = 0;
  nodePure = classes < 2;
}

/** Score of not splitting. */
export function nodeScore(): f64 {
  if (forestTask == classTask) {
    let score: f64 = 0;
    for (let c = 0; c < nodeClasses; c++) {
      const total = load<f64>(forestTotals + ((<usize>c) << 3));
      score += forestEntropy ? xLogX(total) : total * total;
    }
    return forestEntropy ? score - xLogX(nodeWeight) : score / nodeWeight;
  }
  if (forestEntropy) return xLogX(nodeSum) + xLogX(nodeWeight - nodeSum) - xLogX(nodeWeight);
  return (nodeSum * nodeSum) / nodeWeight;
}

/** Remembers a split at `threshold`: bins 1..threshold go left, and with them the missing ones or not. */
export function keepThreshold(
  score: f64,
  feature: i32,
  threshold: i32,
  missingLeft: bool,
  leftWeight: f64,
  leftSum: f64,
): void {
  keep(score, feature, leftWeight, leftSum);
  bestLow = missingLeft ? 0 : 1;
  bestWidth = missingLeft ? threshold : threshold - 1;
  bestCategorical = 0;
}

/** Remembers a split by a set of the node's bins; bins that it does not have go to the heavier side. */
export function keepSet(score: f64, feature: i32, set: usize, present: usize, leftWeight: f64, leftSum: f64): void {
  keep(score, feature, leftWeight, leftSum);
  bestLow = 0;
  bestWidth = 0;
  bestCategorical = 1;
  const absentLeft = leftWeight > nodeWeight - leftWeight;
  for (let w: usize = 0; w < 32; w += 8) {
    const left = load<u64>(set + w);
    store<u64>(bestSet + w, absentLeft ? left | ~load<u64>(present + w) : left);
  }
}

export function barOf(score: f64): f64 {
  return score + 1e-12 * abs(score);
}

function keep(score: f64, feature: i32, leftWeight: f64, leftSum: f64): void {
  bestScore = score;
  scoreToBeat = barOf(score);
  bestFeature = feature;
  bestLeftWeight = leftWeight;
  bestLeftSum = leftSum;
  bestIsPerfect = nodeCount == 2 || (forestTask != classTask && sidesArePure());
}

/** Of two classes each side has one; never said of other targets, whose sums cannot tell. */
function sidesArePure(): bool {
  if (forestImpurityUnit == 1) return false;
  const rightWeight = nodeWeight - bestLeftWeight;
  const rightSum = nodeSum - bestLeftSum;
  return (bestLeftSum == 0 || bestLeftSum == bestLeftWeight) && (rightSum == 0 || rightSum == rightWeight);
}

/** Writes the best split into the node; false when there is none that lowers the impurity enough. */
export function endSearch(node: WaitingNode, minDecrease: f64, treeWeight: f64): bool {
  node.feature = -1;
  if (bestFeature < 0) return false;
  const decrease = forestTask == isolationTask ? 0 : max(0, bestScore - nodeScore()) * forestImpurityUnit;
  node.gain = decrease / treeWeight;
  if (node.gain + 2.220446049250313e-16 < minDecrease) return false;
  node.feature = bestFeature;
  node.low = bestLow;
  node.width = bestWidth;
  node.categorical = bestCategorical;
  node.leftWeight = bestLeftWeight;
  node.leftSum = bestLeftSum;
  node.set0 = load<u64>(bestSet);
  node.set1 = load<u64>(bestSet, 8);
  node.set2 = load<u64>(bestSet, 16);
  node.set3 = load<u64>(bestSet, 24);
  return true;
}

export function enoughRows(leftRows: i32): bool {
  return leftRows >= forestMinLeafRows && nodeCount - leftRows >= forestMinLeafRows;
}

/** Sets every class index to "not in the node"; once per kernel. */
export function forestBegin(): void {
  for (let c = 0; c < forestOutputs; c++) store<i32>(forestClassIndex + ((<usize>c) << 2), -1);
}
