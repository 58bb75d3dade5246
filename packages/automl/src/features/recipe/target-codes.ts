import { tensorOf } from '../../models/states.ts';
import type { ModelState } from '../../models/types.ts';
import { fitTargetCodes } from '../target-encoding.ts';
import { asCodes, combinedPlaces, type KeyColumn } from './keys.ts';
import type { Step, Transformer, TransformInput } from './types.ts';

/** Levels met once have no means of their own: with a smoothing of 10 rows they say next to nothing. */
const fewestRows = 2;
/** Of levels met once it is kept that they were, where there are no more than these; else they read as never met. */
const mostSingles = 10_000;

/** Target means and row counts of the levels of a key. Training rows get means of other folds, and do not count themselves. */
export function fitKeyed(input: TransformInput, keys: readonly KeyColumn[]): Step {
  const { outputs, folds, placesOf, suffixes } = input;
  const columns = keys.map(({ name }) => name);
  const sizes = keys.map(({ size }) => size);
  const places = keys.map((key) => placesOf(key));
  const { codes, levels } = asCodes(combinedPlaces(places, sizes));
  const name = columns.join(' and ');
  const counts = new Float64Array(levels.length + 1);
  for (const code of codes) counts[code]!++;
  const kept = codesWhere(levels.length, (code) => counts[code]! >= fewestRows);
  const once = codesWhere(levels.length, (code) => counts[code] === 1);
  const singles = once.length <= mostSingles ? once : new Int32Array(0);
  const tensors: ModelState['tensors'] = {
    levels: Float64Array.from(kept, (code) => levels[code]!),
    singles: Float64Array.from(singles, (code) => levels[code]!),
  };
  const fitted = fitTargetCodes(codes, levels.length, outputs.values, folds);
  const features = suffixes.map((suffix) => ({
    name: `target mean of ${name}${suffix}`,
    from: columns,
    how: 'mean target of the other folds',
  }));
  for (const [k, means] of fitted.tables.entries()) {
    const ofOthers = means[levels.length]!;
    tensors[`means${k}`] = withTail(pick(means, kept), ofOthers, ofOthers);
  }
  features.push({ name: `rows with the same ${name}`, from: columns, how: 'logarithm of their number' });
  tensors.counts = withTail(pick(counts, kept).map(Math.log1p), 0, Math.log1p(1));
  // what a new row of the level would read of all rows but its own
  const leastTold = once.length <= mostSingles ? 1 : fewestRows;
  const others = Float64Array.from(codes, (code) => {
    const count = counts[code]! - 1;
    return count < leastTold ? 0 : Math.log1p(count);
  });
  // by name: what reads a model back may give its tensors in another order
  const tables = [...fitted.tables.map((_, k) => `means${k}`), 'counts'];
  const training = [...fitted.training, others];
  return { features, training, keys: columns, state: { header: { columns, sizes, tables }, tensors } };
}

/**
 * The steps of transformers that read keys. Their tables have a value for each of `levels`, then that of all others, then
 * that of each of `singles`; models of earlier versions have no singles.
 */
export function prepareKeyed(state: ModelState): ReturnType<Transformer['prepare']> {
  const { columns, sizes, tables } = state.header as { columns: string[]; sizes: number[]; tables: string[] };
  const levels = tensorOf(state, 'levels', Float64Array);
  const index = new Map<number, number>();
  for (const [place, level] of levels.entries()) index.set(level, place);
  if (state.tensors.singles) {
    for (const level of tensorOf(state, 'singles', Float64Array)) index.set(level, levels.length + 1);
  }
  const values = tables.map((name) => tensorOf(state, name, Float64Array));
  return (_, shared) => {
    const rows = combinedPlaces(columns.map(shared.placesOf), sizes);
    const result = values.map(() => new Float64Array(rows.length));
    for (let i = 0; i < rows.length; i++) {
      const place = index.get(rows[i]!) ?? levels.length;
      for (let k = 0; k < values.length; k++) result[k]![i] = values[k]![place]!;
    }
    return result;
  };
}

function codesWhere(levels: number, holds: (code: number) => boolean): Int32Array {
  return Int32Array.from({ length: levels }, (_, code) => code).filter(holds);
}

function withTail(values: Float64Array, ...tail: number[]): Float64Array {
  const result = new Float64Array(values.length + tail.length);
  result.set(values);
  result.set(tail, values.length);
  return result;
}

function pick(values: Float64Array, codes: Int32Array): Float64Array {
  return Float64Array.from(codes, (code) => values[code]!);
}
