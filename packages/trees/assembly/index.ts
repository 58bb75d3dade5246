// What the kernel exports; every module is one concern. State that several modules read is in state.ts.
export * from './bin';
export {
  categoryL2,
  categorySmoothing,
  maxCategoriesPerSplit,
  maxCategoriesToOneHot,
  minDataPerGroup,
} from './category-split';
export { averagePathLength, forestGrow, forestKeepVarying } from './forest-grow';
export * from './forest-sample';
export { forestBegin } from './forest-search';
export * from './forest-state';
export { forestWaiting, waitingNodeBytes } from './forest-waiting';
export * from './grow';
export * from './histogram';
export { leafBytes, leafRecords } from './leaf';
export * from './leaf-values';
export { exp, log, sigmoid } from './math';
export {
  gradientUnit,
  hessianUnit,
  l1,
  l2,
  maxDeltaStep,
  minDataInLeaf,
  minGain,
  minHessian,
  monotone,
  pathSmoothing,
} from './node-search';
export * from './objective';
export { partitionScratch } from './partition';
export * from './predict';
export { seedRandom } from './random';
export * from './sample';
export {
  drawnFeatures,
  extraRandom,
  featureFractionByNode,
  searchRandom,
  treeFeatureCount,
  treeFeatures,
} from './search';
export * from './shap';
export * from './sort';
export * from './state';
export { sketches } from './vector-histogram';
export * from './vector-softmax';
