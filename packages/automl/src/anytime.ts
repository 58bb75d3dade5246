import { createRandom, deriveSeed } from '@laurel/tabular';
import { chooseMembers, rowCandidates } from './ensembles/members.ts';
import { metricOf } from './scoring.ts';
import { selectGreedily } from './selection.ts';
import type { EnsembleMember, PreparedData } from './types.ts';

/** Small enough for about a tenth of a second: it runs beside trials, once in every tenth of a budget. */
const [mostModels, mostRows, rounds] = [15, 4000, 10];

export type SelectableModel = Pick<EnsembleMember, 'trialNumber' | 'score' | 'oof'>;

/**
 * The best so far: a greedy selection over the best models on at most 4,000 rows, always the same ones, so that the
 * scores of several selections compare. Weights sum to 1. `models` are not empty.
 */
export function selectSoFar(
  prepared: PreparedData,
  models: readonly SelectableModel[],
): { score: number; members: { trialNumber: number; weight: number }[] } {
  const { plan } = prepared;
  const { higherIsBetter } = metricOf(plan.metric);
  const members = chooseMembers(models, higherIsBetter).slice(0, mostModels);
  const candidates = rowCandidates(prepared, members);
  const { length } = candidates.rows;
  const positions = Int32Array.from({ length }, (_, at) => at);
  const random = createRandom(deriveSeed(plan.seed, 'anytime'));
  const rows = length <= mostRows ? candidates : candidates.at(random.shuffle(positions).slice(0, mostRows).sort());
  const { weights, trajectory } = selectGreedily(plan, rows, { rounds, isOver: () => false });
  return {
    score: trajectory.reduce(
      (best, score) => ((higherIsBetter ? score > best : score < best) ? score : best),
      trajectory[0]!,
    ),
    members: members
      .map(({ trialNumber }, i) => ({ trialNumber, weight: weights[i]! }))
      .filter(({ weight }) => weight > 0),
  };
}
