// The best split of a leaf over the features that the tree, and the node, may use.

import { scanCategories } from './category-split';
import { columnEntry } from './histogram';
import { Leaf } from './leaf';
import { beginNode, endNode, nodeGradient, nodeHessian } from './node-search';
import { makePair, readPair, scanNumeric, scanRandom } from './numeric-split';
import { randomBelow } from './random';
import { featureBins, featureCategorical, featureColumn, featureDefault, featureOffset } from './state';

/** i32: the features that the tree at hand may use, and how many */
export let treeFeatures: usize = 0;
export let treeFeatureCount: i32 = 0;
/** share of them that a node may use */
export let featureFractionByNode: f64 = 1;
export let nodeFeatureCount: i32 = 0;
/** i32 as many as features: a place to draw a node's features in */
export let drawnFeatures: usize = 0;
/** 1: one random threshold per feature and node */
export let extraRandom: i32 = 0;
/** four words: the state of the generator for features and thresholds */
export let searchRandom: usize = 0;

export function setFeatureCounts(count: i32): void {
  treeFeatureCount = count;
  const share = <i32>nearest<f64>(featureFractionByNode * <f64>count);
  nodeFeatureCount = featureFractionByNode >= 1 ? count : max(min(count, 1), share);
}

/** the histogram of one feature of a shared column, with its default bin: 256 entries */
const unbundled = memory.data(4096, 16);

export function findSplitPacked(leaf: Leaf, histogram: usize): void {
  findSplit<i64>(leaf, histogram);
}

export function findSplitFloat(leaf: Leaf, histogram: usize): void {
  findSplit<v128>(leaf, histogram);
}

function findSplit<T>(leaf: Leaf, histogram: usize): void {
  beginNode(leaf);
  const list = drawNodeFeatures();
  const count = nodeFeatureCount;
  for (let i = 0; i < count; i++) {
    const feature = load<i32>(list + ((<usize>i) << 2));
    const bins = load<i32>(featureBins + ((<usize>feature) << 2));
    const own = histogramOfFeature<T>(histogram, feature, bins);
    if (load<u8>(featureCategorical + <usize>feature) != 0) {
      scanCategories<T>(own, bins, feature, extraRandom != 0, searchRandom);
    } else if (extraRandom != 0) {
      scanRandom<T>(own, bins, feature, searchRandom);
    } else {
      scanNumeric<T>(own, bins, feature);
    }
  }
  endNode(leaf);
}

/** Address of the features (i32) that a node may use, nodeFeatureCount of them, drawn anew (Fisher and Yates). */
export function drawNodeFeatures(): usize {
  const all = treeFeatureCount;
  const count = nodeFeatureCount;
  if (count == all) return treeFeatures;
  memory.copy(drawnFeatures, treeFeatures, (<usize>all) << 2);
  for (let i = 0; i < count; i++) {
    const j = i + <i32>randomBelow(searchRandom, <u32>(all - i));
    const a = drawnFeatures + ((<usize>i) << 2);
    const b = drawnFeatures + ((<usize>j) << 2);
    const kept = load<i32>(a);
    store<i32>(a, load<i32>(b));
    store<i32>(b, kept);
  }
  return drawnFeatures;
}

/** Address of the feature's entries; those of a shared column are put together, the default bin from what is left. */
function histogramOfFeature<T>(histogram: usize, feature: i32, bins: i32): usize {
  const size: usize = sizeof<T>() == 8 ? 8 : 16;
  const column = load<i32>(featureColumn + ((<usize>feature) << 2));
  const entries = histogram + <usize>load<i32>(columnEntry + ((<usize>column) << 2)) * size;
  const usual = load<i32>(featureDefault + ((<usize>feature) << 2));
  if (usual < 0) return entries;
  const others = entries + <usize>load<i32>(featureOffset + ((<usize>feature) << 2)) * size;
  memory.copy(unbundled, others, <usize>usual * size);
  memory.copy(unbundled + <usize>(usual + 1) * size, others + <usize>usual * size, <usize>(bins - 1 - usual) * size);
  let rest = makePair(nodeHessian, nodeGradient);
  for (let b = 0; b < bins - 1; b++) rest = f64x2.sub(rest, readPair<T>(others + <usize>b * size));
  writePair<T>(unbundled + <usize>usual * size, rest);
  return unbundled;
}

function writePair<T>(at: usize, pair: v128): void {
  if (sizeof<T>() == 8) {
    const h = <i64>f64x2.extract_lane(pair, 0);
    const g = <i64>f64x2.extract_lane(pair, 1);
    store<i64>(at, (g << 32) + h);
  } else {
    v128.store(at, pair);
  }
}
