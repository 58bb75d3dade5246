import type { BinningOptions } from '../binning/types.ts';
import type { FeatureBinning, FeatureInput, StopRules, TreeModel } from '../types.ts';

/** What the trees minimise. Targets: logistic 0 or 1; softmax 0..classes-1; poisson and tweedie at least 0. */
export type Objective =
  | { kind: 'squared' }
  | { kind: 'absolute' }
  /** squared within `delta` of the target, absolute beyond */
  | { kind: 'huber'; delta: number }
  /** the value below which a share `level` of the targets lies */
  | { kind: 'quantile'; level: number }
  | { kind: 'poisson' }
  /** `power` between 1 (poisson) and 2 (gamma), both left out */
  | { kind: 'tweedie'; power: number }
  | { kind: 'logistic' }
  /** `trees: 'shared'`: one tree a round with a value per class in every leaf, for many classes; default by classes */
  | { kind: 'softmax'; classes: number; trees?: 'perClass' | 'shared' };

/** Rows to learn from or to watch: every feature, the target and the weights have `rows` entries. */
export interface BoostRows {
  features: readonly FeatureInput[];
  rows: number;
  target: Float64Array;
  /** not negative; 1 each where left out */
  weights?: Float64Array | undefined;
}

export interface BoostParameters {
  /** trees per output at most */
  rounds: number;
  learningRate: number;
  /** leafWise: the leaf with the highest gain next; depthWise: a level after the other */
  growth: 'leafWise' | 'depthWise';
  maxLeaves: number;
  /** 0: no limit */
  maxDepth: number;
  /** rows a leaf has at least, as its share of the hessian estimates them (exact where all hessians are equal) */
  minDataInLeaf: number;
  minHessian: number;
  minGain: number;
  l1: number;
  l2: number;
  /** a leaf's value before the learning rate is at most this; 0: no limit */
  maxDeltaStep: number;
  /** pulls a leaf of n rows towards its parent's value with weight 1 / (1 + n / pathSmoothing); 0: off */
  pathSmoothing: number;
  /** share of the features a tree may use */
  featureFraction: number;
  /** share of those that a node may use */
  featureFractionByNode: number;
  /** share of the rows a tree learns from, drawn anew for every round */
  rowFraction: number;
  /** gradient-based one-side sampling in place of rowFraction: all rows with the largest gradients, some of the rest */
  goss: { top: number; other: number } | null;
  /** one random threshold per feature and node instead of the best of all */
  extraRandom: boolean;
  /** 1 rising, -1 falling, 0 free, one per feature; null: all free */
  monotone: readonly (-1 | 0 | 1)[] | null;
  /** features with at most so many bins, the missing one included, are split one level against the rest */
  maxCategoriesToOneHot: number;
  maxCategoriesPerSplit: number;
  categorySmoothing: number;
  categoryL2: number;
  minDataPerGroup: number;
  /** one weight per class (logistic: two), multiplied into the row weights */
  classWeights: readonly number[] | null;
  /** float: f64 pairs; packed: 32-bit fixed point pairs, exact in any order; auto: packed where it resolves the gradients */
  histogram: 'auto' | 'packed' | 'float';
  /** histograms kept of the tree that grows, in bytes; beyond it the least recent are built again */
  histogramPoolBytes: number;
}

export interface EarlyStopping {
  /** takes the validation rows' predictions as `Predictor.predict` gives them: rows x width, after the link */
  score(predictions: Float64Array): number;
  /** decides between equal or undefined scores, such as log loss; lower is better */
  tieBreak?: (predictions: Float64Array) => number;
  higherIsBetter: boolean;
  /** rounds without a better score that end the fit, by the best round; default max(base, 0.3 best + 20), base by rows */
  patience?: (bestRound: number) => number;
  /** rounds between two looks; default: so often that looking costs less than growing */
  every?: number;
  onScore?: (round: number, score: number) => void;
}

export interface BoostInput extends StopRules {
  train: BoostRows;
  /** watched for early stopping; without `earlyStopping` they are only checked */
  validation?: BoostRows | null;
  /** needs `validation` */
  earlyStopping?: EarlyStopping | null;
  objective: Objective;
  parameters?: Partial<BoostParameters>;
  /** fitted before (on these training rows or fewer); otherwise fitted here */
  binning?: readonly FeatureBinning[];
  binningOptions?: Partial<BinningOptions>;
  /** goes on from this model: its trees stay, `rounds` more are added. Same features and objective. */
  warmStart?: TreeModel;
  seed: number;
  /** bytes that the fit's memory may take; default what wasm32 can address */
  memoryLimitBytes?: number;
  /** raises the learning rate after ten rounds when too few fit before the deadline to get anywhere; default false */
  adaptToDeadline?: boolean;
  /** the rate after ten rounds, as an earlier fit chose it by its pace: repeats that fit without a clock */
  adaptedLearningRate?: number | undefined;
}

export interface BoostResult {
  model: TreeModel;
  /** rounds kept: the best round with early stopping, otherwise all that were grown */
  rounds: number;
  /** rounds grown in all */
  grownRounds: number;
  /** [round, score] of every look */
  curve: [number, number][];
  /** the deadline ended the fit */
  truncated: boolean;
  /** bytes of the fit's memory */
  memoryBytes: number;
  /** rounds that used the float histogram although packed was allowed */
  floatRounds: number;
  learningRate: number;
}
