import { fitKeyed, prepareKeyed } from './target-codes.ts';
import type { Transformer } from './types.ts';

/** A mark of two levels is left to the models as it is: its means would be the same mark. In a pair it says more. */
const fewestLevels = 3;

/** The mean target of the rows with the same level, and how many there are, for every column that reads as a category. */
export const targetMeans: Transformer = {
  id: 'targetMeans',
  readsKeys: true,
  *fit(input) {
    if (input.config.targetMeans !== true) return;
    for (const key of input.keys) if (key.size >= fewestLevels) yield fitKeyed(input, [key]);
  },
  prepare: prepareKeyed,
};
