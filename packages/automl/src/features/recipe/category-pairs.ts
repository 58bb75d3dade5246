import { createRandom, deriveSeed } from '@laurel/tabular';
import { fitTargetCodes } from '../target-encoding.ts';
import { asCodes, combinedPlaces, type KeyColumn } from './keys.ts';
import { fitKeyed, prepareKeyed } from './target-codes.ts';
import { explained } from './telling-keys.ts';
import type { Transformer, TransformInput } from './types.ts';

/** Columns that are paired: the ones that alone say most. */
const mostColumns = 14;
/** Rows that pairs are chosen by. */
const mostRows = 20_000;
/** Combinations beyond this are hardly met twice. */
const mostCombinations = 0.7;

/** Target mean and count of combinations of two categories, for the pairs that say most beyond their parts. */
export const categoryPairs: Transformer = {
  id: 'categoryPairs',
  fit(input) {
    const wanted = Number(input.config.categoryPairs) || 0;
    if (wanted === 0) return [];
    return choosePairs(input)
      .slice(0, wanted)
      .map((keys) => fitKeyed(input, keys, { means: true, counts: true }));
  },
  prepare: prepareKeyed,
};

/** Pairs by falling gain of their out-of-fold means over the better of their two columns. */
function choosePairs(input: TransformInput): KeyColumn[][] {
  const sample = sampleOf(input);
  const singles = input.keys
    .map((key, order) => ({ key, order, gain: gainOf(sample, [key]) }))
    .sort((a, b) => b.gain - a.gain || a.order - b.order)
    .slice(0, mostColumns);
  const pairs: { keys: KeyColumn[]; gain: number }[] = [];
  for (const [place, a] of singles.entries()) {
    for (const b of singles.slice(0, place)) {
      const keys = [b.key, a.key];
      const gain = gainOf(sample, keys) - Math.max(0, b.gain);
      if (Number.isFinite(gain)) pairs.push({ keys, gain });
    }
  }
  return pairs.sort((a, b) => b.gain - a.gain).map(({ keys }) => keys);
}

type Sample = Pick<TransformInput, 'outputs' | 'folds' | 'placesOf'>;

function gainOf({ outputs, folds, placesOf }: Sample, keys: readonly KeyColumn[]): number {
  const sizes = keys.map(({ size }) => size);
  const { codes, levels } = asCodes(combinedPlaces(keys.map(placesOf), sizes));
  if (keys.length > 1 && levels.length > mostCombinations * codes.length) return Number.NaN;
  return explained(outputs.values, fitTargetCodes(codes, levels.length, outputs.values, folds).training);
}

function sampleOf(input: TransformInput): Sample {
  const { rows, outputs, folds, seed, placesOf } = input;
  if (rows.length <= mostRows) return input;
  const order = Int32Array.from({ length: rows.length }, (_, i) => i);
  const kept = createRandom(deriveSeed(seed, 'pairs')).shuffle(order).slice(0, mostRows).sort();
  const places = new Map<KeyColumn, Int32Array>();
  return {
    outputs: { values: outputs.values.map((values) => Float64Array.from(kept, (i) => values[i]!)) },
    folds: Uint8Array.from(kept, (i) => folds[i]!),
    placesOf(key) {
      let own = places.get(key);
      if (!own) {
        const all = placesOf(key);
        own = kept.map((i) => all[i]!);
        places.set(key, own);
      }
      return own;
    },
  };
}
