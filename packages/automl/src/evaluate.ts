import { type Evaluation, predictsValues } from '@laurel/contracts';
import {
  argmaxLabels,
  bootstrapIntervals,
  calibrationBins,
  columnOf,
  confusionMatrix,
  isClass,
  labelsAtThreshold,
  liftCurve,
  type Metric,
  metricsForTask,
  prCurve,
  quantiles,
  residualHistogram,
  residuals,
  rocCurve,
  thresholdTable,
} from '@laurel/evaluation';
import { createRandom, deriveSeed } from '@laurel/tabular';
import { defaultThreshold } from './finish/threshold.ts';
import {
  finiteOrNull,
  type ScoredRows,
  type ScoringPlan,
  seenBy,
  shapeOf,
  splitRows,
  withThreshold,
} from './scoring.ts';
import type { PreparedData } from './types.ts';

export interface EvaluationInput {
  prepared: Pick<PreparedData, 'plan' | 'target' | 'trainingRows' | 'weights' | 'blocks'>;
  /** rows of the split x outputs, row-major; NaN where a row was never predicted */
  predictions: Float32Array | Float64Array;
  split: 'oof' | 'holdout';
  /** binary: probability of the positive class from which a row is called positive; 0.5 when not given */
  threshold?: number | undefined;
}

const scatterRows = 2000;
/** With more classes, curves are drawn for the most frequent ones. */
const mostCurves = 20;

/** Everything that a model page shows of one split: all metrics with 95 % intervals, curves, confusion or residuals. */
export function evaluateModel(input: EvaluationInput): Evaluation {
  const { plan } = input.prepared;
  const threshold = plan.task === 'binary' ? (input.threshold ?? defaultThreshold) : null;
  const scored = withThreshold(plan, splitRows(input.prepared, input.split, input.predictions), threshold);
  return {
    schemaVersion: 1,
    split: input.split,
    rows: scored.target.length,
    metrics: metricIntervals(plan, scored),
    classification: predictsValues(plan.task) ? null : classification(plan, scored, threshold),
    regression: predictsValues(plan.task) ? regression(plan, scored) : null,
  };
}

function metricIntervals(plan: ScoringPlan, scored: ScoredRows): Evaluation['metrics'] {
  const metrics = metricsForTask(plan.task);
  const byLabel = metrics.filter((metric) => seenBy(metric, scored) === scored.decided);
  const others = metrics.filter((metric) => !byLabel.includes(metric));
  const intervals = (some: Metric[], predictions: Float64Array) => {
    // the resamples of the leaderboard, so that a model has one interval everywhere
    const random = createRandom(deriveSeed(plan.seed, 'bootstrap')).next;
    const found = bootstrapIntervals(some, scored.target, predictions, {
      ...shapeOf(plan),
      blocks: scored.blocks,
      weights: scored.weights,
      random,
    });
    return some.map((metric, i) => {
      const { value, low, high } = found[i]!;
      const interval = { value: finiteOrNull(value), ciLow: finiteOrNull(low), ciHigh: finiteOrNull(high) };
      return [metric.id, interval] as const;
    });
  };
  const shifted = scored.decided ? intervals(byLabel, scored.decided) : [];
  return Object.fromEntries([...intervals(others, scored.predictions), ...shifted]);
}

function positiveIndex(plan: ScoringPlan): number {
  return shapeOf(plan).positive ?? 1;
}

function classification(plan: ScoringPlan, scored: ScoredRows, threshold: number | null): Evaluation['classification'] {
  const { target, predictions } = scored;
  const classes = plan.labels.length;
  const positive = positiveIndex(plan);
  const labels =
    threshold === null ? argmaxLabels(predictions, classes) : labelsAtThreshold(predictions, positive, threshold);
  const drawn = threshold === null ? frequentClasses(target, classes) : [positive];
  const curves = drawn.map((index) => {
    const truth = isClass(target, index);
    const scores = columnOf(predictions, classes, index);
    return { label: plan.labels[index]!, roc: rocCurve(truth, scores), pr: prCurve(truth, scores) };
  });
  // With several classes the bins take every class's probability: is a stated 30 % right in 30 % of cases?
  const truth = threshold === null ? oneHot(target, classes) : isClass(target, positive);
  const scores = threshold === null ? predictions : columnOf(predictions, classes, positive);
  return {
    threshold,
    confusion: { labels: [...plan.labels], matrix: confusionMatrix(target, labels, classes) },
    roc: curves.map(({ label, roc }) => ({ label, auc: finiteOrNull(roc.auc), points: roc.points })),
    pr: curves.map(({ label, pr }) => ({ label, area: finiteOrNull(pr.area), points: pr.points })),
    calibration: calibrationBins(truth, scores),
    thresholds: threshold === null ? [] : thresholdTable(truth, scores),
    lift: threshold === null ? [] : liftCurve(truth, scores),
  };
}

/** Class indexes, the most frequent first, at most 20, in the order of the labels. */
function frequentClasses(target: Float64Array, classes: number): number[] {
  const counts = new Int32Array(classes);
  for (const value of target) counts[value]!++;
  const all = Array.from({ length: classes }, (_, index) => index);
  const frequent = all.sort((a, b) => counts[b]! - counts[a]! || a - b).slice(0, mostCurves);
  return frequent.sort((a, b) => a - b);
}

function oneHot(target: Float64Array, classes: number): Uint8Array {
  const truth = new Uint8Array(target.length * classes);
  target.forEach((value, row) => {
    truth[row * classes + value] = 1;
  });
  return truth;
}

function regression(plan: ScoringPlan, scored: ScoredRows): Evaluation['regression'] {
  const { target, predictions } = scored;
  const rows = createRandom(deriveSeed(plan.seed, 'scatter')).shuffle(Int32Array.from(target, (_, row) => row));
  const gaps = residuals(target, predictions);
  return {
    scatter: Array.from(
      rows.subarray(0, scatterRows).sort(),
      (row) => [predictions[row]!, target[row]!] as [number, number],
    ),
    residualHistogram: residualHistogram(gaps),
    residualQuantiles: quantiles(gaps),
  };
}
