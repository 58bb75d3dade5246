import type { Predictions, WeightedScore } from './metric.ts';
import { columnOf, isClass } from './predictions.ts';
import { type Ranking, rankDescending } from './sort.ts';

/** A score of one ranking against 0/1 labels under row weights; NaN when a class it needs is absent. */
export type RankingScore = (ranking: Ranking, positive: Uint8Array, weights: Float64Array | null) => number;

/**
 * Binary: the score of the positive column. Multiclass: macro mean over one-vs-rest rankings, over the classes for
 * which it is defined (a class that does not occur in the rows has no ranking to judge).
 */
export function overClasses(
  target: Float64Array,
  predictions: Predictions,
  shape: { classes: number; positive: number },
  score: RankingScore,
): WeightedScore {
  const wanted = shape.classes === 2 ? [shape.positive] : Array.from({ length: shape.classes }, (_, k) => k);
  const prepared = wanted.map((label) => ({
    ranking: rankDescending(columnOf(predictions, shape.classes, label)),
    positive: isClass(target, label),
  }));
  return (weights) => {
    let sum = 0;
    let defined = 0;
    for (const { ranking, positive } of prepared) {
      const value = score(ranking, positive, weights);
      if (Number.isNaN(value)) continue;
      sum += value;
      defined++;
    }
    return defined > 0 ? sum / defined : Number.NaN;
  };
}

/** Area under the ROC curve: the chance that a positive ranks above a negative, ties counting half. */
export function rocAuc({ order, groupEnds }: Ranking, positive: Uint8Array, weights: Float64Array | null): number {
  let above = 0; // weight of positives ranked higher
  let below = 0; // weight of negatives seen
  let area = 0;
  let at = 0;
  for (let g = 0; g < groupEnds.length; g++) {
    const end = groupEnds[g] as number;
    let up = 0;
    let down = 0;
    for (; at < end; at++) {
      const row = order[at] as number;
      const w = weights === null ? 1 : (weights[row] as number);
      if (positive[row] === 1) up += w;
      else down += w;
    }
    area += down * (above + up / 2);
    above += up;
    below += down;
  }
  return above > 0 && below > 0 ? area / (above * below) : Number.NaN;
}

/** Average precision: precision weighted by the steps of recall, without interpolation; ties enter together. */
export function averagePrecision(
  { order, groupEnds }: Ranking,
  positive: Uint8Array,
  weights: Float64Array | null,
): number {
  let up = 0;
  let all = 0;
  let sum = 0;
  let at = 0;
  for (let g = 0; g < groupEnds.length; g++) {
    const end = groupEnds[g] as number;
    let step = 0;
    for (; at < end; at++) {
      const row = order[at] as number;
      const w = weights === null ? 1 : (weights[row] as number);
      if (positive[row] === 1) step += w;
      all += w;
    }
    up += step;
    if (all > 0) sum += step * (up / all);
  }
  return up > 0 ? sum / up : Number.NaN;
}
