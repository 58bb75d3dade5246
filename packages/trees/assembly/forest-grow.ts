// Grows one tree of a forest: depth first without a limit of leaves, otherwise the node with the highest gain first.

import { findSplit } from './forest-node';
import { binsOf, columnOf, gatherBins, markInterval, markSet, partitionOthers, partitionRows } from './forest-rows';
import {
  classTask,
  forestFeatureCount,
  forestFeatures,
  forestHeap,
  forestLeafCover,
  forestLeafRows,
  forestLeafValue,
  forestMaxLeaves,
  forestMonotone,
  forestNodeCover,
  forestNodeFeature,
  forestNodeGain,
  forestNodeLeft,
  forestNodeLow,
  forestNodeRight,
  forestNodeSet,
  forestNodeWidth,
  forestSets,
  forestTask,
  isolationTask,
} from './forest-state';
import { WaitingNode, waitingAt } from './forest-waiting';
import { log } from './math';

let nodes: i32 = 0;
let leaves: i32 = 0;
let sets: i32 = 0;
let treeWeight: f64 = 0;

/**
 * Grows a tree on the rows that forestDraw chose: `inCount` of them, then `outCount` others, in forestOrder. `weight` is
 * the sum of theirs. Gives the number of leaves; there is one inner node less.
 */
export function forestGrow(inCount: i32, outCount: i32, weight: f64): i32 {
  nodes = 0;
  leaves = 0;
  sets = 0;
  treeWeight = weight;
  const root = waitingAt(0);
  root.inStart = 0;
  root.inCount = inCount;
  root.outStart = inCount;
  root.outCount = outCount;
  root.depth = 0;
  root.parent = -1;
  root.constants = 0;
  root.number = 0;
  root.lowest = -Infinity;
  root.highest = Infinity;
  if (forestMaxLeaves > 0) growBestFirst();
  else growDepthFirst();
  return leaves;
}

/** Of two children the smaller is split first, so that at most log2(rows) nodes wait. */
function growDepthFirst(): void {
  let waiting = 1;
  while (waiting > 0) {
    const node = waitingAt(waiting - 1);
    if (!findSplit(node, treeWeight)) {
      makeLeaf(node);
      waiting--;
      continue;
    }
    const other = waitingAt(waiting);
    splitNode(node, node, other);
    if (other.inCount > node.inCount) swapNodes(node, other);
    waiting++;
  }
}

function growBestFirst(): void {
  let used = 1;
  let queued = 0;
  let numbered = 1;
  if (findSplit(waitingAt(0), treeWeight)) queued = pushHeap(queued, 0);
  else makeLeaf(waitingAt(0));
  while (queued > 0 && leaves + queued < forestMaxLeaves) {
    const slot = load<i32>(forestHeap);
    queued = popHeap(queued);
    const otherSlot = used++;
    splitNode(waitingAt(slot), waitingAt(slot), waitingAt(otherSlot));
    for (let side = 0; side < 2; side++) {
      const child = side == 0 ? slot : otherSlot;
      const node = waitingAt(child);
      node.number = numbered++;
      // What is known not to vary holds for the path to a node, which is not kept when others are split in between.
      node.constants = 0;
      if (findSplit(node, treeWeight)) queued = pushHeap(queued, child);
      else makeLeaf(node);
    }
  }
  for (let i = 0; i < queued; i++) makeLeaf(waitingAt(load<i32>(forestHeap + ((<usize>i) << 2))));
}

function comesBefore(a: i32, b: i32): bool {
  const first = waitingAt(a);
  const second = waitingAt(b);
  return first.gain > second.gain || (first.gain == second.gain && first.number < second.number);
}

function pushHeap(count: i32, slot: i32): i32 {
  let i = count;
  while (i > 0) {
    const parent = load<i32>(forestHeap + ((<usize>((i - 1) >> 1)) << 2));
    if (!comesBefore(slot, parent)) break;
    store<i32>(forestHeap + ((<usize>i) << 2), parent);
    i = (i - 1) >> 1;
  }
  store<i32>(forestHeap + ((<usize>i) << 2), slot);
  return count + 1;
}

/** Removes the first; gives the new count. */
function popHeap(count: i32): i32 {
  const left = count - 1;
  const slot = load<i32>(forestHeap + ((<usize>left) << 2));
  let i = 0;
  while (2 * i + 1 < left) {
    let child = 2 * i + 1;
    let childSlot = load<i32>(forestHeap + ((<usize>child) << 2));
    if (child + 1 < left) {
      const next = load<i32>(forestHeap + ((<usize>(child + 1)) << 2));
      if (comesBefore(next, childSlot)) {
        child++;
        childSlot = next;
      }
    }
    if (!comesBefore(childSlot, slot)) break;
    store<i32>(forestHeap + ((<usize>i) << 2), childSlot);
    i = child;
  }
  store<i32>(forestHeap + ((<usize>i) << 2), slot);
  return left;
}

function swapNodes(a: WaitingNode, b: WaitingNode): void {
  const first = changetype<usize>(a);
  const second = changetype<usize>(b);
  for (let i: usize = 0; i < <usize>offsetof<WaitingNode>(); i += 8) {
    const word = load<u64>(first + i);
    store<u64>(first + i, load<u64>(second + i));
    store<u64>(second + i, word);
  }
}

/** Makes an inner node of `node` and its children; `left` may be the same record. */
function splitNode(node: WaitingNode, left: WaitingNode, right: WaitingNode): void {
  const id = nodes++;
  linkToParent(node.parent, id);
  const four = (<usize>id) << 2;
  store<u16>(forestNodeFeature + ((<usize>id) << 1), <u16>node.feature);
  store<u8>(forestNodeLow + <usize>id, <u8>node.low);
  store<u8>(forestNodeWidth + <usize>id, <u8>node.width);
  store<f32>(forestNodeGain + four, <f32>node.gain);
  store<f32>(forestNodeCover + four, <f32>node.weight);
  store<i32>(forestNodeSet + four, node.categorical ? sets : -1);
  if (node.categorical) {
    memory.copy(forestSets + ((<usize>sets) << 5), changetype<usize>(node) + offsetof<WaitingNode>('set0'), 32);
    sets++;
  }
  markRows(node, node.inStart, node.inCount);
  const inLeft = partitionRows(node.inStart, node.inCount);
  let outLeft = 0;
  if (node.outCount > 0) {
    markRows(node, node.outStart, node.outCount);
    outLeft = partitionOthers(node.outStart, node.outCount);
  }
  memory.copy(changetype<usize>(right), changetype<usize>(node), offsetof<WaitingNode>());
  if (forestMonotone != 0) limitSides(node, left, right);
  right.inStart += inLeft;
  right.inCount -= inLeft;
  right.outStart += outLeft;
  right.outCount -= outLeft;
  right.parent = 2 * id + 1;
  right.depth++;
  left.inCount = inLeft;
  left.outCount = outLeft;
  left.parent = 2 * id;
  left.depth++;
}

function markRows(node: WaitingNode, start: i32, count: i32): void {
  gatherBins(node.feature, start, count);
  if (node.categorical) {
    markSet(count, changetype<usize>(node) + offsetof<WaitingNode>('set0'), binsOf(node.feature));
  } else markInterval(count, node.low, node.width);
}

/** A split of a monotone feature ends one side's values and begins the other's in the middle between the two. */
function limitSides(node: WaitingNode, left: WaitingNode, right: WaitingNode): void {
  const direction = <i32>load<i8>(forestMonotone + <usize>node.feature);
  const onlyMissing = node.low == 0 && node.width == 0;
  if (direction == 0 || node.categorical || onlyMissing) return;
  const leftValue = limited(node, node.leftSum / node.leftWeight);
  const rightValue = limited(node, (node.sum - node.leftSum) / (node.weight - node.leftWeight));
  const middle = (leftValue + rightValue) / 2;
  if (direction > 0) {
    left.highest = middle;
    right.lowest = middle;
  } else {
    left.lowest = middle;
    right.highest = middle;
  }
}

function limited(node: WaitingNode, value: f64): f64 {
  return max(node.lowest, min(node.highest, value));
}

function linkToParent(parent: i32, child: i32): void {
  if (parent < 0) return;
  const at = ((<usize>(parent >> 1)) << 2) + (parent & 1 ? forestNodeRight : forestNodeLeft);
  store<i32>(at, child);
}

function makeLeaf(node: WaitingNode): void {
  const id = leaves++;
  linkToParent(node.parent, ~id);
  store<f32>(forestLeafCover + ((<usize>id) << 2), <f32>node.weight);
  const rows = forestLeafRows + ((<usize>id) << 4);
  store<i32>(rows, node.inStart);
  store<i32>(rows, node.inCount, 4);
  store<i32>(rows, node.outStart, 8);
  store<i32>(rows, node.outCount, 12);
  if (forestTask == classTask) return;
  const value =
    forestTask == isolationTask
      ? <f64>node.depth + averagePathLength(<f64>node.inCount)
      : limited(node, node.sum / node.weight);
  store<f64>(forestLeafValue + ((<usize>id) << 3), value);
}

/** Mean depth of a row in a random tree on n rows: 2 H(n-1) - 2 (n-1) / n (Liu, Ting and Zhou 2008). */
export function averagePathLength(n: f64): f64 {
  if (n <= 1) return 0;
  if (n <= 2) return 1;
  return 2 * (log(n - 1) + 0.5772156649015329) - (2 * (n - 1)) / n;
}

/** Puts the features that differ in some row to the front of forestFeatures, in order; gives how many. */
export function forestKeepVarying(rows: i32): i32 {
  let kept = 0;
  for (let i = 0; i < forestFeatureCount; i++) {
    const feature = load<i32>(forestFeatures + ((<usize>i) << 2));
    const column = columnOf(feature);
    const first = load<u8>(column);
    let r = 1;
    while (r < rows && load<u8>(column + <usize>r) == first) r++;
    if (r < rows) {
      store<i32>(forestFeatures + ((<usize>kept) << 2), feature);
      kept++;
    }
  }
  return kept;
}
