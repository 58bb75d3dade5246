// What growing a tree of a forest knows: settings and buffers that the host gives, and the node that is looked at.

/** pair: sums (weight, weight x target) for regression and two classes; classes: a sum per class; isolation: none */
export const pairTask: i32 = 0;
export const classTask: i32 = 1;
export const isolationTask: i32 = 2;

export let forestTask: i32 = 0;
/** numbers that a leaf says: 1, or one per class */
export let forestOutputs: i32 = 1;
/** 1: entropy in place of gini */
export let forestEntropy: i32 = 0;
/** what scores are multiplied by to become an impurity: 2 for gini of two classes, 1 / ln 2 for entropy, else 1 */
export let forestImpurityUnit: f64 = 1;
/** 1: one random threshold per feature and node */
export let forestRandomSplits: i32 = 0;
/** 0: no limit, grown depth first */
export let forestMaxLeaves: i32 = 0;
/** 0: no limit */
export let forestMaxDepth: i32 = 0;
export let forestMinLeafRows: i32 = 1;
export let forestMinSplitRows: i32 = 2;
export let forestMinDecrease: f64 = 0;
/** features looked at per node */
export let forestNodeFeatures: i32 = 1;
/** i8 per feature, or 0: 1 rising, -1 falling */
export let forestMonotone: usize = 0;
/** i32 per usable feature: those that vary, permuted while a tree grows */
export let forestFeatures: usize = 0;
export let forestFeatureCount: i32 = 0;
/** for random splits, per feature: f64 x 256, a value for each bin, and u8 x 256, bins by their mean target, or 0 */
export let forestBinValues: usize = 0;
export let forestBinOrder: usize = 0;
/** added to the value of every leaf */
export let forestOffset: f64 = 0;

/** 16 bytes */
export let forestRandomState: usize = 0;
/** f64 per row each */
export let forestWeights: usize = 0;
export let forestTargets: usize = 0;
/** u32 thresholds of the number of times that a row is drawn, ascending, the last all ones */
export let forestDraws: usize = 0;

/** u32 per row: rows of the tree, then the others; every node is a piece of both */
export let forestOrder: usize = 0;
/** 16 bytes per row of the tree, in its order: (weight, weight x target), or (weight, class, class within the node) */
export let forestPayload: usize = 0;
/** like order and payload, for partitioning and sorting */
export let forestSpareOrder: usize = 0;
export let forestSparePayload: usize = 0;
/** u8 per row and 16 more */
export let forestBins: usize = 0;
/** 256 entries of 16 bytes (pair) or 8 bytes per class of the node, zero between two features */
export let forestHistogram: usize = 0;
/** f64 per class and 2 more, each */
export let forestTotals: usize = 0;
export let forestLeft: usize = 0;
export let forestMissing: usize = 0;
export let forestDirection: usize = 0;
/** i32 per class each: class of a number within the node, and back (-1: not in the node) */
export let forestClassList: usize = 0;
export let forestClassIndex: usize = 0;

/** i32 per waiting node, for the heap */
export let forestHeap: usize = 0;

/** the tree: arrays as in TreeEnsemble */
export let forestNodeFeature: usize = 0;
export let forestNodeLow: usize = 0;
export let forestNodeWidth: usize = 0;
export let forestNodeSet: usize = 0;
export let forestNodeLeft: usize = 0;
export let forestNodeRight: usize = 0;
export let forestNodeGain: usize = 0;
export let forestNodeCover: usize = 0;
export let forestSets: usize = 0;
export let forestLeafCover: usize = 0;
/** f64 per leaf: value (not for classTask) */
export let forestLeafValue: usize = 0;
/** 4 x i32 per leaf: where its rows of the tree are, how many, and the same for the others */
export let forestLeafRows: usize = 0;

/** f64 rows x outputs, and u32 per row: sums of predictions of trees that did not see the row, and how many did not */
export let forestOutOfBagSums: usize = 0;
export let forestOutOfBagTrees: usize = 0;
