import type { Arena } from '../kernel/arena.ts';
import type { Kernel } from '../kernel/module.ts';
import type { FeatureBinning, FeatureInput } from '../types.ts';
import { asBounds } from './check.ts';
import type { MatrixLayout, MatrixPart } from './types.ts';
import { type BinKernel, binOfNumber, eachSparse, stagedBins, stagingBytes, writeFeatureBins } from './write-bins.ts';

/** The buffers of the arena that the training matrix takes. */
export type MatrixBuffer =
  | 'matrixBins'
  | 'featureColumn'
  | 'featureOffset'
  | 'featureDefault'
  | 'featureBins'
  | 'featureCategorical'
  | 'binStaging';

/** Bytes of each buffer. `binStaging` is free again once the matrix is filled. */
export function matrixSizes(layout: Pick<MatrixLayout, 'rows' | 'columns' | 'features'>): Record<MatrixBuffer, number> {
  return {
    matrixBins: layout.columns * layout.rows,
    featureColumn: layout.features * 4,
    featureOffset: layout.features * 4,
    featureDefault: layout.features * 4,
    featureBins: layout.features * 4,
    featureCategorical: layout.features,
    binStaging: stagingBytes,
  };
}

/**
 * Writes the bins of all rows and the layout into the kernel's memory, and tells the kernel where they are. `parts` and
 * `binning` are those that the layout was planned for.
 */
export function fillMatrix<Name extends MatrixBuffer>(
  kernel: Kernel<Name>,
  layout: MatrixLayout,
  parts: readonly MatrixPart[],
  binning: readonly FeatureBinning[],
): void {
  const { at } = kernel.arena as Arena<MatrixBuffer>;
  for (let feature = 0; feature < layout.features; feature++) {
    const column = layout.featureColumn[feature]!;
    if (column < 0) continue;
    const share = { usual: layout.featureDefault[feature]!, offset: layout.featureOffset[feature]! };
    let out = at.matrixBins + column * layout.rows;
    if (share.offset === 1) new Uint8Array(kernel.memory.buffer, out, layout.rows).fill(0);
    for (const part of parts) {
      const target = { kernel, out, rows: part.rows, staging: at.binStaging };
      if (share.usual === -1) writeOwn(target, part.features[feature]!, binning[feature]!);
      else writeShared(target, part.features[feature]!, binning[feature]!, share);
      out += part.rows;
    }
  }
  writeLayout(kernel, at, layout);
}

/** Stretch of a column for the rows of one part. */
interface Target {
  kernel: BinKernel;
  out: number;
  rows: number;
  staging: number;
}

interface Share {
  usual: number;
  offset: number;
}

function writeOwn({ kernel, out, rows, staging }: Target, feature: FeatureInput, binning: FeatureBinning): void {
  writeFeatureBins(kernel, feature, binning, 0, rows, out, staging);
}

function writeShared(target: Target, feature: FeatureInput, binning: FeatureBinning, share: Share): void {
  const { kernel, out, rows, staging } = target;
  if (feature.kind === 'sparse' && binOfNumber(asBounds(binning), 0) === share.usual) {
    const column = new Uint8Array(kernel.memory.buffer, out, rows);
    eachSparse(kernel, feature, asBounds(binning), 0, rows, staging, (row, bin) => {
      if (bin !== share.usual) column[row] = share.offset + bin - (bin > share.usual ? 1 : 0);
    });
    return;
  }
  const chunk = stagedBins(staging);
  for (let row = 0; row < rows; row += chunk.rows) {
    const end = Math.min(rows, row + chunk.rows);
    writeFeatureBins(kernel, feature, binning, row, end, chunk.address, staging);
    kernel.exports.shareBins(chunk.address, end - row, share.usual, share.offset, out + row);
  }
}

function writeLayout(kernel: Kernel<string>, at: Record<MatrixBuffer, number>, layout: MatrixLayout): void {
  const { exports, memory } = kernel;
  const { features } = layout;
  for (const name of ['featureColumn', 'featureOffset', 'featureDefault', 'featureBins'] as const) {
    new Int32Array(memory.buffer, at[name], features).set(layout[name]);
    exports[name].value = at[name];
  }
  new Uint8Array(memory.buffer, at.featureCategorical, features).set(layout.featureCategorical);
  exports.featureCategorical.value = at.featureCategorical;
  exports.matrixBins.value = at.matrixBins;
  exports.matrixRows.value = layout.rows;
  exports.featureCount.value = features;
}
