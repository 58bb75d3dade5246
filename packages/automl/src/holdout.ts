import type { Interval } from '@laurel/contracts';
import { allMetrics, scoreWithInterval, splitRows, withThreshold } from './scoring.ts';
import type { PreparedData } from './types.ts';

/**
 * Every metric on the sealed rows, the plan's one with its 95 % interval; null without a holdout. Computed with the
 * trial, while its data is at hand, and stored sealed. Labels follow the model's threshold.
 */
export function holdoutMetrics(
  prepared: PreparedData,
  holdout: Float32Array,
  threshold?: number,
): Record<string, Interval> | null {
  const { plan, target, trainingRows } = prepared;
  if (target.length === trainingRows) return null;
  const scored = withThreshold(plan, splitRows(prepared, 'holdout', holdout), threshold);
  const metrics: Record<string, Interval> = {};
  for (const [id, value] of Object.entries(allMetrics(plan, scored))) {
    metrics[id] = { value, ciLow: null, ciHigh: null };
  }
  metrics[plan.metric] = scoreWithInterval(plan, scored);
  return metrics;
}
