import { isNumeric, type Table } from '@laurel/tabular';
import type { TargetOutputs } from '../outputs.ts';
import { fitTargetCodes } from '../target-encoding.ts';
import { binned } from './bins.ts';
import { asCodes, type KeyColumn, keyColumns } from './keys.ts';

/** Numbers are codes where their levels explain more of the target than stretches of numbers do, by at least this. */
const [leastMore, leastFactor] = [0.002, 1.2];

/**
 * The columns that say something as categories, judged by the training rows. Whole numbers count where knowing the number
 * itself tells more than knowing about how large it is. Columns that tell the same rows apart as an earlier one, such as
 * the code of a title beside the title, are left out.
 */
export function tellingKeys(
  table: Table,
  rows: Int32Array,
  outputs: TargetOutputs,
  folds: Uint8Array,
  placesOf: (key: KeyColumn) => Int32Array,
): KeyColumn[] {
  const seen: Int32Array[] = [];
  return keyColumns(table, rows).filter((key) => {
    const { codes, levels } = asCodes(Float64Array.from(placesOf(key)));
    if (key.numbers && !isCode(table, rows, key, { codes, size: levels.length }, outputs, folds)) return false;
    if (seen.some((other) => other.every((code, i) => code === codes[i]))) return false;
    return seen.push(codes) > 0;
  });
}

function isCode(
  table: Table,
  rows: Int32Array,
  { name }: KeyColumn,
  { codes, size }: { codes: Int32Array; size: number },
  { values: outputs }: TargetOutputs,
  folds: Uint8Array,
): boolean {
  const column = table.columns.find((candidate) => candidate.name === name)!;
  if (!isNumeric(column)) return true;
  const bins = binned(Float64Array.from(rows, (row) => column.values[row]!));
  const bySize = explained(outputs, fitTargetCodes(Int32Array.from(bins.of), bins.size + 1, outputs, folds).training);
  const byLevel = explained(outputs, fitTargetCodes(codes, size, outputs, folds).training);
  return byLevel > leastFactor * Math.max(0, bySize) + leastMore;
}

/** Share of the target's variance that its out-of-fold means explain, over all outputs; below 0 where they only add noise. */
export function explained(outputs: readonly Float64Array[], means: readonly Float64Array[]): number {
  let left = 0;
  let all = 0;
  for (const [k, output] of outputs.entries()) {
    const mean = output.reduce((sum, value) => sum + value, 0) / Math.max(1, output.length);
    for (let i = 0; i < output.length; i++) {
      left += (output[i]! - means[k]![i]!) ** 2;
      all += (output[i]! - mean) ** 2;
    }
  }
  return all > 0 ? 1 - left / all : 0;
}
