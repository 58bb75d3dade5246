/**
 * One column to learn from or to predict on. Numbers: NaN is missing, infinities are values. Sparse columns are 0
 * outside of the listed rows (ascending). Categories: codes 0..levels-1; anything else is missing or unseen.
 */
export type FeatureInput =
  | { kind: 'numeric'; values: Float64Array }
  | { kind: 'sparse'; rows: Int32Array; values: Float64Array }
  | { kind: 'categorical'; codes: Int32Array; levels: number };

/**
 * How the values of one feature become bins, learnt from training rows. Bin 0 is always the missing value, whether or
 * not it occurred in training.
 */
export type FeatureBinning = NumericBinning | CategoricalBinning;

export interface NumericBinning {
  kind: 'numeric';
  /** ascending; bin b (from 1) holds values in (upper[b-2], upper[b-1]]; the last is Infinity. At most 255. */
  upper: Float64Array;
}

export interface CategoricalBinning {
  kind: 'categorical';
  /** bin of each level, from 1; at most 255 different ones. Rare levels share the last bin. */
  binOfLevel: Uint8Array;
  /** number of bins, with bin 0 */
  bins: number;
  /** bin of levels that training did not have: the shared bin of rare levels, or 0 where there is none */
  unseenBin: number;
}

/**
 * Many trees in flat arrays, with nothing to execute. Tree t has inner nodes nodeStart[t]..nodeStart[t+1]-1 (the root
 * first, children after their parent) and leaves leafStart[t]..leafStart[t+1]-1. A row goes left when
 * ((bin - low) & 255) <= width, or, where set >= 0, when its bin is in that set of bins.
 */
export interface TreeEnsemble {
  trees: number;
  /** numbers per row that the ensemble gives: 1, or one per class */
  outputs: number;
  /** 1: tree t adds to output t % outputs. Equal to outputs: every leaf has a number per output. */
  leafWidth: number;
  /** what every row starts with, one per output */
  base: Float64Array;
  nodeStart: Int32Array;
  leafStart: Int32Array;
  feature: Uint16Array;
  low: Uint8Array;
  width: Uint8Array;
  /** index into sets (8 words each), or -1 */
  set: Int32Array;
  /** child within the tree: an inner node from 0, or ~leaf from 0 */
  left: Int32Array;
  right: Int32Array;
  /**
   * how much better the split made its node: boosting G^2 / H of both sides less that of the node (twice the fall of the
   * loss), forests the fall of the impurity times the node's share of rows, isolation forests 0
   */
  gain: Float32Array;
  /** training rows (by weight) that reached the node */
  cover: Float32Array;
  leafCover: Float32Array;
  /** leaves x leafWidth; shrinkage and, for a forest, the division by the number of trees are in them */
  value: Float32Array;
  sets: Uint32Array;
}

/** A fitted model as data: bins to turn values into codes, trees on the codes, and what its outputs mean. */
export interface TreeModel {
  kind: 'boosting' | 'forest' | 'isolation';
  binning: readonly FeatureBinning[];
  ensemble: TreeEnsemble;
  /** how raw outputs become predictions */
  link: 'identity' | 'exp' | 'logistic' | 'softmax' | 'none';
  /** facts for people and for tools: objective, parameters, seed, kernel hash; plain JSON */
  about: Record<string, unknown>;
}

/** Lets a fit end early; checked before every tree. */
export interface StopRules {
  signal?: AbortSignal | undefined;
  /** by `now()`, in milliseconds; the best so far is given back when it passes */
  deadlineMs?: number | undefined;
  now?: (() => number) | undefined;
  /** rounds (trees of a forest) after which a fit ends as if the deadline had passed: repeats one that a clock ended */
  stopAfter?: number | undefined;
}
