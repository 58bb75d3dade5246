import { fitKeyed, prepareKeyed } from './target-codes.ts';
import type { Transformer } from './types.ts';

/** The mean target of the rows with the same level, and how many there are, for every column that reads as a category. */
export const targetMeans: Transformer = {
  id: 'targetMeans',
  fit(input) {
    if (input.config.targetMeans !== true) return [];
    return input.keys.map((key) => fitKeyed(input, [key], { means: true, counts: true }));
  },
  prepare: prepareKeyed,
};
