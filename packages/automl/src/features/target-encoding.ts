import { createRandom } from '@laurel/tabular';

const folds = 5;
const smoothing = 10;

export interface TargetCodes {
  /** one number per level, then one for missing and unseen; one array per output */
  tables: Float64Array[];
  /** the same for the training rows, made from other rows than their own */
  training: Float64Array[];
}

/**
 * Replaces a category by the smoothed mean of the target among its rows: (n mean + 10 m) / (n + 10), m the mean of the
 * level means. Training rows get values from the other four of five random folds, else the model would read its own
 * answer. `outputs[k]` is the target of output k (0/1 for classes) per training row; `codes` are those rows' codes.
 * After AutoGluon's oof_target_encoder.
 */
export function fitTargetCodes(codes: Int32Array, levels: number, outputs: Float64Array[], seed: number): TargetCodes {
  const fold = new Uint8Array(codes.length);
  for (let i = 0; i < fold.length; i++) fold[i] = i % folds;
  createRandom(seed).shuffle(fold);
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
