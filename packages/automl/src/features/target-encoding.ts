import { createRandom, deriveSeed, groupFolds } from '@laurel/tabular';
import type { TargetOutputs } from './outputs.ts';

const folds = 5;
const smoothing = 10;

/**
 * A fold 0..4 for each row, each with its share of every class, or of every tenth of the values. Rows of one block share
 * a fold: codes of their target from each other would tell a model what it cannot know of new blocks.
 */
export function targetFolds({ values, blocks }: TargetOutputs, seed: number): Uint8Array {
  const rows = values[0]?.length ?? 0;
  const strata = strataOf(values, rows);
  const own = deriveSeed(seed, 'target folds');
  const count = blocks ? new Set(blocks).size : 0;
  // a single block has no others that it could be coded from
  if (blocks && count > 1) {
    const target = Float64Array.from(strata);
    const most = Math.min(folds, count);
    return Uint8Array.from(groupFolds({ groups: blocks, target, kind: 'classes', folds: most, seed: own })[0]!);
  }
  const order = createRandom(own).shuffle(Int32Array.from({ length: rows }, (_, i) => i));
  const result = new Uint8Array(rows);
  // Each stratum goes on with the fold after the one where it ended: the folds are equally large.
  const next = new Int32Array(16).map((_, stratum) => stratum % folds);
  for (const row of order) {
    const stratum = strata[row]!;
    result[row] = next[stratum]!;
    next[stratum] = (next[stratum]! + 1) % folds;
  }
  return result;
}

/** The class, the last for those without an output of their own; or the tenth of the values. */
function strataOf(outputs: readonly Float64Array[], rows: number): Uint8Array {
  const strata = new Uint8Array(rows);
  const isClasses = outputs.every((output) => output.every((value) => value === 0 || value === 1));
  if (isClasses) {
    for (const [k, output] of outputs.entries()) for (let i = 0; i < rows; i++) if (output[i] === 1) strata[i] = k + 1;
    return strata;
  }
  const sorted = outputs[0]!.slice().sort();
  const ends = Array.from({ length: 9 }, (_, i) => sorted[Math.floor(((i + 1) * rows) / 10)]!);
  for (let i = 0; i < rows; i++) strata[i] = ends.filter((end) => outputs[0]![i]! >= end).length;
  return strata;
}

export interface TargetCodes {
  /** one number per level, then one for missing and unseen; one array per output */
  tables: Float64Array[];
  /** the same for the training rows, made from other rows than their own */
  training: Float64Array[];
}

/**
 * Replaces a category by the smoothed mean of the target among its rows: (n mean + 10 m) / (n + 10), m the mean of the
 * level means. Training rows get values from the other four of five folds, else the model would read its own
 * answer. `outputs[k]` is the target of output k (0/1 for classes) per training row; `codes` are those rows' codes, and
 * `fold` those of `targetFolds`. After AutoGluon's oof_target_encoder.
 */
export function fitTargetCodes(
  codes: Int32Array,
  levels: number,
  outputs: readonly Float64Array[],
  fold: Uint8Array,
): TargetCodes {
  const tables: Float64Array[] = [];
  const training: Float64Array[] = [];
  for (const output of outputs) {
    tables.push(encode(codes, levels, output, fold, -1));
    const own = new Float64Array(codes.length);
    for (let left = 0; left < folds; left++) {
      const table = encode(codes, levels, output, fold, left);
      for (let i = 0; i < own.length; i++) {
        if (fold[i] === left) own[i] = table[codes[i]! < 0 ? levels : codes[i]!]!;
      }
    }
    training.push(own);
  }
  return { tables, training };
}

function encode(codes: Int32Array, levels: number, output: Float64Array, fold: Uint8Array, left: number): Float64Array {
  const sums = new Float64Array(levels + 1);
  const counts = new Float64Array(levels + 1);
  for (let i = 0; i < codes.length; i++) {
    if (fold[i] === left) continue;
    const code = codes[i]! < 0 ? levels : codes[i]!;
    sums[code]! += output[i]!;
    counts[code]! += 1;
  }
  let meanOfMeans = 0;
  let seen = 0;
  for (let code = 0; code <= levels; code++) {
    if (counts[code]! > 0) {
      meanOfMeans += sums[code]! / counts[code]!;
      seen++;
    }
  }
  const prior = seen > 0 ? meanOfMeans / seen : 0;
  return sums.map((sum, code) => (sum + smoothing * prior) / (counts[code]! + smoothing));
}
