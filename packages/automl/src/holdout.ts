import type { Interval } from '@laurel/contracts';
import { allMetrics, outputsOf, scoredRows, scoreWithInterval } from './scoring.ts';
import type { PreparedData } from './types.ts';

/**
 * Every metric on the sealed rows, the plan's one with its 95 % interval; null without a holdout. Computed with the
 * trial, while its data is at hand, and stored sealed.
 */
export function holdoutMetrics(prepared: PreparedData, holdout: Float32Array): Record<string, Interval> | null {
  const { plan, target, trainingRows, blocks } = prepared;
  if (target.length === trainingRows) return null;
  const scored = scoredRows(target.subarray(trainingRows), holdout, outputsOf(plan), undefined, blocks?.subarray(trainingRows));
  const metrics: Record<string, Interval> = {};
  for (const [id, value] of Object.entries(allMetrics(plan, scored))) {
    metrics[id] = { value, ciLow: null, ciHigh: null };
  }
  metrics[plan.metric] = scoreWithInterval(plan, scored);
  return metrics;
}
