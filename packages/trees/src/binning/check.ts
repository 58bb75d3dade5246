import { TreesError } from '../errors.ts';
import type { CategoricalBinning, FeatureBinning, FeatureInput, NumericBinning } from '../types.ts';

/** Trees keep the index of a feature in 16 bits. */
const maxFeatures = 65_535;
const maxRows = 2 ** 31 - 1;

/** Throws INVALID_DATA unless there is at least one row and feature, and every feature has `rows` rows. */
export function checkFeatures(features: readonly FeatureInput[], rows: number): void {
  if (!Number.isInteger(rows) || rows < 1 || rows > maxRows) {
    throw invalid(`There must be at least one row and at most ${maxRows}; the number of rows given is ${rows}.`);
  }
  if (features.length < 1 || features.length > maxFeatures) {
    throw invalid(`There must be between 1 and ${maxFeatures} columns; ${features.length} were given.`);
  }
  features.forEach((feature, index) => {
    checkFeature(feature, index, rows);
  });
}

/** Throws INVALID_DATA unless the features are as many as the binning knows, each of the kind it was fitted on. */
export function checkKinds(features: readonly FeatureInput[], binning: readonly FeatureBinning[]): void {
  if (features.length !== binning.length) {
    throw invalid(`${features.length} columns were given, but the bins were learnt from ${binning.length}.`);
  }
  features.forEach((feature, index) => {
    if ((feature.kind === 'categorical') !== (binning[index]!.kind === 'categorical')) {
      throw kindMismatch(`Column ${index}`, feature.kind, binning[index]!);
    }
  });
}

/** The bounds of a numeric feature; throws INVALID_DATA when the bins are of categories. */
export function asBounds(binning: FeatureBinning): NumericBinning {
  if (binning.kind === 'numeric') return binning;
  throw kindMismatch('A column', 'numeric', binning);
}

/** The levels of a categorical feature; throws INVALID_DATA when the bins are of numbers. */
export function asLevels(binning: FeatureBinning): CategoricalBinning {
  if (binning.kind === 'categorical') return binning;
  throw kindMismatch('A column', 'categorical', binning);
}

function kindMismatch(column: string, kind: FeatureInput['kind'], binning: FeatureBinning): TreesError {
  return invalid(`${column} holds ${noun(kind)}, but its bins were learnt from ${noun(binning.kind)}.`);
}

function noun(kind: FeatureInput['kind']): string {
  return kind === 'categorical' ? 'categories' : 'numbers';
}

function checkFeature(feature: FeatureInput, index: number, rows: number): void {
  switch (feature.kind) {
    case 'numeric':
      needArray(feature.values, Float64Array, `Column ${index}`, 'values');
      needLength(feature.values.length, rows, index);
      return;
    case 'sparse':
      checkSparse(feature, index, rows);
      return;
    case 'categorical':
      needArray(feature.codes, Int32Array, `Column ${index}`, 'codes');
      needLength(feature.codes.length, rows, index);
      if (!Number.isInteger(feature.levels) || feature.levels < 0 || feature.levels > maxRows) {
        throw invalid(`Column ${index} must say how many levels it has, as a whole number; it says ${feature.levels}.`);
      }
      return;
    default:
      throw invalid(`Column ${index} is neither numeric nor sparse nor categorical.`);
  }
}

function checkSparse(feature: Extract<FeatureInput, { kind: 'sparse' }>, index: number, rows: number): void {
  needArray(feature.rows, Int32Array, `Column ${index}`, 'rows');
  needArray(feature.values, Float64Array, `Column ${index}`, 'values');
  if (feature.rows.length !== feature.values.length) {
    throw invalid(
      `Column ${index} lists ${feature.rows.length} rows and ${feature.values.length} values; it needs one for each.`,
    );
  }
  let last = -1;
  for (const row of feature.rows) {
    if (row <= last || row >= rows) {
      throw invalid(
        `Column ${index} lists row ${row} after row ${last}; rows must rise, each once, and be below ${rows}.`,
      );
    }
    last = row;
  }
}

function needArray(
  value: unknown,
  type: Float64ArrayConstructor | Int32ArrayConstructor,
  column: string,
  part: string,
): void {
  if (!(value instanceof type)) throw invalid(`${column} must have its ${part} in a ${type.name}.`);
}

function needLength(length: number, rows: number, index: number): void {
  if (length !== rows) throw invalid(`Column ${index} has ${length} rows where ${rows} are needed.`);
}

function invalid(message: string): TreesError {
  return new TreesError('INVALID_DATA', message);
}
