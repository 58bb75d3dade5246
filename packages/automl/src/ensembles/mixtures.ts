import { predictsValues } from '@laurel/contracts';
import { columnOf, isClass, type Metric, type MetricShape, metricById } from '@laurel/evaluation';
import { bestThreshold } from '../finish/threshold.ts';
import { metricOf, type ScoringPlan, shapeOf } from '../scoring.ts';
import { rankingArea } from './ranking-area.ts';

/** The same rows as every model predicts them, row-major. */
export interface Candidates {
  target: Float64Array;
  predictions: Float64Array[];
  weights?: Float64Array | undefined;
}

/** What of each candidate a score looks at, and the score of a mixture of those parts. */
export interface MixtureScore {
  /** per candidate */
  parts: Float64Array[];
  score(mixture: Float64Array): number;
}

/** The smallest probability that a log loss knows. */
const smallest = 1e-15;

/**
 * The experiment's metric on mixtures. Log loss needs no more of a row than the probability of its class, and the area
 * under the curve no more than that of the positive class; labels of a binary task are judged at their best threshold.
 */
export function mixtureScore(
  plan: ScoringPlan,
  candidates: Candidates,
  metric: Metric = metricOf(plan.metric),
): MixtureScore {
  const shape = shapeOf(plan);
  const { target, predictions, weights } = candidates;
  if (metric.id === logLoss().id) return logLossScore(candidates, shape);
  const positive = shape.positive ?? 1;
  if (plan.task === 'binary' && metric.needs === 'labels') {
    return {
      parts: predictions,
      score: (mix) => bestThreshold(metric, { target, probabilities: mix, positive, weights }).score,
    };
  }
  if (plan.task === 'binary' && metric.id === area().id && !weights) {
    const isPositive = isClass(target, positive);
    const parts = predictions.map((values) => columnOf(values, 2, positive));
    return { parts, score: (mix) => rankingArea(mix, isPositive) };
  }
  return { parts: predictions, score: (mix) => metric.compute(target, mix, { ...shape, weights }) };
}

/** What decides between mixtures of equal score. */
export function tieBreakScore(plan: ScoringPlan, candidates: Candidates): MixtureScore {
  return mixtureScore(plan, candidates, predictsValues(plan.task) ? metricById('rmse')! : logLoss());
}

function logLossScore({ target, predictions, weights }: Candidates, { classes }: MetricShape): MixtureScore {
  const parts = predictions.map((values) => target.map((label, row) => values[row * classes + label]!));
  let total = target.length;
  if (weights) total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    parts,
    score(mix) {
      let sum = 0;
      for (let row = 0; row < mix.length; row++) {
        const loss = -Math.log(Math.max(mix[row]!, smallest));
        sum += weights ? weights[row]! * loss : loss;
      }
      return sum / total;
    },
  };
}

function logLoss(): Metric {
  return metricById('log_loss')!;
}

function area(): Metric {
  return metricById('roc_auc')!;
}
