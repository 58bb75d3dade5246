import { AppError, type ColumnProfile, predictsValues, type TaskKind } from '@laurel/contracts';
import { defaultMetric, type Metric, type MetricShape, metricById, metricsForTask } from '@laurel/evaluation';
import { type ScoringPlan, shapeOf } from '../scoring.ts';
import { quote } from './refusal.ts';

/**
 * The metric asked for, or the usual one. Throws METRIC_UNKNOWN, and METRIC_NOT_FOR_TASK for one of other tasks or one
 * that is not defined for the values of the target, such as a logarithmic error of negative numbers.
 */
export function chooseMetric(asked: string | undefined, task: TaskKind, target: ColumnProfile): Metric {
  if (asked === undefined) return defaultMetric(task);
  const { min, max } = target;
  const hasRange = predictsValues(task) && typeof min === 'number' && typeof max === 'number';
  const fits = (metric: Metric) => !hasRange || isComputable(metric, { classes: 1 }, [min, max]);
  const valid = metricsForTask(task).filter(fits);
  const choices = `Choose one of: ${valid.map(({ id }) => id).join(', ')}.`;
  const details = { valid: valid.map(({ id }) => id) };
  const metric = metricById(asked);
  if (!metric) {
    throw new AppError('METRIC_UNKNOWN', `There is no metric ${quote(asked)}. ${choices}`, { details });
  }
  if (!metric.tasks.includes(task)) {
    throw new AppError('METRIC_NOT_FOR_TASK', `${metric.label} cannot score a ${task} task. ${choices}`, { details });
  }
  if (!fits(metric)) {
    throw new AppError(
      'METRIC_NOT_FOR_TASK',
      `${metric.label} is not defined for ${quote(target.name)}, which has values from ${min} to ${max}. ${metric.description} ${choices}`,
      { details },
    );
  }
  return metric;
}

/**
 * Throws METRIC_NOT_FOR_TASK where the plan's metric has no value on the rows that models will be scored on, whatever they
 * predict: all trials would fail.
 * @param target class index or value of each training row; @param folds fold of each training row by repeat, -1 for none
 */
export function checkMetric(plan: ScoringPlan, target: Float64Array, folds: readonly Int8Array[]): void {
  const metric = metricById(plan.metric);
  const samples = samplesOf(plan, target, (row) => folds.some((fold) => fold[row]! >= 0));
  const shape = shapeOf(plan);
  if (!metric || isComputable(metric, shape, samples)) return;
  const valid = metricsForTask(plan.task).filter((other) => isComputable(other, shape, samples));
  const others = valid.length > 0 ? `, or one of these metrics: ${valid.map(({ id }) => id).join(', ')}` : '';
  const values = samples.map((value) => (predictsValues(plan.task) ? String(value) : quote(plan.labels[value]!)));
  const isRange = predictsValues(plan.task) && values[0] !== values[1];
  const what = isRange ? `values from ${values.join(' to ')}` : `${[...new Set(values)].join(', ')} alone`;
  throw new AppError(
    'METRIC_NOT_FOR_TASK',
    `The rows that models are scored on have ${what} as the target, for which ${metric.label} is not defined. Validate on other rows, as with more folds, a smaller holdout or another column to split by${others}.`,
    { details: { valid: valid.map(({ id }) => id) } },
  );
}

/**
 * One row of each class, or the smallest and the largest value: whether a metric is defined hangs on the classes and on
 * the range of values alone.
 */
function samplesOf({ task }: ScoringPlan, target: Float64Array, counts: (row: number) => boolean): number[] {
  if (!predictsValues(task)) return [...new Set(target.filter((_, row) => counts(row)))];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < target.length; row++) {
    if (!counts(row)) continue;
    min = Math.min(min, target[row]!);
    max = Math.max(max, target[row]!);
  }
  return [min, max];
}

function isComputable(metric: Metric, shape: MetricShape, samples: readonly number[]): boolean {
  const constant = new Float64Array(samples.length * shape.classes).fill(1 / shape.classes);
  return !Number.isNaN(metric.compute(Float64Array.from(samples), constant, shape));
}
