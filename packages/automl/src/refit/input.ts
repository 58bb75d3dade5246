import { deriveSeed, sliceRows } from '@laurel/tabular';
import type { FittedBag } from '../artifact.ts';
import type { FitInput } from '../models/types.ts';
import { metricOf, shapeOf } from '../scoring.ts';
import { fitWeights } from '../trial/weights.ts';
import type { EngineContext, PreparedData } from '../types.ts';

/** Half of the process, as for trials; 2 GiB where its size is not known. */
const memoryShare = 0.5;
const defaultMemoryBytes = 2 * 2 ** 30;

/** A fit on every training row without validation rows; the sealed ones take no part. */
export function allRowsInput(
  prepared: PreparedData,
  { config, seed }: Pick<FittedBag, 'config' | 'seed'>,
  context: EngineContext,
): { input: FitInput; corrected: number[] | undefined } {
  const { plan, trainingRows } = prepared;
  const rows = new Int32Array(trainingRows).map((_, row) => row);
  const weights = fitWeights(prepared, config, rows);
  const metric = metricOf(plan.metric);
  const input: FitInput = {
    task: plan.task,
    classes: plan.labels.length,
    train: {
      features: sliceRows(prepared.features, 0, trainingRows),
      target: prepared.target.subarray(0, trainingRows),
      rows,
      ...(weights.rows ? { weights: weights.rows } : {}),
    },
    validation: null,
    config,
    features: { off: plan.engineering === 'off', dropped: plan.droppedFeatures ?? [] },
    seed: deriveSeed(seed, 'refit'),
    metric: {
      higherIsBetter: metric.higherIsBetter,
      score: (target, predictions) => metric.compute(target, predictions, shapeOf(plan)),
    },
    deadlineMs: Number.POSITIVE_INFINITY,
    now: context.now,
    memoryLimitBytes: memoryShare * (context.processLimitBytes ?? defaultMemoryBytes / memoryShare),
    ...(context.signal ? { signal: context.signal } : {}),
  };
  return { input, corrected: weights.corrected };
}
