import type { Metric, MetricTask } from '../metric.ts';
import { accuracy } from './accuracy.ts';
import { balanced_accuracy } from './balanced_accuracy.ts';
import { brier } from './brier.ts';
import { f1 } from './f1.ts';
import { f1_macro } from './f1_macro.ts';
import { log_loss } from './log_loss.ts';
import { mae } from './mae.ts';
import { mape } from './mape.ts';
import { mase } from './mase.ts';
import { mcc } from './mcc.ts';
import { medae } from './medae.ts';
import { pinball } from './pinball.ts';
import { pr_auc } from './pr_auc.ts';
import { r2 } from './r2.ts';
import { rmse } from './rmse.ts';
import { rmsle } from './rmsle.ts';
import { roc_auc } from './roc_auc.ts';
import { smape } from './smape.ts';

/** Every metric, in the order in which people see them. To add one: its file, and one line here. */
export const metrics: readonly Metric[] = [
  roc_auc,
  pr_auc,
  log_loss,
  accuracy,
  balanced_accuracy,
  f1,
  f1_macro,
  mcc,
  brier,
  rmse,
  mae,
  r2,
  rmsle,
  mape,
  medae,
  pinball,
  mase,
  smape,
];

export const metricIds: readonly string[] = uniqueIds(metrics);

const byId = new Map(metrics.map((metric) => [metric.id, metric]));
const defaults: Record<MetricTask, Metric> = {
  binary: roc_auc,
  multiclass: log_loss,
  regression: rmse,
  forecast: mase,
};

/** undefined for an unknown id */
export function metricById(id: string): Metric | undefined {
  return byId.get(id);
}

/** The metric that an experiment uses when none is asked for. */
export function defaultMetric(task: MetricTask): Metric {
  return defaults[task];
}

export function metricsForTask(task: MetricTask): Metric[] {
  return metrics.filter((metric) => metric.tasks.includes(task));
}

/** Ids of a registry; throws when two entries share one. */
export function uniqueIds(entries: readonly { id: string }[]): string[] {
  const ids = entries.map((entry) => entry.id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined) throw new Error(`two metrics have the id ${twice}; give one of them another id`);
  return ids;
}

/** True when `a` is a better score than `b`. A score that is not a number is worse than any other. */
export function isBetter(metric: Pick<Metric, 'higherIsBetter'>, a: number, b: number): boolean {
  if (Number.isNaN(a)) return false;
  if (Number.isNaN(b)) return true;
  return metric.higherIsBetter ? a > b : a < b;
}
