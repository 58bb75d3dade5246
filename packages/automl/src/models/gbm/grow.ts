import type { Random } from '@laurel/tabular';
import type { FeatureBins } from './binning.ts';
import { buildHistogram, subtractHistogram } from './histogram.ts';
import { createSplit, type Split, scanCategories, scanNumeric, setWords, shrink } from './split.ts';

export interface TreeParameters {
  maxLeaves: number;
  /** 0: no limit */
  maxDepth: number;
  minDataInLeaf: number;
  minHessian: number;
  l1: number;
  l2: number;
  minGain: number;
  featureFraction: number;
  /** one random threshold per feature and leaf (Geurts 2006) */
  extraRandom: boolean;
  maxCategoriesToOneHot: number;
  maxCategoriesPerSplit: number;
  categorySmoothing: number;
  categoryL2: number;
  minDataPerGroup: number;
}

/** One tree. Children below 0 are leaves: ~child is the place in `values`. Sets are 8 words of 32 bits per node. */
export interface Tree {
  feature: Int32Array;
  /** rows with a bin up to this go left; -1: rows whose bin is in the node's set go left */
  bin: Int32Array;
  missingLeft: Uint8Array;
  left: Int32Array;
  right: Int32Array;
  sets: Int32Array;
  values: Float64Array;
}

export interface Grower {
  /**
   * Grows one tree on the rows `bag[0..count)` from the pairs (gradient, hessian) per row. Afterwards
   * `order[starts[l]..ends[l])` are the rows of leaf l.
   */
  grow(pairs: Float64Array, bag: Int32Array, count: number, random: Random): Tree;
  order: Int32Array;
  starts: Int32Array;
  ends: Int32Array;
}

/** Histograms kept at the same time, in bytes; leaves beyond it are summed again when they split. */
const histogramBytes = 192 * 1024 * 1024;

interface Leaf {
  gradient: number;
  hessian: number;
  count: number;
  depth: number;
  extraL2: number;
  /** index of its histogram, -1 when it was given away */
  slot: number;
  /** link of its parent to patch: node index, and which side */
  parent: number;
  isLeft: boolean;
  split: Split;
}

/** Leaf-wise growth by best gain (Shi 2007; LightGBM): only the smaller child is summed, its sibling is the difference. */
export function createGrower(
  codes: Uint8Array,
  rows: number,
  bins: readonly FeatureBins[],
  parameters: TreeParameters,
): Grower {
  const offsets = new Int32Array(bins.length + 1);
  for (const [f, { size }] of bins.entries()) offsets[f + 1] = offsets[f]! + size + 1;
  const cells = 2 * offsets[bins.length]!;
  const usable = Int32Array.from(bins.keys()).filter((f) => bins[f]!.size + (bins[f]!.missing ? 1 : 0) > 1);
  const maxLeaves = Math.max(2, Math.min(parameters.maxLeaves, rows));
  const slotLimit = Math.max(3, Math.min(maxLeaves + 1, Math.floor(histogramBytes / (8 * Math.max(1, cells)))));
  const slots: Float64Array[] = [];
  const free: number[] = [];
  const leaves: Leaf[] = [];
  const order = new Int32Array(rows);
  const scratch = new Int32Array(rows);
  const gathered = new Float64Array(2 * rows);
  const starts = new Int32Array(maxLeaves);
  const ends = new Int32Array(maxLeaves);
  let features: Int32Array = usable;
  let pairs: Float64Array = new Float64Array(0);

  function takeSlot(): number {
    const slot = free.pop();
    if (slot !== undefined) return slot;
    if (slots.length < slotLimit) return slots.push(new Float64Array(cells)) - 1;
    let poorest: Leaf | undefined;
    for (const leaf of leaves) {
      if (leaf.slot >= 0 && (!poorest || leaf.split.gain < poorest.split.gain)) poorest = leaf;
    }
    const taken = poorest!.slot;
    poorest!.slot = -1;
    return taken;
  }

  function sum(leaf: number, slot: number): void {
    const start = starts[leaf]!;
    const end = ends[leaf]!;
    for (let i = start, at = 0; i < end; i++, at += 2) {
      const row = 2 * order[i]!;
      gathered[at] = pairs[row]!;
      gathered[at + 1] = pairs[row + 1]!;
    }
    buildHistogram(slots[slot]!, codes, rows, features, offsets, order, start, end, gathered);
  }

  function findSplit(leaf: Leaf, random: Random): void {
    leaf.split.gain = 0;
    if (leaf.count < 2 * parameters.minDataInLeaf || leaf.hessian < 2 * parameters.minHessian) return;
    if (parameters.maxDepth > 0 && leaf.depth >= parameters.maxDepth) return;
    const histogram = slots[leaf.slot]!;
    for (let k = 0; k < features.length; k++) {
      const f = features[k]!;
      const scan = bins[f]!.categorical ? scanCategories : scanNumeric;
      scan(leaf.split, histogram, 2 * offsets[f]!, f, bins[f]!, leaf, parameters, random);
    }
  }

  /** Moves the rows that go left to the front, keeping their order; gives the first row of the right side. */
  function partition(start: number, end: number, split: Split): number {
    const column = split.feature * rows;
    const missing = bins[split.feature]!.size;
    const { set, bin } = split;
    let left = start;
    let right = 0;
    for (let i = start; i < end; i++) {
      const row = order[i]!;
      const code = codes[column + row]!;
      let goesLeft: boolean;
      if (bin < 0) goesLeft = ((set[code >> 5]! >>> (code & 31)) & 1) === 1;
      else goesLeft = code === missing ? split.missingLeft : code <= bin;
      if (goesLeft) order[left++] = row;
      else scratch[right++] = row;
    }
    for (let i = 0; i < right; i++) order[left + i] = scratch[i]!;
    return left;
  }

  function sumPairs(leaf: number): { gradient: number; hessian: number; count: number } {
    let gradient = 0;
    let hessian = 0;
    for (let i = starts[leaf]!; i < ends[leaf]!; i++) {
      gradient += pairs[2 * order[i]!]!;
      hessian += pairs[2 * order[i]! + 1]!;
    }
    return { gradient, hessian, count: ends[leaf]! - starts[leaf]! };
  }

  /** Splits leaf `at`; its left part keeps the number, the right part becomes a new leaf. False when a side is empty. */
  function splitLeaf(at: number, tree: Tree, node: number, random: Random): boolean {
    const leaf = leaves[at]!;
    const { split } = leaf;
    const middle = partition(starts[at]!, ends[at]!, split);
    if (middle === starts[at] || middle === ends[at]) {
      split.gain = 0;
      return false;
    }
    link(tree, leaf, node);
    tree.feature[node] = split.feature;
    tree.bin[node] = split.bin;
    tree.missingLeft[node] = split.missingLeft ? 1 : 0;
    if (split.bin < 0) tree.sets.set(split.set, node * setWords);
    const other = leaves.length;
    starts[other] = middle;
    ends[other] = ends[at]!;
    ends[at] = middle;
    const parentSlot = leaf.slot;
    const { extraL2 } = split;
    const depth = leaf.depth + 1;
    const shared = { depth, extraL2, slot: -1, parent: node };
    const left: Leaf = { ...shared, ...sumPairs(at), isLeft: true, split };
    const right: Leaf = { ...shared, ...sumPairs(other), isLeft: false, split: createSplit() };
    leaves[at] = left;
    leaves.push(right);
    if (leaves.length >= maxLeaves) {
      if (parentSlot >= 0) free.push(parentSlot);
      return true;
    }
    const [small, large, smallAt, largeAt] =
      left.count <= right.count ? [left, right, at, other] : [right, left, other, at];
    large.slot = parentSlot;
    if (parentSlot < 0) {
      large.slot = takeSlot();
      sum(largeAt, large.slot);
    }
    large.split.gain = Number.POSITIVE_INFINITY;
    small.slot = takeSlot();
    sum(smallAt, small.slot);
    if (parentSlot >= 0) subtractHistogram(slots[large.slot]!, slots[small.slot]!, features, offsets);
    findSplit(left, random);
    findSplit(right, random);
    return true;
  }

  function grow(given: Float64Array, bag: Int32Array, count: number, random: Random): Tree {
    pairs = given;
    features = sampleFeatures(usable, parameters.featureFraction, random);
    order.set(bag.subarray(0, count));
    leaves.length = 0;
    free.length = 0;
    for (let slot = 0; slot < slots.length; slot++) free.push(slot);
    starts[0] = 0;
    ends[0] = count;
    const tree = emptyTree(maxLeaves);
    const slot = takeSlot();
    sum(0, slot);
    const root = { ...sumPairs(0), depth: 0, extraL2: 0, slot, parent: -1, isLeft: false, split: createSplit() };
    leaves.push(root);
    findSplit(root, random);
    let nodes = 0;
    while (leaves.length < maxLeaves) {
      let best = -1;
      for (let l = 0; l < leaves.length; l++) {
        if (leaves[l]!.split.gain > (best < 0 ? 0 : leaves[best]!.split.gain)) best = l;
      }
      if (best < 0) break;
      if (splitLeaf(best, tree, nodes, random)) nodes++;
    }
    for (const [l, leaf] of leaves.entries()) {
      link(tree, leaf, ~l);
      tree.values[l] = -shrink(leaf.gradient, parameters.l1) / (leaf.hessian + parameters.l2 + leaf.extraL2 + 1e-15);
    }
    return trimTree(tree, nodes, leaves.length);
  }

  return { grow, order, starts, ends };
}

function link(tree: Tree, leaf: Leaf, child: number): void {
  if (leaf.parent < 0) return;
  const side = leaf.isLeft ? tree.left : tree.right;
  side[leaf.parent] = child;
}

function sampleFeatures(usable: Int32Array, fraction: number, random: Random): Int32Array {
  if (fraction >= 1 || usable.length < 2) return usable;
  const count = Math.max(1, Math.round(usable.length * fraction));
  return random.shuffle(usable.slice()).slice(0, count).sort();
}

function emptyTree(leaves: number): Tree {
  return {
    feature: new Int32Array(leaves),
    bin: new Int32Array(leaves),
    missingLeft: new Uint8Array(leaves),
    left: new Int32Array(leaves),
    right: new Int32Array(leaves),
    sets: new Int32Array(leaves * setWords),
    values: new Float64Array(leaves),
  };
}

function trimTree(tree: Tree, nodes: number, leaves: number): Tree {
  return {
    feature: tree.feature.slice(0, nodes),
    bin: tree.bin.slice(0, nodes),
    missingLeft: tree.missingLeft.slice(0, nodes),
    left: tree.left.slice(0, nodes),
    right: tree.right.slice(0, nodes),
    sets: tree.sets.slice(0, nodes * setWords),
    values: tree.values.slice(0, leaves),
  };
}
