export { fitBinning } from './binning/fit.ts';
export type * from './binning/types.ts';
export { boost } from './boosting/boost.ts';
export { predictBoostBytes, sharesTrees } from './boosting/memory.ts';
export { defaultBoostParameters } from './boosting/parameters.ts';
export { type RefitInput, refit } from './boosting/refit.ts';
export type * from './boosting/types.ts';
export { TreesError, type TreesErrorCode } from './errors.ts';
export { fitForest } from './forest/fit.ts';
export { anomalyScores, fitIsolationForest } from './forest/isolation.ts';
export { predictForestBytes } from './forest/memory.ts';
export type * from './forest/types.ts';
export { kernelSha256 } from './generated/kernel.ts';
export { createEnsembleBuilder, type EnsembleBuilder, type EnsembleShape, type GrownTree } from './model/builder.ts';
export {
  type Decision,
  type DecisionNode,
  type DecisionTree,
  describeDecision,
  describeTree,
  type Interval,
  toDecisions,
} from './model/decisions.ts';
export { decodeModel } from './model/decode.ts';
export { encodedModelBytes, encodeModel, type ModelPlan, predictedModelBytes } from './model/encode.ts';
export { type FeatureImportance, featureImportance } from './model/importance.ts';
export { createPredictor, type Predictor, type PredictorOptions } from './model/predictor.ts';
export type * from './types.ts';
