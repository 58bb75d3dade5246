import { averagePrecision, rocAuc } from '../ranking-scores.ts';
import { rankDescending } from '../sort.ts';
import { type Point, thinCurve } from './thin.ts';

/** Counts of rows and positives at and above each distinct score, from the highest score down. */
function steps(positive: Uint8Array, scores: ArrayLike<number>) {
  const ranking = rankDescending(scores);
  const groups = ranking.groupEnds.length;
  const truePositives = new Float64Array(groups);
  let up = 0;
  let at = 0;
  for (let g = 0; g < groups; g++) {
    for (; at < (ranking.groupEnds[g] as number); at++) up += positive[ranking.order[at] as number] as number;
    truePositives[g] = up;
  }
  return { ranking, truePositives, positives: up, rows: positive.length };
}

/** ROC curve: [false positive rate, true positive rate] from (0,0) to (1,1). Empty, with auc NaN, when a class is absent. */
export function rocCurve(
  positive: Uint8Array,
  scores: ArrayLike<number>,
  maxPoints = 200,
): { auc: number; points: Point[] } {
  const { ranking, truePositives, positives, rows } = steps(positive, scores);
  const negatives = rows - positives;
  if (positives === 0 || negatives === 0) return { auc: Number.NaN, points: [] };
  const points: Point[] = [[0, 0]];
  for (let g = 0; g < truePositives.length; g++) {
    const tp = truePositives[g] as number;
    points.push([((ranking.groupEnds[g] as number) - tp) / negatives, tp / positives]);
  }
  return { auc: rocAuc(ranking, positive, null), points: thinCurve(points, maxPoints) };
}

/** Precision-recall curve: [recall, precision] with falling thresholds; area is the average precision. Empty without positives. */
export function prCurve(
  positive: Uint8Array,
  scores: ArrayLike<number>,
  maxPoints = 200,
): { area: number; points: Point[] } {
  const { ranking, truePositives, positives } = steps(positive, scores);
  if (positives === 0) return { area: Number.NaN, points: [] };
  const points: Point[] = [];
  for (let g = 0; g < truePositives.length; g++) {
    const tp = truePositives[g] as number;
    points.push([tp / positives, tp / (ranking.groupEnds[g] as number)]);
  }
  points.unshift([0, (points[0] as Point)[1]]);
  return { area: averagePrecision(ranking, positive, null), points: thinCurve(points, maxPoints) };
}

/**
 * Cumulative lift: [share of rows taken from the top, positives found there / positives that a random choice finds].
 * Rows with equal scores count with the mean of their group. Empty without positives.
 */
export function liftCurve(positive: Uint8Array, scores: ArrayLike<number>, bins = 10): Point[] {
  const { ranking, truePositives, positives, rows } = steps(positive, scores);
  if (positives === 0) return [];
  const points: Point[] = [];
  let g = 0;
  for (let bin = 1; bin <= bins; bin++) {
    const taken = (rows * bin) / bins;
    while ((ranking.groupEnds[g] as number) < taken) g++;
    const start = g === 0 ? 0 : (ranking.groupEnds[g - 1] as number);
    const before = g === 0 ? 0 : (truePositives[g - 1] as number);
    const share = (taken - start) / ((ranking.groupEnds[g] as number) - start);
    const found = before + share * ((truePositives[g] as number) - before);
    points.push([bin / bins, found / positives / (bin / bins)]);
  }
  return points;
}
