import { checkFeatures, checkKinds } from '../binning/check.ts';
import { stagingBytes, writeFeatureBins } from '../binning/write-bins.ts';
import type { Kernel } from '../kernel/module.ts';
import type { FeatureBinning, FeatureInput } from '../types.ts';

/** Buffers for a block of rows: bins by column as binning writes them, then by row as trees read them. */
export type BlockBuffer = 'columns' | 'rows' | 'staging';

/** Bins of a block by row, which should stay in the second-level cache; but no fewer rows than pay for the calls. */
const blockBytes = 65_536;
const leastRows = 256;
const mostRows = 1_024;
/** what the outputs of a block may take, in f64: a file may claim very many outputs */
const outputBytes = 2 ** 24;

/** Rows per block (a multiple of eight) for so many features and outputs. */
export function rowsPerBlock(features: number, outputs: number): number {
  const fitting = Math.floor(blockBytes / Math.max(1, features) / 8) * 8;
  const writable = Math.floor(outputBytes / (8 * outputs) / 8) * 8;
  return Math.max(8, Math.min(writable, Math.max(leastRows, Math.min(mostRows, fitting))));
}

export function blockSizes(features: number, rows: number): Record<BlockBuffer, number> {
  const bytes = Math.max(1, features) * rows;
  return { columns: bytes, rows: bytes, staging: stagingBytes };
}

/** Throws INVALID_DATA unless the features are those that the binning was learnt from; no rows are fine. */
export function checkInput(features: readonly FeatureInput[], binning: readonly FeatureBinning[], rows: number): void {
  if (rows !== 0) checkFeatures(features, rows);
  checkKinds(features, binning);
}

/** Bins rows fromRow..toRow-1 of the features in `used` into the buffer `rows`, one byte each, row after row. */
export function writeBlock(
  kernel: Kernel<BlockBuffer>,
  features: readonly FeatureInput[],
  binning: readonly FeatureBinning[],
  used: Int32Array,
  fromRow: number,
  toRow: number,
): void {
  const { columns, rows, staging } = kernel.arena.at;
  const count = toRow - fromRow;
  for (let i = 0; i < used.length; i++) {
    const feature = used[i]!;
    writeFeatureBins(kernel, features[feature]!, binning[feature]!, fromRow, toRow, columns + i * count, staging);
  }
  kernel.exports.predictTranspose(columns, count, used.length, count, rows, used.length);
}
