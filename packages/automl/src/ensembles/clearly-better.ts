import { pairedBootstrap } from '@laurel/evaluation';
import { createRandom } from '@laurel/tabular';
import { metricOf, shapeOf } from '../scoring.ts';
import type { PreparedData } from '../types.ts';
import type { RowCandidates } from './members.ts';

/** How many standard errors of the difference count as clear. */
const errors = 1;
const resamples = 200;

/** Whether some predictions of the rows (rows x outputs) are better than others by more than one standard error. */
export function isClearlyBetter(
  { plan, blocks }: PreparedData,
  { rows, target, weights }: RowCandidates,
  ours: Float64Array,
  theirs: Float64Array,
  seed: number,
): boolean {
  const metric = metricOf(plan.metric);
  const random = createRandom(seed).next;
  const drawn = blocks ? { blocks: rows.map((row) => blocks[row]!) } : {};
  const options = { ...shapeOf(plan), weights, ...drawn, random, resamples, level: 0.6827 };
  const { low, high } = pairedBootstrap(metric, target, ours, theirs, options);
  const difference = metric.compute(target, ours, options) - metric.compute(target, theirs, options);
  const error = (high - low) / 2;
  return (metric.higherIsBetter ? difference : -difference) > errors * error;
}
