import type { Metric, Predictions } from '../metric.ts';
import { type BootstrapOptions, resampledScores } from './bootstrap.ts';

export interface ConfidenceSet {
  /** per model: whether it may be as good as the best */
  tied: boolean[];
  /** per model: the smallest 1 - level at which it leaves the set; 1 for the last to stay */
  pValues: number[];
}

/**
 * Model confidence set (Hansen, Lunde and Nason 2011) with the Tmax statistic and elimination: from bootstrap scores
 * of all models on the same resamples, the set that holds the best model with probability `level`. Unlike tests against
 * the leader it allows for the leader having been chosen on the same rows.
 * @param scores score of each model on all rows; NaN is never in the set
 * @param draws draws[model][resample], centred on `scores`
 */
export function modelConfidenceSet(
  scores: readonly number[],
  draws: readonly Float64Array[],
  options: { higherIsBetter: boolean; level?: number },
): ConfidenceSet {
  const direction = options.higherIsBetter ? -1 : 1;
  const alpha = 1 - (options.level ?? 0.9);
  const pValues = scores.map(() => 0);
  let left = scores.map((_, i) => i).filter((i) => !Number.isNaN(scores[i] as number));
  let running = 0;
  while (left.length > 1) {
    const { worst, pValue } = testEquality(left, scores, draws, direction);
    running = Math.max(running, pValue);
    pValues[worst] = running;
    left = left.filter((i) => i !== worst);
  }
  for (const i of left) pValues[i] = 1;
  return { tied: pValues.map((p) => p > alpha), pValues };
}

/** Of the models that are left: the one with the largest studentised loss above the mean, and the p value of that maximum. */
function testEquality(left: number[], scores: readonly number[], draws: readonly Float64Array[], direction: number) {
  const size = left.length;
  const resamples = (draws[0] as Float64Array).length;
  const mean = left.reduce((sum, i) => sum + direction * (scores[i] as number), 0) / size;
  const drawMeans = new Float64Array(resamples);
  for (const i of left) {
    const own = draws[i] as Float64Array;
    for (let r = 0; r < resamples; r++)
      drawMeans[r] = (drawMeans[r] as number) + (direction * (own[r] as number)) / size;
  }
  const maxima = new Float64Array(resamples).fill(Number.NEGATIVE_INFINITY);
  let worst = left[0] as number;
  let statistic = Number.NEGATIVE_INFINITY;
  for (const i of left) {
    const own = draws[i] as Float64Array;
    const gap = direction * (scores[i] as number) - mean;
    const centred = drawMeans.map((drawMean, r) => direction * (own[r] as number) - drawMean - gap);
    let variance = 0;
    for (const value of centred) variance += value * value;
    const se = Math.sqrt(variance / resamples);
    // identical models have no spread between them: no evidence against either
    const t = se > 1e-15 ? gap / se : 0;
    if (t > statistic) {
      statistic = t;
      worst = i;
    }
    for (let r = 0; r < resamples; r++) {
      const value = se > 1e-15 ? (centred[r] as number) / se : 0;
      if (value > (maxima[r] as number)) maxima[r] = value;
    }
  }
  let beyond = 0;
  for (const value of maxima) if (value >= statistic) beyond++;
  return { worst, pValue: beyond / resamples };
}

/** From here on half the resamples do: 50 models on 20,000 rows take 3 s. */
const manyRows = 5000;

/**
 * Which models may be as good as the best, from their predictions on the same rows (90 % unless told). Resamples that
 * leave a score undefined are dropped. Pass `strata` to stay within folds and classes.
 */
export function tiedWithBest(
  metric: Metric,
  target: Float64Array,
  models: readonly Predictions[],
  options: BootstrapOptions,
): ConfidenceSet {
  const { level = 0.9, ...rest } = options;
  const resamples = options.resamples ?? (target.length > manyRows ? 250 : 500);
  const resampled = resampledScores([metric], target, models, { ...rest, resamples });
  const scores = models.map((predictions) => metric.compute(target, predictions, options));
  const drawn = resampled.scores[0] as Float64Array[];
  const usable: number[] = [];
  const compared = scores.map((score, i) => ({ score, i })).filter(({ score }) => !Number.isNaN(score));
  for (let r = 0; r < (drawn[0]?.length ?? 0); r++) {
    if (compared.every(({ i }) => !Number.isNaN(drawn[i]?.[r] as number))) usable.push(r);
  }
  const draws = scores.map((score, i) => {
    const own = drawn[i] as Float64Array;
    const center = resampled.fullScores[0]?.[i] as number;
    return Float64Array.from(usable, (r) => score + ((own[r] as number) - center) * resampled.scale);
  });
  return modelConfidenceSet(scores, draws, { higherIsBetter: metric.higherIsBetter, level });
}
