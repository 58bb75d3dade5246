import { createRandom, deriveSeed, type Random } from './random.ts';

/** What a split balances: the shares of classes (whole numbers 0..k-1), or the distribution of values by quantile bins. */
export interface SplitInput {
  target: Float64Array;
  kind: 'classes' | 'values';
  seed: number;
}

/** Bins by quantile that a numeric target is balanced over. */
const valueBins = 20;

/**
 * Stratified folds, one assignment per repeat: the fold 0..folds-1 of each row.
 * A class with fewer rows than folds is never validated: its rows have -1 and are in every training part.
 * Targets must not be missing. Folds 2..127, repeats from 1.
 */
export function stratifiedFolds(input: SplitInput & { folds: number; repeats?: number }): Int8Array[] {
  const { folds, repeats = 1 } = input;
  if (!(Number.isInteger(folds) && folds >= 2 && folds <= 127)) {
    throw new RangeError(`The number of folds must be 2 to 127, not ${folds}.`);
  }
  const strata = strataOf(input);
  return Array.from({ length: repeats }, (_, repeat) => {
    const random = createRandom(deriveSeed(input.seed, 'folds', repeat));
    return assignFolds(strata, input.target.length, folds, input.kind, random);
  });
}

function assignFolds(strata: Int32Array[], rows: number, folds: number, kind: string, random: Random): Int8Array {
  const result = new Int8Array(rows).fill(-1);
  // Going on with the next fold where the last stratum ended keeps the folds equally large.
  let next = 0;
  for (const stratum of strata) {
    if (kind === 'classes' && stratum.length < folds) continue;
    const order = random.shuffle(Int32Array.from(stratum));
    for (const row of order) {
      result[row] = next;
      next = (next + 1) % folds;
    }
  }
  return result;
}

/**
 * Sets a stratified share of the rows aside. Row indexes ascending.
 * A class keeps at least one row in training; a class of one row is never held out.
 * @param fraction 0..0.9; 0 holds nothing out
 */
export function holdoutSplit(input: SplitInput & { fraction: number }): { training: Int32Array; holdout: Int32Array } {
  const { fraction, target } = input;
  if (!(fraction >= 0 && fraction <= 0.9))
    throw new RangeError(`The share to hold out must be 0 to 0.9, not ${fraction}.`);
  const random = createRandom(deriveSeed(input.seed, 'holdout'));
  const held = new Uint8Array(target.length);
  // The share is kept over all strata together: what rounding takes from one is given to the next.
  let wanted = 0;
  let taken = 0;
  for (const stratum of strataOf(input)) {
    wanted += stratum.length * fraction;
    const count = Math.max(0, Math.min(Math.round(wanted) - taken, stratum.length - 1));
    const order = random.shuffle(Int32Array.from(stratum));
    for (let i = 0; i < count; i++) held[order[i]!] = 1;
    taken += count;
  }
  const rows = Int32Array.from({ length: target.length }, (_, row) => row);
  return { training: rows.filter((row) => held[row] === 0), holdout: rows.filter((row) => held[row] === 1) };
}

/** Row indexes by class, or by quantile bin of the value. */
function strataOf(input: SplitInput): Int32Array[] {
  const { target, kind } = input;
  if (target.some(Number.isNaN)) throw new RangeError('A split needs a target without missing values.');
  if (kind === 'classes') {
    const byClass = new Map<number, number[]>();
    for (let row = 0; row < target.length; row++) {
      const rows = byClass.get(target[row]!);
      if (rows) rows.push(row);
      else byClass.set(target[row]!, [row]);
    }
    return [...byClass.entries()].sort(([a], [b]) => a - b).map(([, rows]) => Int32Array.from(rows));
  }
  const order = Int32Array.from({ length: target.length }, (_, row) => row);
  order.sort((a, b) => target[a]! - target[b]! || a - b);
  const bins = Math.max(1, Math.min(valueBins, Math.floor(target.length / 10)));
  return Array.from({ length: bins }, (_, bin) =>
    order.subarray(Math.floor((bin * order.length) / bins), Math.floor(((bin + 1) * order.length) / bins)),
  );
}
