export { alignTable, type ModelColumn } from './align.ts';
export { type SelectableModel, selectSoFar } from './anytime.ts';
export { type ArtifactHeader, loadModel, readArtifactHeader } from './artifact.ts';
export { type AutomlOptions, type AutomlResult, automl } from './automl.ts';
export { loadedBackend } from './backend/loaded.ts';
export { type ComparedModel, compareModels, type PairComparison, tiedModels } from './compare.ts';
export { type Container, readContainer, sha256Hex, writeContainer } from './container.ts';
export { type EvaluationInput, evaluateModel } from './evaluate.ts';
export { type ImportanceOptions, modelImportance, permutationImportance } from './explain/importance.ts';
export { type DependenceOptions, partialDependence } from './explain/partial-dependence.ts';
export { type FamilyLookup, families, familyOf } from './families.ts';
export type { Calibration } from './finish/calibration.ts';
export type { Finishing } from './finish/finishing.ts';
export { intervalsAround, type ResidualTable, residualTable } from './finish/intervals.ts';
export { holdoutMetrics } from './holdout.ts';
export { kernelHashes } from './kernels.ts';
export type * from './models/types.ts';
export { type LeakFinding, type PlanRequest, planExperiment, planWithTable, refinePlan } from './plan/plan.ts';
export type { SearchRequest } from './plan/search.ts';
export {
  dataFacts,
  decodePredictions,
  decodePrepared,
  encodePredictions,
  encodePrepared,
  prepareData,
  type StoredPredictions,
  targetValues,
} from './prepare.ts';
export { type RefitKind, type RefitOptions, refitModel } from './refit/refit.ts';
export { budgetEndMs, capAtStartMs, noCapMs, reserveMs, spentMs } from './study/budget.ts';
export { bestTrial } from './study/choice.ts';
export { createStudy, type StudyOptions, step } from './study/study.ts';
export type * from './study/types.ts';
export { completedFacts } from './trial/facts.ts';
export { runTrial } from './trial/trial.ts';
export type * from './types.ts';
