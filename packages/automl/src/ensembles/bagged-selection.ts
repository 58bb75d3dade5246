import { createRandom, deriveSeed } from '@laurel/tabular';
import type { ScoringPlan } from '../scoring.ts';
import { selectGreedily } from '../selection.ts';
import type { RowCandidates } from './members.ts';

/** Rows that one selection looks at; more make it slower and hardly better. */
const mostRows = 10_000;

export interface BaggedOptions {
  rounds: number;
  bags: number;
  seed: number;
  isOver: () => boolean;
}

/**
 * Mean weights of selections on random halves of the rows (bagged ensemble selection, Caruana et al. 2006, with rows in
 * place of models): one selection on few rows chooses by luck. Weights sum to 1; at least one half is looked at.
 */
export function selectBagged(plan: ScoringPlan, candidates: RowCandidates, options: BaggedOptions): number[] {
  const { rounds, bags, seed, isOver } = options;
  const all = Int32Array.from(candidates.rows.keys());
  const size = Math.min(mostRows, Math.ceil(all.length / 2));
  const sums = new Array<number>(candidates.predictions.length).fill(0);
  let done = 0;
  for (let bag = 0; bag < bags && (bag === 0 || !isOver()); bag++) {
    const half = createRandom(deriveSeed(seed, 'bag', bag))
      .shuffle(all.slice())
      .slice(0, size)
      .sort();
    const { weights } = selectGreedily(plan, candidates.at(half), { rounds, isOver });
    weights.forEach((weight, m) => {
      sums[m]! += weight;
    });
    done++;
  }
  return sums.map((sum) => sum / done);
}
