import type { TreeModel } from '../types.ts';

/** How much every feature did while training; arrays with a number per feature, in the order of the model's binning. */
export interface FeatureImportance {
  /** sum of the gains of its splits, in the unit of TreeEnsemble.gain, not scaled to add up to 1; 0 without splits */
  gain: Float64Array;
  /** number of its splits */
  splits: Int32Array;
}

/**
 * Adds up the gains and counts the splits of all trees, by feature. Gains of different kinds of model, or of different
 * losses, do not compare; isolation forests have none but 0. The arrays belong to the caller; nothing is thrown for a
 * model that was fitted or decoded.
 */
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
