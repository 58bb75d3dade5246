import type { TreeModel } from '../types.ts';

/** How much every feature did while training, as numbers per feature. */
export interface FeatureImportance {
  /** sum of the gains of its splits */
  gain: Float64Array;
  /** number of its splits */
  splits: Int32Array;
}

/** Adds up the gains (see TreeEnsemble.gain for their unit) and counts the splits of all trees; one entry per feature. */
export function featureImportance(model: TreeModel): FeatureImportance {
  const { feature, gain } = model.ensemble;
  const result = {
    gain: new Float64Array(model.binning.length),
    splits: new Int32Array(model.binning.length),
  };
  for (let node = 0; node < feature.length; node++) {
    result.gain[feature[node]!]! += gain[node]!;
    result.splits[feature[node]!]! += 1;
  }
  return result;
}
