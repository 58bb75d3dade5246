import { type Column, isNumeric, type Table } from '@laurel/tabular';
import type { TargetOutputs } from '../outputs.ts';
import { fitTargetCodes } from '../target-encoding.ts';
import { binned } from './bins.ts';
import { asCodes, type KeyColumn, keyOf, placeReader } from './keys.ts';

/** Numbers are codes where their levels explain more of the target than stretches of numbers do, by at least this. */
const [leastMore, leastFactor] = [0.002, 1.2];
/** Rows that columns are judged by: fewer where there are many columns, but not too few to judge by. */
const [mostRows, mostCells, leastRows] = [20_000, 2_000_000, 2000];

export interface TellingKey {
  key: KeyColumn;
  /** share of the target's variance that its levels explain out of fold */
  explained: number;
}

type Sample = { table: Table; rows: Int32Array; outputs: Float64Array[]; folds: Uint8Array };

/**
 * The columns that say something as categories, judged by the training rows; one result per column of the table, null
 * for those that do not. Whole numbers count where knowing the number itself tells more than knowing about how large it
 * is. Columns that tell the same rows apart as an earlier one, such as the code of a title beside the title, are left out.
 */
export function* tellingKeys(
  table: Table,
  rows: Int32Array,
  outputs: TargetOutputs,
  folds: Uint8Array,
): Generator<TellingKey | null> {
  const sample = sampleOf(table, rows, outputs, folds);
  const seen: Int32Array[] = [];
  for (const column of table.columns) {
    const key = keyOf(column, rows);
    const judged = key && judge(column, key, sample);
    if (!judged || seen.some((other) => other.every((code, i) => code === judged.codes[i]))) {
      yield null;
      continue;
    }
    seen.push(judged.codes);
    yield { key, explained: judged.explained };
  }
}

function sampleOf(table: Table, rows: Int32Array, { values }: TargetOutputs, folds: Uint8Array): Sample {
  const most = Math.max(leastRows, Math.min(mostRows, Math.floor(mostCells / Math.max(1, table.columns.length))));
  if (rows.length <= most) return { table, rows, outputs: values, folds };
  const places = Int32Array.from({ length: most }, (_, i) => Math.floor((i * rows.length) / most));
  return {
    table,
    rows: places.map((place) => rows[place]!),
    outputs: values.map((output) => Float64Array.from(places, (place) => output[place]!)),
    folds: Uint8Array.from(places, (place) => folds[place]!),
  };
}

/** Null: its numbers say no more than about how large they are. */
function judge(column: Column, key: KeyColumn, { table, rows, outputs, folds }: Sample) {
  const { codes, levels } = asCodes(Float64Array.from(placeReader(key)(table, rows)));
  const byLevel = explained(outputs, fitTargetCodes(codes, levels.length, outputs, folds).training);
  if (key.numbers && isNumeric(column)) {
    const bins = binned(Float64Array.from(rows, (row) => column.values[row]!));
    const bySize = explained(outputs, fitTargetCodes(Int32Array.from(bins.of), bins.size + 1, outputs, folds).training);
    if (byLevel <= leastFactor * Math.max(0, bySize) + leastMore) return null;
  }
  return { codes, explained: byLevel };
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
