import { AppError, predictsValues, type TaskKind } from '@laurel/contracts';
import {
  bootstrapInterval,
  type Metric,
  type MetricShape,
  metricById,
  metricsForTask,
  predictedRows,
  takeRows,
} from '@laurel/evaluation';
import { createRandom, deriveSeed } from '@laurel/tabular';
import { atThreshold, defaultThreshold } from './finish/threshold.ts';
import type { PreparedData } from './types.ts';

/** What scoring has to know of an experiment; a plan has it all. */
export interface ScoringPlan {
  task: TaskKind;
  labels: readonly string[];
  positiveClass: string | null;
  metric: string;
  seed: number;
  forecast?: { scale?: number | undefined } | undefined;
}

/** Columns of a prediction: one per class, or one value. */
export function outputsOf(plan: Pick<ScoringPlan, 'task' | 'labels'>): number {
  return predictsValues(plan.task) ? 1 : plan.labels.length;
}

export function shapeOf(plan: ScoringPlan): MetricShape {
  const positive = plan.positiveClass === null ? -1 : plan.labels.indexOf(plan.positiveClass);
  return { classes: outputsOf(plan), positive: positive < 0 ? undefined : positive, scale: plan.forecast?.scale };
}

/** The metric of a plan, or METRIC_UNKNOWN: a stored plan may name one that this version no longer has. */
export function metricOf(id: string): Metric {
  const metric = metricById(id);
  if (!metric) throw new AppError('METRIC_UNKNOWN', `There is no metric ${JSON.stringify(id)}. Choose another one.`);
  return metric;
}

/** Rows that have a whole prediction, with their target and predictions. */
export interface ScoredRows {
  rows: Int32Array;
  target: Float64Array;
  predictions: Float64Array;
  /** row weights; absent: equal ones */
  weights?: Float64Array | undefined;
  /** which rows belong together and are resampled together; absent: each for itself */
  blocks?: Int32Array | undefined;
  /** labels as 0 and 1, for metrics of labels where they are not simply the most probable ones */
  decided?: Float64Array | undefined;
}

/** `weights` and `blocks` have one entry per row of `target`, as those of `PreparedData` have. */
export function scoredRows(
  target: Float64Array,
  predictions: Float32Array | Float64Array,
  outputs: number,
  weights?: Float64Array,
  blocks?: Int32Array,
): ScoredRows {
  const rows = predictedRows(target, predictions, outputs);
  return {
    rows,
    target: takeRows(target, rows, 1),
    predictions: takeRows(predictions, rows, outputs),
    ...(weights ? { weights: takeRows(weights, rows, 1) } : {}),
    ...(blocks ? { blocks: rows.map((row) => blocks[row]!) } : {}),
  };
}

/** Rows of one split with their weights and blocks; `predictions` are those of the split. */
export function splitRows(
  prepared: Pick<PreparedData, 'plan' | 'target' | 'trainingRows' | 'weights' | 'blocks'>,
  split: 'oof' | 'holdout',
  predictions: Float32Array | Float64Array,
): ScoredRows {
  const { plan, target, trainingRows, weights, blocks } = prepared;
  const [from, to] = split === 'oof' ? [0, trainingRows] : [trainingRows, target.length];
  const of = (values: Float64Array) => values.subarray(from, to);
  return scoredRows(of(target), predictions, outputsOf(plan), weights && of(weights), blocks?.subarray(from, to));
}

/** The same rows with the labels that a threshold gives; without one unchanged. */
export function withThreshold(plan: ScoringPlan, scored: ScoredRows, threshold: number | null | undefined): ScoredRows {
  if (plan.task !== 'binary' || threshold === null || threshold === undefined || threshold === defaultThreshold) {
    return scored;
  }
  return { ...scored, decided: atThreshold(scored.predictions, shapeOf(plan).positive ?? 1, threshold) };
}

/** What a metric looks at: decided labels where it wants labels, else the predictions. */
export function seenBy(metric: Metric, { predictions, decided }: ScoredRows): Float64Array {
  return metric.needs === 'labels' && decided ? decided : predictions;
}

/** Every metric of the task; null where one is not defined on these rows. */
export function allMetrics(plan: ScoringPlan, scored: ScoredRows): Record<string, number | null> {
  const shape = shapeOf(plan);
  const values = metricsForTask(plan.task).map((metric) => {
    const value = metric.compute(scored.target, seenBy(metric, scored), { ...shape, weights: scored.weights });
    return [metric.id, finiteOrNull(value)] as const;
  });
  return Object.fromEntries(values);
}

/** Score in the plan's metric with its 95 % bootstrap interval. */
export function scoreWithInterval(plan: ScoringPlan, scored: ScoredRows) {
  const random = createRandom(deriveSeed(plan.seed, 'bootstrap'));
  const metric = metricOf(plan.metric);
  const found = bootstrapInterval(metric, scored.target, seenBy(metric, scored), {
    ...shapeOf(plan),
    weights: scored.weights,
    blocks: scored.blocks,
    random: random.next,
  });
  return { value: found.value, ciLow: finiteOrNull(found.low), ciHigh: finiteOrNull(found.high) };
}

/** Sample standard deviation; 0 for fewer than two scores. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
