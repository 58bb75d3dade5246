import { planMatrix } from '../binning/layout.ts';
import { fillMatrix } from '../binning/matrix.ts';
import type { MatrixLayout } from '../binning/types.ts';
import { planArena } from '../kernel/arena.ts';
import { connectBuffers, type Kernel, openKernel } from '../kernel/module.ts';
import type { GrownTree } from '../model/builder.ts';
import type { FeatureBinning, FeatureInput } from '../types.ts';
import { chunkLeaves, type ForestBuffer, type ForestSpace, forestSizes, isByClass, outputsOf } from './memory.ts';
import type { ForestParameters } from './types.ts';

export type ForestKernel = Kernel<ForestBuffer>;

export interface OpenForest {
  kernel: ForestKernel;
  space: ForestSpace;
  /** features that are not the same in all rows */
  varying: number;
  /** grows a tree; the views are valid until the next call */
  growTree(tree: number, seed: number): GrownTree;
}

/** -1: Poisson, 0: all rows, otherwise so many rows without putting back. */
export type Draws = number;

/** Makes the memory of a fit with the training matrix in it. Throws MEMORY_LIMIT and INVALID_DATA. */
export function openForest(
  features: readonly FeatureInput[],
  rows: number,
  binning: readonly FeatureBinning[],
  spaceOf: (layout: MatrixLayout) => ForestSpace,
  draws: Draws,
  limitBytes?: number,
): OpenForest {
  const parts = [{ features, rows }];
  const layout = planMatrix(parts, binning);
  const space = spaceOf(layout);
  const kernel = openKernel(planArena(forestSizes(space), limitBytes));
  fillMatrix(kernel, layout, parts, binning);
  connectBuffers(kernel);
  const { exports } = kernel;
  exports.forestTask.value =
    exports[space.isolation ? 'isolationTask' : isByClass(space) ? 'classTask' : 'pairTask'].value;
  exports.forestOutputs.value = outputsOf(space);
  exports.forestBegin();
  const varying = keepVarying(kernel, layout);
  return { kernel, space, varying: varying.length, growTree: createGrower(kernel, space, varying, draws) };
}

export function writeParameters(kernel: ForestKernel, parameters: ForestParameters, varying: number): void {
  const { exports } = kernel;
  const { maxFeatures, criterion, maxLeaves } = parameters;
  const share = maxFeatures === 'sqrt' ? Math.sqrt(varying) : maxFeatures * varying;
  exports.forestNodeFeatures.value = Math.max(1, Math.floor(share + 1e-9));
  exports.forestEntropy.value = criterion === 'entropy' ? 1 : 0;
  const pairGini = criterion === 'gini' && exports.forestTask.value === exports.pairTask.value;
  exports.forestImpurityUnit.value = pairGini ? 2 : criterion === 'entropy' ? 1 / exports.log(2) : 1;
  exports.forestRandomSplits.value = parameters.splitter === 'random' ? 1 : 0;
  exports.forestMaxLeaves.value = maxLeaves < exports.matrixRows.value ? maxLeaves : 0;
  exports.forestMaxDepth.value = parameters.maxDepth;
  exports.forestMinLeafRows.value = parameters.minDataInLeaf;
  exports.forestMinSplitRows.value = parameters.minDataToSplit;
  exports.forestMinDecrease.value = parameters.minImpurityDecrease;
  if (parameters.monotone) {
    new Int8Array(kernel.memory.buffer, kernel.arena.at.forestMonotone).set(parameters.monotone);
  }
}

/** Thresholds of a random word at which a row is drawn once more: the distribution of Poisson(`mean`). */
export function writePoisson(kernel: ForestKernel, mean: number): void {
  const thresholds = kernel.u32('forestDraws');
  let probability = kernel.exports.exp(-mean);
  let cumulated = 0;
  for (let times = 0; times < thresholds.length; times++) {
    cumulated += probability;
    probability *= mean / (times + 1);
    thresholds[times] = Math.min(0xffff_ffff, Math.floor(cumulated * 2 ** 32));
  }
  thresholds[thresholds.length - 1] = 0xffff_ffff;
}

function keepVarying(kernel: ForestKernel, layout: MatrixLayout): Int32Array {
  const { exports } = kernel;
  const features = kernel.i32('forestFeatures');
  let count = 0;
  for (let feature = 0; feature < layout.features; feature++) {
    if (layout.featureColumn[feature]! >= 0) features[count++] = feature;
  }
  exports.forestFeatureCount.value = count;
  const kept = exports.forestKeepVarying(layout.rows);
  exports.forestFeatureCount.value = kept;
  return features.slice(0, kept);
}

function createGrower(kernel: ForestKernel, space: ForestSpace, varying: Int32Array, draws: Draws) {
  const { exports, arena } = kernel;
  const outputs = outputsOf(space);
  const chunk = chunkLeaves(space.leaves, outputs);
  const views = treeViews(kernel);
  return (tree: number, seed: number): GrownTree => {
    exports.seedRandom(arena.at.forestRandomState, BigInt(seed) * 1_000_003n + BigInt(tree + 1));
    // The order of the features is part of the random state: each tree begins with the same.
    kernel.i32('forestFeatures').set(varying);
    const inCount = exports.forestDraw(space.rows, draws, space.outOfBag ? 1 : 0);
    const others = space.outOfBag ? space.rows - inCount : 0;
    const leaves = exports.forestGrow(inCount, others, exports.forestDrawnWeight.value);
    if (space.outOfBag) exports.forestAddOutOfBag(leaves);
    const value = new Float32Array(leaves * outputs);
    for (let from = 0; from < leaves; from += chunk) {
      const to = Math.min(leaves, from + chunk);
      exports.forestLeafNumbers(from, to, arena.at.leafNumbers);
      value.set(new Float32Array(kernel.memory.buffer, arena.at.leafNumbers, (to - from) * outputs), from * outputs);
    }
    return { ...views, nodes: leaves - 1, leaves, value };
  };
}

function treeViews(kernel: ForestKernel): Omit<GrownTree, 'nodes' | 'leaves' | 'value'> {
  const { at, size } = kernel.arena;
  return {
    feature: new Uint16Array(kernel.memory.buffer, at.forestNodeFeature, size.forestNodeFeature >> 1),
    low: kernel.u8('forestNodeLow'),
    width: kernel.u8('forestNodeWidth'),
    set: kernel.i32('forestNodeSet'),
    sets: kernel.u32('forestSets'),
    left: kernel.i32('forestNodeLeft'),
    right: kernel.i32('forestNodeRight'),
    gain: kernel.f32('forestNodeGain'),
    cover: kernel.f32('forestNodeCover'),
    leafCover: kernel.f32('forestLeafCover'),
  };
}
