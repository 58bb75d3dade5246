import type { FeatureBinning, FeatureInput, TreeModel } from '../types.ts';
import { createEnsembleBuilder, type GrownTree } from './builder.ts';

/** Numbers in [0, 1) that a seed decides. */
export type Draw = () => number;

export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface RandomModelOptions {
  features: number;
  trees: number;
  outputs: number;
  leafWidth: number;
  /** per tree at most; trees get between 1 and this many */
  leaves: number;
  /** share of the features that are categorical */
  categorical?: number;
  link?: TreeModel['link'];
}

/** A model whose splits, bins, covers and values are drawn: everything the types allow. */
export function randomModel(draw: Draw, options: RandomModelOptions): TreeModel {
  const { outputs, leafWidth } = options;
  const binning = Array.from({ length: options.features }, () =>
    draw() < (options.categorical ?? 0.3) ? randomCategories(draw) : randomBounds(draw),
  );
  const base = Array.from({ length: outputs }, () => draw() - 0.5);
  const builder = createEnsembleBuilder({ outputs, leafWidth, base });
  for (let tree = 0; tree < options.trees; tree++) {
    builder.addTree(randomTree(draw, binning, 1 + below(draw, options.leaves), leafWidth));
  }
  const about = { objective: 'drawn', seed: 1 };
  return { kind: 'boosting', binning, ensemble: builder.build(), link: options.link ?? 'identity', about };
}

function randomBounds(draw: Draw): FeatureBinning {
  const bounds = new Set<number>();
  for (let i = below(draw, draw() < 0.2 ? 254 : 12); i > 0; i--) bounds.add(Math.round((draw() - 0.5) * 400) / 20);
  return { kind: 'numeric', upper: Float64Array.from([...[...bounds].sort((a, b) => a - b), Infinity]) };
}

function randomCategories(draw: Draw): FeatureBinning {
  const levels = 1 + below(draw, draw() < 0.2 ? 300 : 10);
  const bins = 2 + below(draw, Math.min(levels, 255));
  const binOfLevel = Uint8Array.from({ length: levels }, () => 1 + below(draw, bins - 1));
  return { kind: 'categorical', binOfLevel, bins, unseenBin: draw() < 0.5 ? 0 : bins - 1 };
}

/** Splits a random leaf again and again; the nodes are in the order of their splits, as leaf-wise growth has them. */
function randomTree(draw: Draw, binning: readonly FeatureBinning[], leaves: number, leafWidth: number): GrownTree {
  const nodes = leaves - 1;
  const tree: GrownTree = {
    nodes,
    leaves,
    feature: Uint16Array.from({ length: nodes }, () => below(draw, binning.length)),
    low: new Uint8Array(nodes),
    width: new Uint8Array(nodes),
    set: new Int32Array(nodes).fill(-1),
    sets: Uint32Array.from({ length: nodes * 8 }, () => Math.floor(draw() * 4294967296)),
    left: new Int32Array(nodes),
    right: new Int32Array(nodes),
    gain: Float32Array.from({ length: nodes }, draw),
    cover: new Float32Array(nodes),
    leafCover: new Float32Array(leaves),
    value: Float32Array.from({ length: leaves * leafWidth }, () => draw() * 2 - 1),
  };
  tree.leafCover[0] = 1_000;
  /** the node and side that leads to each leaf */
  const parents: { children: Int32Array; node: number }[] = [];
  for (let node = 0; node < nodes; node++) {
    const leaf = below(draw, node + 1);
    const parent = parents[leaf];
    if (parent !== undefined) parent.children[parent.node] = node;
    tree.left[node] = ~leaf;
    tree.right[node] = ~(node + 1);
    parents[leaf] = { children: tree.left, node };
    parents[node + 1] = { children: tree.right, node };
    tree.cover[node] = tree.leafCover[leaf]!;
    // Now and then no training row goes one way.
    const share = draw() < 0.05 ? 0 : draw();
    tree.leafCover[leaf] = tree.cover[node]! * share;
    tree.leafCover[node + 1] = tree.cover[node]! * (1 - share);
    chooseTest(draw, tree, node, binning[tree.feature[node]!]!);
  }
  return tree;
}

function chooseTest(draw: Draw, tree: GrownTree, node: number, binning: FeatureBinning): void {
  const kind = draw();
  if (binning.kind === 'categorical' && kind < 0.6) {
    tree.set[node] = node;
  } else if (kind < 0.05) {
    tree.low[node] = below(draw, 256);
    tree.width[node] = draw() < 0.3 ? 255 : below(draw, 256);
  } else if (binning.kind === 'categorical') {
    tree.low[node] = below(draw, binning.bins);
  } else {
    const bound = below(draw, binning.upper.length);
    const missingLeft = draw() < 0.5;
    tree.low[node] = missingLeft ? 0 : 1;
    tree.width[node] = missingLeft ? bound : Math.max(0, bound - 1);
  }
}

const edgeValues = [Number.NaN, Infinity, -Infinity, -0, 0, 1e308, -1e308, 5e-324];

/** Rows with values on, between and beyond the bounds, and every edge. Some numeric features are sparse. */
export function randomRows(draw: Draw, binning: readonly FeatureBinning[], rows: number): FeatureInput[] {
  return binning.map((feature): FeatureInput => {
    if (feature.kind === 'categorical') {
      const levels = feature.binOfLevel.length;
      const codes = Int32Array.from({ length: rows }, () => below(draw, levels + 4) - 2);
      return { kind: 'categorical', codes, levels };
    }
    const { upper } = feature;
    const values = Float64Array.from({ length: rows }, () => {
      const kind = draw();
      if (kind < 0.2) return edgeValues[below(draw, edgeValues.length)]!;
      return kind < 0.6 ? upper[below(draw, upper.length)]! : (draw() - 0.5) * 22;
    });
    if (draw() < 0.7) return { kind: 'numeric', values };
    const stored = Int32Array.from(values.keys()).filter(() => draw() < 0.3);
    return { kind: 'sparse', rows: stored, values: Float64Array.from(stored, (row) => values[row]!) };
  });
}

/** One row as predictRow takes it. */
export function rowOf(features: readonly FeatureInput[], row: number): Float64Array {
  return Float64Array.from(features, (feature) => {
    if (feature.kind === 'numeric') return feature.values[row]!;
    if (feature.kind === 'categorical') return feature.codes[row]!;
    const at = feature.rows.indexOf(row);
    return at < 0 ? 0 : feature.values[at]!;
  });
}

/** Bins of a row, found in the plainest way. */
export function binsOf(binning: readonly FeatureBinning[], values: Float64Array): number[] {
  return binning.map((feature, index) => {
    const value = values[index]!;
    if (feature.kind === 'categorical') {
      return value < 0 || Number.isNaN(value) ? 0 : (feature.binOfLevel[value] ?? feature.unseenBin);
    }
    return Number.isNaN(value) ? 0 : feature.upper.findIndex((bound) => value <= bound) + 1;
  });
}

/** Whether a row with these bins goes left at a node of the ensemble. */
export function goesLeft({ ensemble }: TreeModel, node: number, bins: readonly number[]): boolean {
  const bin = bins[ensemble.feature[node]!]!;
  const set = ensemble.set[node]!;
  if (set >= 0) return ((ensemble.sets[set * 8 + (bin >> 5)]! >>> (bin & 31)) & 1) === 1;
  return ((bin - ensemble.low[node]!) & 255) <= ensemble.width[node]!;
}

/** Leaf within its tree that a row gets to. */
export function slowLeaf(model: TreeModel, tree: number, bins: readonly number[]): number {
  const { nodeStart, left, right } = model.ensemble;
  const first = nodeStart[tree]!;
  let at = nodeStart[tree + 1]! > first ? 0 : ~0;
  while (at >= 0) at = (goesLeft(model, first + at, bins) ? left : right)[first + at]!;
  return ~at;
}

/** Raw numbers of one row: base, then tree by tree. */
export function slowRaw(model: TreeModel, bins: readonly number[]): Float64Array {
  const { ensemble } = model;
  const sums = ensemble.base.slice();
  for (let tree = 0; tree < ensemble.trees; tree++) {
    const leaf = ensemble.leafStart[tree]! + slowLeaf(model, tree, bins);
    for (let k = 0; k < ensemble.leafWidth; k++) {
      const output = ensemble.leafWidth > 1 ? k : tree % ensemble.outputs;
      sums[output] = sums[output]! + ensemble.value[leaf * ensemble.leafWidth + k]!;
    }
  }
  return sums;
}

function below(draw: Draw, limit: number): number {
  return Math.floor(draw() * limit);
}
