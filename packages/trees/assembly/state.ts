// The training data that growers share. The host sets these before a fit; see src/binning/matrix.ts for the layout.

export let matrixRows: i32 = 0;
/** u8, column c of row r at matrixBins + c * matrixRows + r */
export let matrixBins: usize = 0;
export let featureCount: i32 = 0;
/** i32 per feature each: column; first value in a shared column (0: own column); bin of other values (-1); bins */
export let featureColumn: usize = 0;
export let featureOffset: usize = 0;
export let featureDefault: usize = 0;
export let featureBins: usize = 0;
/** u8 per feature: 1 is categorical */
export let featureCategorical: usize = 0;
