import { tensorOf } from '../../models/states.ts';
import type { ModelState } from '../../models/types.ts';
import { fitTargetCodes } from '../target-encoding.ts';
import { asCodes, combinedPlaces, type KeyColumn } from './keys.ts';
import type { Step, Transformer, TransformInput } from './types.ts';

/** Which of the two a step makes. */
export interface KeyedOptions {
  means: boolean;
  counts: boolean;
}

/** Levels met once are kept out of the tables: with a smoothing of 10 rows they say next to nothing. */
const fewestRows = 2;

/** Target means and row counts of the levels of a key. Training rows get means of other folds, and do not count themselves. */
export function fitKeyed(input: TransformInput, keys: readonly KeyColumn[], options: KeyedOptions): Step {
  const { outputs, folds, placesOf } = input;
  const columns = keys.map(({ name }) => name);
  const sizes = keys.map(({ size }) => size);
  const { codes, levels } = asCodes(combinedPlaces(keys.map(placesOf), sizes));
  const name = columns.join(' and ');
  const features: Step['features'] = [];
  const training: Float64Array[] = [];
  const kept = keptLevels(codes, levels.length);
  const tensors: ModelState['tensors'] = { levels: Float64Array.from(kept, (code) => levels[code]!) };
  if (options.means) {
    const fitted = fitTargetCodes(codes, levels.length, outputs.values, folds);
    for (const [k, means] of fitted.tables.entries()) {
      const which = outputs.values.length > 1 ? ` (class ${k + 1})` : '';
      features.push({ name: `target mean of ${name}${which}`, from: columns, how: 'mean target of the other folds' });
      training.push(fitted.training[k]!);
      tensors[`means${k}`] = withLast(kept, means, levels.length);
    }
  }
  if (options.counts) {
    const counts = new Float64Array(levels.length + 1);
    for (const code of codes) counts[code]!++;
    features.push({ name: `rows with the same ${name}`, from: columns, how: 'logarithm of their number' });
    training.push(Float64Array.from(codes, (code) => Math.log1p(counts[code]! - 1)));
    tensors.counts = withLast(kept, counts.map(Math.log1p), levels.length);
  }
  // by name: what reads a model back may give its tensors in another order
  const tables = Object.keys(tensors).filter((tensor) => tensor !== 'levels');
  return { features, training, keys: columns, state: { header: { columns, sizes, tables }, tensors } };
}

/** The steps of transformers that read keys. */
export function prepareKeyed(state: ModelState): ReturnType<Transformer['prepare']> {
  const { columns, sizes, tables } = state.header as { columns: string[]; sizes: number[]; tables: string[] };
  const index = new Map<number, number>();
  for (const [place, level] of tensorOf(state, 'levels', Float64Array).entries()) index.set(level, place);
  const values = tables.map((name) => tensorOf(state, name, Float64Array));
  return (_, shared) => {
    const levels = combinedPlaces(columns.map(shared.placesOf), sizes);
    const result = values.map(() => new Float64Array(levels.length));
    for (let i = 0; i < levels.length; i++) {
      const place = index.get(levels[i]!) ?? index.size;
      for (let k = 0; k < values.length; k++) result[k]![i] = values[k]![place]!;
    }
    return result;
  };
}

function keptLevels(codes: Int32Array, levels: number): Int32Array {
  const counts = new Int32Array(levels);
  for (const code of codes) counts[code]!++;
  return Int32Array.from(counts.keys()).filter((code) => counts[code]! >= fewestRows);
}

/** Values of the kept levels, then that of all others. */
function withLast(kept: Int32Array, values: Float64Array, last: number): Float64Array {
  const result = new Float64Array(kept.length + 1);
  for (let i = 0; i < kept.length; i++) result[i] = values[kept[i]!]!;
  result[kept.length] = values[last]!;
  return result;
}
