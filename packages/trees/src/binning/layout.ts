import { TreesError } from '../errors.ts';
import type { FeatureBinning } from '../types.ts';
import { bundleFeatures } from './bundle.ts';
import { checkFeatures, checkKinds } from './check.ts';
import type { MatrixLayout, MatrixPart } from './types.ts';
import { binOfRow, type StackedFeature, unusualRows } from './usual-bin.ts';
import { binCount } from './write-bins.ts';

/**
 * Decides which features share which columns of the training matrix. `parts`: the training rows, then those of the
 * validation, which lie below each other in one matrix. A feature that cannot split the training rows has no column.
 * Throws INVALID_DATA.
 */
export function planMatrix(parts: readonly MatrixPart[], binning: readonly FeatureBinning[]): MatrixLayout {
  const rows = checkParts(parts, binning);
  const features = binning.length;
  const layout: MatrixLayout = {
    rows,
    features,
    columns: 0,
    columnBins: new Int32Array(0),
    featureColumn: new Int32Array(features).fill(-1),
    featureOffset: new Int32Array(features),
    featureDefault: new Int32Array(features).fill(-1),
    featureBins: new Int32Array(features).fill(1),
    featureCategorical: Uint8Array.from(binning, (one) => (one.kind === 'categorical' ? 1 : 0)),
  };
  const used = binning
    .map((_, index) => ({ index, stacked: stack(parts, binning, index, rows) }))
    .filter(({ stacked }) => canSplit(stacked));
  for (const { index, stacked } of used) layout.featureBins[index] = binCount(stacked.binning);
  const bundles = new Map(bundleFeatures(used, rows).map((bundle) => [bundle.features[0]!, bundle]));
  const columnBins: number[] = [];
  for (const { index } of used) {
    const bundle = bundles.get(index);
    if (bundle) columnBins.push(placeBundle(layout, bundle.features, bundle.usual, columnBins.length));
    if (layout.featureColumn[index] !== -1) continue;
    layout.featureColumn[index] = columnBins.length;
    columnBins.push(layout.featureBins[index]!);
  }
  return { ...layout, columns: columnBins.length, columnBins: Int32Array.from(columnBins) };
}

function checkParts(parts: readonly MatrixPart[], binning: readonly FeatureBinning[]): number {
  if (parts.length === 0) throw new TreesError('INVALID_DATA', 'There are no rows to learn from.');
  let rows = 0;
  for (const part of parts) {
    checkFeatures(part.features, part.rows);
    checkKinds(part.features, binning);
    rows += part.rows;
  }
  if (rows >= 2 ** 31) throw new TreesError('INVALID_DATA', `${rows} rows are more than 2,147,483,647.`);
  return rows;
}

function stack(
  parts: readonly MatrixPart[],
  binning: readonly FeatureBinning[],
  index: number,
  rows: number,
): StackedFeature {
  return {
    parts: parts.map((part) => ({ feature: part.features[index]!, rows: part.rows })),
    rows,
    binning: binning[index]!,
  };
}

/** Whether training rows can be in two different bins; certain where there are only two bins. */
function canSplit({ parts, binning }: StackedFeature): boolean {
  if (binCount(binning) > 2) return true;
  const training = parts[0]!;
  const firstBin = binOfRow(training.feature, binning, 0);
  return unusualRows({ parts: [training], rows: training.rows, binning }, firstBin, new Int32Array(0)) !== 0;
}

/** Gives each feature its stretch of the values of the column, from 1; 0 is the usual bin of all. */
function placeBundle(layout: MatrixLayout, features: number[], usual: number[], column: number): number {
  let values = 1;
  features.forEach((feature, i) => {
    layout.featureColumn[feature] = column;
    layout.featureOffset[feature] = values;
    layout.featureDefault[feature] = usual[i]!;
    values += layout.featureBins[feature]! - 1;
  });
  return values;
}
