import type { BinningOptions } from '../binning/types.ts';
import type { FeatureBinning, FeatureInput, StopRules, TreeModel } from '../types.ts';

export type ForestTask = { kind: 'regression' } | { kind: 'classification'; classes: number };

export interface ForestParameters {
  trees: number;
  /** share of the features that a node looks at, or their square root; default 'sqrt' for classes, 1 for regression */
  maxFeatures: number | 'sqrt';
  /** rows drawn anew for every tree, each with a weight from Poisson(maxSamples); default: only with splitter 'best' */
  bootstrap: boolean;
  /** share of the rows that a tree learns from; without bootstrap they are drawn without putting back */
  maxSamples: number;
  /** 0: no limit. With a limit the leaf whose split lowers the impurity most is split next. */
  maxLeaves: number;
  /** 0: no limit */
  maxDepth: number;
  /** different rows that a leaf has at least, whatever their weights */
  minDataInLeaf: number;
  /** different rows that a node needs to be split */
  minDataToSplit: number;
  /** least decrease of impurity of a split, times the node's share of the tree's weight (as scikit-learn defines it) */
  minImpurityDecrease: number;
  /** random: one split per feature and node, drawn among the bins the node has (extremely randomised trees) */
  splitter: 'best' | 'random';
  /** default gini for classes, squared for regression */
  criterion: 'gini' | 'entropy' | 'squared';
  /** one per class, multiplied into the row weights */
  classWeights: readonly number[] | null;
  /** regression only: 1 rising, -1 falling, 0 free, one per feature; null: all free */
  monotone: readonly (-1 | 0 | 1)[] | null;
}

export interface ForestInput extends StopRules {
  features: readonly FeatureInput[];
  rows: number;
  /** regression: finite numbers; classification: 0..classes-1 */
  target: Float64Array;
  /** not negative; 1 each where left out. Rows of weight 0 are in no tree. */
  weights?: Float64Array | undefined;
  task: ForestTask;
  parameters?: Partial<ForestParameters>;
  /** fitted before (on these training rows or fewer); otherwise fitted here */
  binning?: readonly FeatureBinning[];
  binningOptions?: Partial<BinningOptions>;
  seed: number;
  /** bytes that the fit's memory and the trees grown may take; default what wasm32 can address */
  memoryLimitBytes?: number | undefined;
  /** bytes that the trees may take: the forest has fewer of them, but at least one */
  modelLimitBytes?: number;
  /** whether out-of-bag predictions are wanted (rows x outputs x 8 bytes); default true */
  outOfBag?: boolean;
  /** called after every tree with the number grown so far */
  onTree?: (trees: number) => void;
}

export interface ForestResult {
  /** kind 'forest', link 'none': outputs are class probabilities, or the value */
  model: TreeModel;
  /**
   * rows x outputs, the mean over the trees that did not see the row; NaN where every tree saw it. Null where every
   * tree sees every row. An early signal for ranking: no honest estimate where rows depend on each other.
   */
  outOfBag: Float64Array | null;
  /** trees grown; 0 for a constant model, which is what one gets from constant features, one class or a late start */
  trees: number;
  /** the deadline, or the memory that the trees take, ended the fit before all were grown */
  truncated: boolean;
  /** bytes of the fit's memory */
  memoryBytes: number;
}

/** What the memory of a fit depends on, known before any row is read. */
export interface ForestFacts {
  rows: number;
  features: number;
  /** columns of the training matrix: at most the features, fewer where sparse features share columns */
  columns: number;
  task: ForestTask;
  /** some feature is categorical */
  categorical: boolean;
}

export interface IsolationInput extends StopRules {
  features: readonly FeatureInput[];
  rows: number;
  /** default 100 */
  trees?: number;
  /** rows that a tree is grown on; default 256 */
  sampleRows?: number;
  seed: number;
  memoryLimitBytes?: number;
}
