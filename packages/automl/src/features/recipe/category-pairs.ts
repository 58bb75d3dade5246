import { createRandom, deriveSeed } from '@laurel/tabular';
import { fitTargetCodes } from '../target-encoding.ts';
import { asCodes, joinKeys, type Key, keyColumns, keyReader } from './keys.ts';
import { explained, fitKeyed, prepareKeyed } from './target-codes.ts';
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
      .map((key) => fitKeyed(input, key, { means: true, counts: true }));
  },
  prepare: prepareKeyed,
};

/** Pairs by falling gain of their out-of-fold means over the better of their two columns. */
function choosePairs(input: TransformInput): Key[] {
  const sample = sampleOf(input);
  const singles = keyColumns(input.table, input.rows)
    .map((key, order) => ({ key, order, gain: gainOf(sample, key) }))
    .sort((a, b) => b.gain - a.gain || a.order - b.order)
    .slice(0, mostColumns);
  const pairs: { key: Key; gain: number }[] = [];
  for (let a = 0; a < singles.length; a++) {
    for (let b = 0; b < a; b++) {
      const key = joinKeys(singles[b]!.key, singles[a]!.key);
      const gain = gainOf(sample, key) - Math.max(0, singles[b]!.gain);
      if (Number.isFinite(gain)) pairs.push({ key, gain });
    }
  }
  return pairs.sort((a, b) => b.gain - a.gain).map(({ key }) => key);
}

function gainOf({ table, rows, outputs, folds }: TransformInput, key: Key): number {
  const { codes, levels } = asCodes(keyReader(key)(table, rows));
  if (key.columns.length > 1 && levels.length > mostCombinations * rows.length) return Number.NaN;
  return explained(outputs.values, fitTargetCodes(codes, levels.length, outputs.values, folds).training);
}

function sampleOf(input: TransformInput): TransformInput {
  const { rows, outputs, folds, seed } = input;
  if (rows.length <= mostRows) return input;
  const order = Int32Array.from({ length: rows.length }, (_, i) => i);
  const kept = createRandom(deriveSeed(seed, 'pairs')).shuffle(order).slice(0, mostRows).sort();
  return {
    ...input,
    rows: kept.map((i) => rows[i]!),
    outputs: { values: outputs.values.map((values) => Float64Array.from(kept, (i) => values[i]!)) },
    folds: Uint8Array.from(kept, (i) => folds[i]!),
  };
}
