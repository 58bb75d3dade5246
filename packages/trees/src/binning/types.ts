import type { FeatureInput } from '../types.ts';

/** How features become bins; the defaults are LightGBM's. */
export interface BinningOptions {
  /** bins for values, 2..255; the missing value has one more */
  maxBins: number;
  minDataInBin: number;
  /** rows looked at to find the bins of a numeric feature */
  sampleRows: number;
  /** levels with fewer rows share one bin */
  minLevelCount: number;
  seed: number;
}

/** Rows that lie below each other in the training matrix: those of the training, or those of the validation. */
export interface MatrixPart {
  features: readonly FeatureInput[];
  rows: number;
}

/** Where the features are in the training matrix: uint8, one column after the other, column c of row r at c x rows + r. */
export interface MatrixLayout {
  rows: number;
  features: number;
  /** features that are hardly ever away from their most frequent bin share columns, when no row has two of them away */
  columns: number;
  /** different values per column, at most 256 */
  columnBins: Int32Array;
  /** -1: no column, since the feature cannot split the training rows; featureBins is 1 then */
  featureColumn: Int32Array;
  /**
   * 0: the feature has a column of its own, whose values are its bins. Otherwise the values offset..offset+bins-2 of a
   * shared column are its bins in order, without featureDefault; any other value means featureDefault.
   */
  featureOffset: Int32Array;
  /** -1: a column of its own */
  featureDefault: Int32Array;
  /** bins with bin 0 */
  featureBins: Int32Array;
  /** 1: categorical */
  featureCategorical: Uint8Array;
}
