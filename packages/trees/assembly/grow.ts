// Grows one tree: always the leaf with the highest gain next, or level by level. Of two children only the histogram of
// the smaller one is built; the other's is what is left of the parent's.

import {
  buildHistogram,
  builtGradient,
  builtHessian,
  entryBytes,
  floatKind,
  histogramEntries,
  packedKind,
  subtractHistogram,
} from './histogram';
import { Leaf, leafAt } from './leaf';
import { constrainedOutput, gradientUnit, hessianUnit, l2, minDataInLeaf, monotone, setTreeSums } from './node-search';
import { gradientMass } from './objective';
import { partitionRows, prepareSplit } from './partition';
import { findSplitFloat, findSplitPacked } from './search';
import { findSplitVector } from './vector-search';

/** u32: training rows in the sample, then all other rows */
export let rowOrder: usize = 0;
/** histograms, one after the other, and how many */
export let histogramPool: usize = 0;
export let histogramSlots: i32 = 0;
/** i32 per slot: whose histogram is in it, or -1 */
export let slotOwner: usize = 0;
/** kind of the histograms, see histogram.ts */
export let histogramKind: i32 = 0;
export let maxLeaves: i32 = 31;
/** 0: no limit */
export let maxDepth: i32 = 0;
/** 1: a level after the other */
export let depthWise: i32 = 0;

/** The tree: arrays over inner nodes, children as ~leaf where they are leaves. Only the nodes grown so far are set. */
export let nodeFeature: usize = 0;
export let nodeLow: usize = 0;
export let nodeWidth: usize = 0;
export let nodeSet: usize = 0;
export let nodeLeft: usize = 0;
export let nodeRight: usize = 0;
export let nodeGain: usize = 0;
export let nodeCover: usize = 0;
/** 8 words per categorical node */
export let nodeSets: usize = 0;
export let setCount: i32 = 0;

const noParent: i32 = i32.MIN_VALUE;
let tick: i32 = 0;

/** Grows a tree on the first `sampled` of `rows` rows in rowOrder; gives the number of its leaves. */
export function growTree(sampled: i32, rows: i32): i32 {
  for (let slot = 0; slot < histogramSlots; slot++) store<i32>(slotOwner + ((<usize>slot) << 2), -1);
  setCount = 0;
  tick = 0;
  startRoot(sampled, rows);
  let leaves = 1;
  while (leaves < maxLeaves) {
    const index = nextLeaf(leaves);
    if (index < 0) break;
    splitLeaf(index, leaves);
    leaves++;
    if (leaves < maxLeaves) searchChildren(index, leaves - 1);
  }
  return leaves;
}

function startRoot(sampled: i32, rows: i32): void {
  const root = leafAt(0);
  root.inStart = 0;
  root.inCount = sampled;
  root.outStart = sampled;
  root.outCount = rows - sampled;
  root.depth = 0;
  root.slot = -1;
  root.parent = noParent;
  root.feature = -1;
  root.lowest = -Infinity;
  root.highest = Infinity;
  root.l2 = l2;
  root.parentOutput = 0;
  const histogram = histogramOf(0);
  root.hessian = builtHessian;
  setTreeSums(builtHessian * hessianUnit, gradientMass);
  root.gradient = builtGradient;
  root.output = constrainedOutput(
    root.gradient * gradientUnit,
    root.hessian * hessianUnit,
    l2,
    <f64>sampled,
    0,
    -Infinity,
    Infinity,
  );
  search(root, histogram);
}

/** The leaf to split next, or -1. */
function nextLeaf(leaves: i32): i32 {
  let best = -1;
  let bestGain: f64 = 0;
  let bestDepth = i32.MAX_VALUE;
  for (let i = 0; i < leaves; i++) {
    const leaf = leafAt(i);
    if (leaf.feature < 0) continue;
    if (depthWise != 0 ? leaf.depth < bestDepth : leaf.gain > bestGain) {
      best = i;
      bestGain = leaf.gain;
      bestDepth = leaf.depth;
    }
  }
  return best;
}

/** Makes a node of a leaf: the left child takes its record, the right child the next free one. */
function splitLeaf(index: i32, next: i32): void {
  const left = leafAt(index);
  const right = leafAt(next);
  const node = next - 1;
  writeNode(left, node, index, next);
  prepareSplit(left);
  const inLeft = partitionRows(rowOrder + ((<usize>left.inStart) << 2), left.inCount, left.feature);
  const outLeft = partitionRows(rowOrder + ((<usize>left.outStart) << 2), left.outCount, left.feature);
  right.inStart = left.inStart + inLeft;
  right.inCount = left.inCount - inLeft;
  right.outStart = left.outStart + outLeft;
  right.outCount = left.outCount - outLeft;
  left.inCount = inLeft;
  left.outCount = outLeft;
  left.depth++;
  right.depth = left.depth;
  right.slot = -1;
  left.parent = node;
  right.parent = ~node;
  right.hessian = left.hessian - left.leftHessian;
  right.gradient = left.gradient - left.leftGradient;
  left.hessian = left.leftHessian;
  left.gradient = left.leftGradient;
  left.l2 = left.childL2;
  right.l2 = left.childL2;
  left.parentOutput = left.output;
  right.parentOutput = left.output;
  right.lowest = left.lowest;
  right.highest = left.highest;
  if (monotone != 0) boundChildren(left, right);
  left.output = outputOf(left);
  right.output = outputOf(right);
  left.feature = -1;
  right.feature = -1;
}

function outputOf(leaf: Leaf): f64 {
  return constrainedOutput(
    leaf.gradient * gradientUnit,
    leaf.hessian * hessianUnit,
    leaf.l2,
    <f64>leaf.inCount,
    leaf.parentOutput,
    leaf.lowest,
    leaf.highest,
  );
}

/** The basic method: whatever grows below stays on its side of the middle of the two values. */
function boundChildren(left: Leaf, right: Leaf): void {
  const direction = <i32>load<i8>(monotone + <usize>left.feature);
  if (direction == 0) return;
  const middle = 0.5 * (left.leftOutput + left.rightOutput);
  if (direction > 0) {
    left.highest = min(left.highest, middle);
    right.lowest = max(right.lowest, middle);
  } else {
    left.lowest = max(left.lowest, middle);
    right.highest = min(right.highest, middle);
  }
}

function writeNode(leaf: Leaf, node: i32, left: i32, right: i32): void {
  const at = <usize>node;
  const parent = leaf.parent;
  if (parent != noParent) {
    if (parent >= 0) store<i32>(nodeLeft + ((<usize>parent) << 2), node);
    else store<i32>(nodeRight + ((<usize>~parent) << 2), node);
  }
  store<u16>(nodeFeature + (at << 1), <u16>leaf.feature);
  store<u8>(nodeLow + at, <u8>(leaf.categorical != 0 ? 0 : leaf.low));
  store<u8>(nodeWidth + at, <u8>(leaf.categorical != 0 ? 0 : leaf.width));
  store<i32>(nodeSet + (at << 2), leaf.categorical != 0 ? setCount : -1);
  store<i32>(nodeLeft + (at << 2), ~left);
  store<i32>(nodeRight + (at << 2), ~right);
  store<f32>(nodeGain + (at << 2), <f32>leaf.gain);
  store<f32>(nodeCover + (at << 2), <f32>leaf.inCount);
  if (leaf.categorical == 0) return;
  const set = nodeSets + ((<usize>setCount) << 5);
  store<u64>(set, leaf.set0);
  store<u64>(set, leaf.set1, 8);
  store<u64>(set, leaf.set2, 16);
  store<u64>(set, leaf.set3, 24);
  setCount++;
}

/** Histograms and best splits of two new leaves, as far as they can be split. */
function searchChildren(leftIndex: i32, rightIndex: i32): void {
  const left = leafAt(leftIndex);
  const right = leafAt(rightIndex);
  const parentSlot = left.slot;
  left.slot = -1;
  const wantsLeft = canSplit(left);
  const wantsRight = canSplit(right);
  if (!wantsLeft && !wantsRight) {
    if (parentSlot >= 0) store<i32>(slotOwner + ((<usize>parentSlot) << 2), -1);
    return;
  }
  if (parentSlot < 0) {
    if (wantsLeft) search(left, histogramOf(leftIndex));
    if (wantsRight) search(right, histogramOf(rightIndex));
    return;
  }
  const leftIsSmaller = left.inCount <= right.inCount;
  const smallIndex = leftIsSmaller ? leftIndex : rightIndex;
  const largeIndex = leftIsSmaller ? rightIndex : leftIndex;
  const large = leafAt(largeIndex);
  large.slot = parentSlot;
  large.lastUsed = ++tick;
  store<i32>(slotOwner + ((<usize>parentSlot) << 2), largeIndex);
  const smallHistogram = histogramOf(smallIndex);
  const largeHistogram = histogramAt(parentSlot);
  if (leftIsSmaller ? wantsRight : wantsLeft) subtractHistogram(largeHistogram, smallHistogram, histogramKind);
  if (wantsLeft) search(left, leftIsSmaller ? smallHistogram : largeHistogram);
  if (wantsRight) search(right, leftIsSmaller ? largeHistogram : smallHistogram);
}

function canSplit(leaf: Leaf): bool {
  if (maxDepth > 0 && leaf.depth >= maxDepth) return false;
  return leaf.inCount >= 2 && <f64>leaf.inCount >= 2 * minDataInLeaf - 1;
}

function search(leaf: Leaf, histogram: usize): void {
  if (histogramKind == packedKind) findSplitPacked(leaf, histogram);
  else if (histogramKind == floatKind) findSplitFloat(leaf, histogram);
  else findSplitVector(leaf, histogram);
}

function histogramAt(slot: i32): usize {
  return histogramPool + <usize>slot * (<usize>histogramEntries * entryBytes(histogramKind));
}

/** Builds a leaf's histogram from its rows, in a free slot or the one that was used longest ago. */
function histogramOf(index: i32): usize {
  const leaf = leafAt(index);
  const slot = takeSlot(index);
  leaf.slot = slot;
  leaf.lastUsed = ++tick;
  const histogram = histogramAt(slot);
  const order = rowOrder + ((<usize>leaf.inStart) << 2);
  buildHistogram(order, leaf.inCount, histogram, histogramKind);
  return histogram;
}

function takeSlot(index: i32): i32 {
  let oldest = -1;
  let oldestUse = i32.MAX_VALUE;
  for (let slot = 0; slot < histogramSlots; slot++) {
    const owner = load<i32>(slotOwner + ((<usize>slot) << 2));
    if (owner < 0) {
      oldest = slot;
      break;
    }
    const used = leafAt(owner).lastUsed;
    if (used < oldestUse) {
      oldestUse = used;
      oldest = slot;
    }
  }
  const owner = load<i32>(slotOwner + ((<usize>oldest) << 2));
  if (owner >= 0) leafAt(owner).slot = -1;
  store<i32>(slotOwner + ((<usize>oldest) << 2), index);
  return oldest;
}
