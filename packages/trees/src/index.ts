export { fitBinning } from './binning/fit.ts';
export type * from './binning/types.ts';
export type * from './boosting/types.ts';
export { TreesError, type TreesErrorCode } from './errors.ts';
export type * from './types.ts';
