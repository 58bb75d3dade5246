import { tensorOf } from '../states.ts';
import type { ModelState } from '../types.ts';
import type { Tree } from './grow.ts';
import { setWords } from './split.ts';

/** All trees in flat arrays. Tree t belongs to output t % outputs. */
export interface Forest {
  trees: number;
  outputs: number;
  /** first node of each tree, or ~leaf for a tree without a split */
  roots: Int32Array;
  feature: Int32Array;
  /** rows with a bin up to this go left; below 0: ~bin is the set of bins that go left */
  bin: Int32Array;
  missingLeft: Uint8Array;
  left: Int32Array;
  right: Int32Array;
  /** 8 words of 32 bits each */
  sets: Int32Array;
  values: Float64Array;
}

/** Joins trees; leaf values must be scaled by the learning rate already. */
export function joinTrees(trees: readonly Tree[], outputs: number): Forest {
  const nodes = trees.reduce((sum, tree) => sum + tree.feature.length, 0);
  const leaves = trees.reduce((sum, tree) => sum + tree.values.length, 0);
  const forest: Forest = {
    trees: trees.length,
    outputs,
    roots: new Int32Array(trees.length),
    feature: new Int32Array(nodes),
    bin: new Int32Array(nodes),
    missingLeft: new Uint8Array(nodes),
    left: new Int32Array(nodes),
    right: new Int32Array(nodes),
    sets: new Int32Array(0),
    values: new Float64Array(leaves),
  };
  const sets: number[] = [];
  let node = 0;
  let leaf = 0;
  for (const [t, tree] of trees.entries()) {
    const child = (at: number) => (at < 0 ? ~(~at + leaf) : at + node);
    forest.roots[t] = tree.feature.length > 0 ? node : ~leaf;
    for (let i = 0; i < tree.feature.length; i++) {
      forest.feature[node + i] = tree.feature[i]!;
      forest.missingLeft[node + i] = tree.missingLeft[i]!;
      forest.left[node + i] = child(tree.left[i]!);
      forest.right[node + i] = child(tree.right[i]!);
      forest.bin[node + i] = tree.bin[i]!;
      if (tree.bin[i]! >= 0) continue;
      forest.bin[node + i] = ~(sets.length / setWords);
      sets.push(...tree.sets.subarray(i * setWords, (i + 1) * setWords));
    }
    forest.values.set(tree.values, leaf);
    node += tree.feature.length;
    leaf += tree.values.length;
  }
  forest.sets = Int32Array.from(sets);
  return forest;
}

/**
 * Adds trees from..to to the raw scores (outputs x rows). `codes` are the bins, one feature after the other, `missing`
 * the missing bin of each feature.
 */
export function addTrees(
  forest: Forest,
  from: number,
  to: number,
  codes: Uint8Array,
  rows: number,
  missing: Int32Array,
  scores: Float64Array,
): void {
  const { roots, feature, bin, missingLeft, left, right, sets, values, outputs } = forest;
  for (let t = from; t < to; t++) {
    const root = roots[t]!;
    const start = (t % outputs) * rows;
    for (let i = 0; i < rows; i++) {
      let node = root;
      while (node >= 0) {
        const f = feature[node]!;
        const code = codes[f * rows + i]!;
        const threshold = bin[node]!;
        let goesLeft: boolean;
        if (threshold < 0) goesLeft = ((sets[~threshold * setWords + (code >> 5)]! >>> (code & 31)) & 1) === 1;
        else goesLeft = code === missing[f]! ? missingLeft[node] === 1 : code <= threshold;
        node = goesLeft ? left[node]! : right[node]!;
      }
      scores[start + i]! += values[~node]!;
    }
  }
}

export function storeForest(forest: Forest): ModelState {
  const { trees, outputs, ...tensors } = forest;
  return { header: { trees, outputs }, tensors };
}

export function readForest(state: ModelState): Forest {
  const { trees, outputs } = state.header as { trees: number; outputs: number };
  return {
    trees,
    outputs,
    roots: tensorOf(state, 'roots', Int32Array),
    feature: tensorOf(state, 'feature', Int32Array),
    bin: tensorOf(state, 'bin', Int32Array),
    missingLeft: tensorOf(state, 'missingLeft', Uint8Array),
    left: tensorOf(state, 'left', Int32Array),
    right: tensorOf(state, 'right', Int32Array),
    sets: tensorOf(state, 'sets', Int32Array),
    values: tensorOf(state, 'values', Float64Array),
  };
}
