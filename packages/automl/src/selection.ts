import type { Metric } from '@laurel/evaluation';
import { type Candidates, mixtureScore, tieBreakScore } from './ensembles/mixtures.ts';
import { metricOf, type ScoringPlan } from './scoring.ts';

export type { Candidates } from './ensembles/mixtures.ts';

export interface Selection {
  /** one per candidate, sum 1 */
  weights: number[];
  /** score after each round */
  trajectory: number[];
}

/**
 * Ensemble selection with replacement: each round adds the model that helps most, starting from the best one; the
 * result is cut at the first best round. Ties: lower loss, then a model that is used already, then the earlier one.
 * At least one round is done, however late it is.
 */
export function selectGreedily(
  plan: ScoringPlan,
  candidates: Candidates,
  limits: { rounds: number; isOver: () => boolean },
): Selection {
  const metric = metricOf(plan.metric);
  const { parts, score: scoreOf } = mixtureScore(plan, candidates);
  const loss = tieBreakScore(plan, candidates);
  const counts = new Int32Array(parts.length);
  const sum = new Float64Array(parts[0]!.length);
  const lossSum = new Float64Array(loss.parts[0]!.length);
  const order: number[] = [];
  const trajectory: number[] = [];
  const mixture = new Float64Array(sum.length);
  const lossMixture = new Float64Array(lossSum.length);
  const lossWith = (index: number) => loss.score(mix(lossMixture, lossSum, loss.parts[index]!, order.length));

  for (let round = 0; round < limits.rounds; round++) {
    let best = -1;
    let bestScore = Number.NaN;
    for (let index = 0; index < counts.length; index++) {
      const score = rounded(scoreOf(mix(mixture, sum, parts[index]!, order.length)));
      if (best < 0 || better(metric, score, bestScore)) {
        best = index;
        bestScore = score;
      } else if (score === bestScore && wins(lossWith(index), lossWith(best), counts[index]! > 0, counts[best]! > 0)) {
        best = index;
      }
      if (round > 0 && limits.isOver()) break;
    }
    if (round > 0 && limits.isOver()) break;
    add(sum, parts[best]!);
    add(lossSum, loss.parts[best]!);
    counts[best]!++;
    order.push(best);
    trajectory.push(bestScore);
  }
  return { weights: weightsUpTo(order, firstBest(trajectory, metric), counts.length), trajectory };
}

function mix(into: Float64Array, sum: Float64Array, added: Float64Array, count: number): Float64Array {
  const share = 1 / (count + 1);
  for (let i = 0; i < into.length; i++) into[i] = (sum[i]! + added[i]!) * share;
  return into;
}

function add(sum: Float64Array, added: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += added[i]!;
}

function weightsUpTo(order: readonly number[], last: number, models: number): number[] {
  const weights = new Array<number>(models).fill(0);
  for (const index of order.slice(0, last + 1)) weights[index]! += 1 / (last + 1);
  return weights;
}

function firstBest(trajectory: readonly number[], metric: Metric): number {
  let best = 0;
  trajectory.forEach((score, round) => {
    if (better(metric, score, trajectory[best]!)) best = round;
  });
  return best;
}

function better(metric: Metric, score: number, than: number): boolean {
  if (Number.isNaN(score)) return false;
  return Number.isNaN(than) || (metric.higherIsBetter ? score > than : score < than);
}

function wins(loss: number, bestLoss: number, used: boolean, bestUsed: boolean): boolean {
  return loss < bestLoss || (loss === bestLoss && used && !bestUsed);
}

/** Differences below six decimals are noise; rounding makes them ties. Small scores keep their digits. */
function rounded(score: number): number {
  return Math.abs(score) > 1e-4 ? Math.round(score * 1e6) / 1e6 : score;
}
