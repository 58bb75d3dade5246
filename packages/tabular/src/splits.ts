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
 * The rows of a class with fewer of them than folds go to a fold each. A class of one row is never validated: its row has
 * -1 and is in every training part, since a model that has not seen the class cannot be right about it. Targets must not be missing. Folds 2..127, repeats from 1.
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
    if (kind === 'classes' && stratum.length === 1) continue;
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
 * @param fraction 0..0.9; 0 holds nothing out
 * @param keep rows of each class that stay for training at least; a class of as many is never held out
 * @param everyClass classes that can give a row give one, however small the share
 */
export function holdoutSplit(input: SplitInput & { fraction: number; keep?: number; everyClass?: boolean }): {
  training: Int32Array;
  holdout: Int32Array;
} {
  const { fraction, target, keep = 1, everyClass = false } = input;
  if (!(fraction >= 0 && fraction <= 0.9))
    throw new RangeError(`The share to hold out must be 0 to 0.9, not ${fraction}.`);
  const random = createRandom(deriveSeed(input.seed, 'holdout'));
  const held = new Uint8Array(target.length);
  // The share is kept over all strata together: what rounding takes from one is given to the next.
  let wanted = 0;
  let taken = 0;
  for (const stratum of strataOf(input)) {
    wanted += stratum.length * fraction;
    const least = everyClass && fraction > 0 ? 1 : 0;
    const count = Math.max(0, Math.min(Math.max(least, Math.round(wanted) - taken), stratum.length - keep));
    const order = random.shuffle(Int32Array.from(stratum));
    for (let i = 0; i < count; i++) held[order[i]!] = 1;
    taken += count;
  }
  const rows = Int32Array.from({ length: target.length }, (_, row) => row);
  return { training: rows.filter((row) => held[row] === 0), holdout: rows.filter((row) => held[row] === 1) };
}

/**
 * Folds that keep groups whole: the fold 0..folds-1 of each row, one assignment per repeat. Groups go, the largest and
 * most uneven first, to the fold where the classes stay most even (stratified group k-fold as in scikit-learn); of a
 * numeric target only the number of rows is balanced.
 * @param groups one whole number per row; @param folds 2..127, at most as many as there are groups
 */
export function groupFolds(
  input: SplitInput & { groups: ArrayLike<number>; folds: number; repeats?: number },
): Int8Array[] {
  const { folds, repeats = 1, groups, target, kind } = input;
  if (!(Number.isInteger(folds) && folds >= 2 && folds <= 127)) {
    throw new RangeError(`The number of folds must be 2 to 127, not ${folds}.`);
  }
  const members = rowsByKey(groups);
  if (members.length < folds) throw new RangeError(`${members.length} groups cannot be put into ${folds} folds.`);
  const classOf = kind === 'classes' ? denseKeys(target) : new Int32Array(target.length);
  return Array.from({ length: repeats }, (_, repeat) => {
    const random = createRandom(deriveSeed(input.seed, 'group folds', repeat));
    return assignGroups(members, classOf, folds, random);
  });
}

function assignGroups(members: readonly Int32Array[], classOf: Int32Array, folds: number, random: Random): Int8Array {
  const classes = classOf.reduce((most, value) => Math.max(most, value), 0) + 1;
  const order = random.shuffle(Int32Array.from(members, (_, i) => i));
  // Equally large groups stay in the shuffled order: sorting is stable.
  order.sort((a, b) => members[b]!.length - members[a]!.length);
  const totals = countClasses(
    Int32Array.from(classOf, (_, row) => row),
    classOf,
    classes,
  );
  const filled = Array.from({ length: folds }, () => new Float64Array(classes));
  const sizes = new Float64Array(folds);
  const result = new Int8Array(classOf.length);
  for (const [place, group] of order.entries()) {
    const own = countClasses(members[group]!, classOf, classes);
    // No fold may stay empty: the last groups go to those that have none.
    const empty = sizes.filter((size) => size === 0).length;
    const mustFill = order.length - place <= empty;
    let best = -1;
    let bestCost = Number.POSITIVE_INFINITY;
    for (let fold = 0; fold < folds; fold++) {
      if (mustFill && sizes[fold]! > 0) continue;
      let cost = 0;
      for (let k = 0; k < classes; k++) {
        const before = filled[fold]![k]!;
        // the growth of the sum of squared shares: least where the class is rarest
        cost += ((before + own[k]!) ** 2 - before ** 2) / totals[k]! ** 2;
      }
      cost += 1e-9 * sizes[fold]!;
      if (cost < bestCost) {
        best = fold;
        bestCost = cost;
      }
    }
    for (let k = 0; k < classes; k++) filled[best]![k]! += own[k]!;
    sizes[best]! += members[group]!.length;
    for (const row of members[group]!) result[row] = best;
  }
  return result;
}

/**
 * Sets whole groups aside, in random order as long as they fit into the share. At least one group is held out when
 * the share is above 0 and more than `keep` groups are there. Row indexes ascending.
 * @param keep groups that stay for training at least, from 1
 */
export function groupHoldout(input: { groups: ArrayLike<number>; seed: number; fraction: number; keep: number }): {
  training: Int32Array;
  holdout: Int32Array;
} {
  const { groups, fraction, keep } = input;
  const members = rowsByKey(groups);
  const order = createRandom(deriveSeed(input.seed, 'group holdout')).shuffle(Int32Array.from(members, (_, i) => i));
  const wanted = groups.length * fraction;
  const held = new Uint8Array(groups.length);
  const hold = (group: number) => {
    for (const row of members[group]!) held[row] = 1;
    return members[group]!.length;
  };
  let taken = 0;
  let left = members.length;
  for (const group of order) {
    if (left <= keep || taken + members[group]!.length > wanted) continue;
    taken += hold(group);
    left--;
  }
  if (taken === 0 && fraction > 0 && left > keep) {
    hold(order.reduce((least, group) => (members[group]!.length < members[least]!.length ? group : least)));
  }
  const rows = Int32Array.from({ length: groups.length }, (_, row) => row);
  return { training: rows.filter((row) => held[row] === 0), holdout: rows.filter((row) => held[row] === 1) };
}

export interface TimeFolds {
  /** fold 0..folds-1 that validates the row; -1: no fold does */
  fold: Int8Array;
  /** per fold: it trains on the rows before this one, and on no others */
  trainEnds: Int32Array;
}

/**
 * Expanding windows over rows in order of time (Tashman 2000): the rows after `start` are parted into equal blocks;
 * fold f validates block f and trains on what came before it, less the gap. Rows of one time are never parted.
 * @param times ascending, without missing values
 * @param gap distinct times left out between training and validation
 * @param start share of the rows that no fold validates
 */
export function timeFolds(input: { times: Float64Array; folds: number; gap: number; start: number }): TimeFolds {
  const { times, folds, gap, start } = input;
  const rows = times.length;
  const firsts: number[] = [];
  for (let row = 0; row < rows; row++) {
    if (row > 0 && times[row]! < times[row - 1]!) throw new RangeError('Rows must be in the order of time.');
    if (row === 0 || times[row]! > times[row - 1]!) firsts.push(row);
  }
  if (firsts.length < folds + gap + 1) {
    throw new RangeError(`${firsts.length} distinct times are too few for ${folds} folds with a gap of ${gap}.`);
  }
  const fold = new Int8Array(rows).fill(-1);
  const trainEnds = new Int32Array(folds);
  const begins = Array.from({ length: folds }, (_, f) => rows * (start + ((1 - start) * f) / folds));
  // Position in `firsts` of each block: the nearest change of time, with room for the blocks before and after it.
  let at = gap;
  const blocks = begins.map((wanted, f) => {
    at = Math.max(at + 1, nearest(firsts, wanted));
    at = Math.min(at, firsts.length - (folds - f));
    return at;
  });
  blocks.forEach((block, f) => {
    fold.fill(f, firsts[block]!, f + 1 < folds ? firsts[blocks[f + 1]!]! : rows);
    trainEnds[f] = firsts[block - gap]!;
  });
  return { fold, trainEnds };
}

/**
 * Rows before the latest share; the cut is where the time changes. With a share of 0 nothing is held out, otherwise the
 * last time is.
 * @param times ascending, without missing values
 * @param keep distinct times that come before the cut at least, where there are more
 */
export function timeCut(times: Float64Array, fraction: number, keep = 1): number {
  if (fraction <= 0) return times.length;
  const wanted = Math.max(1, Math.round(times.length * (1 - fraction)));
  let before = 1;
  for (let row = 1; row < times.length; row++) {
    if (times[row]! === times[row - 1]!) continue;
    if (before >= keep && row >= wanted) return row;
    before++;
  }
  let cut = times.length;
  while (cut > 1 && times[cut - 1]! === times[times.length - 1]!) cut--;
  return cut;
}

/** Index of the value closest to `wanted` in ascending numbers. */
function nearest(ascending: readonly number[], wanted: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low > 0 && wanted - ascending[low - 1]! < ascending[low]! - wanted ? low - 1 : low;
}

/** Rows of each key, in the order in which keys first come. */
function rowsByKey(keys: ArrayLike<number>): Int32Array[] {
  const dense = denseKeys(keys);
  const sizes: number[] = [];
  for (const key of dense) sizes[key] = (sizes[key] ?? 0) + 1;
  const members = sizes.map((size) => new Int32Array(size));
  const ends = new Int32Array(sizes.length);
  dense.forEach((key, row) => {
    members[key]![ends[key]!++] = row;
  });
  return members;
}

/** The same keys as 0, 1, 2... in the order in which they first come. */
function denseKeys(keys: ArrayLike<number>): Int32Array {
  const index = new Map<number, number>();
  const dense = new Int32Array(keys.length);
  for (let row = 0; row < keys.length; row++) {
    const known = index.get(keys[row]!);
    if (known === undefined) index.set(keys[row]!, index.size);
    dense[row] = known ?? index.size - 1;
  }
  return dense;
}

function countClasses(rows: Int32Array, classOf: Int32Array, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (const row of rows) counts[classOf[row]!]!++;
  return counts;
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
