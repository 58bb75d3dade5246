import type { Config } from '../models/types.ts';
import type { PreparedData } from '../types.ts';

/** No class counts more than this many times another. */
const mostClassWeight = 10;

export interface FitWeights {
  /** per training row of the prepared data, mean 1 over the rows that are fitted; absent: equal ones */
  rows?: Float64Array;
  /** by which the probabilities have to be corrected afterwards; absent: they are meant to be what they are */
  corrected?: number[];
}

/**
 * Weights of the rows of a fit: those of the weight column times those of the classes. Class weights that the search
 * tries are a means of fitting, so that the probabilities of a binary task are corrected for them; those that a person
 * asked for are the answer that is wanted.
 */
export function fitWeights(prepared: PreparedData, config: Config, rows: Int32Array): FitWeights {
  const byClass = classWeightsOf(prepared, config, rows);
  if (!byClass && !prepared.weights) return {};
  const weights = new Float64Array(prepared.trainingRows);
  let total = 0;
  for (let row = 0; row < weights.length; row++) {
    weights[row] = (prepared.weights?.[row] ?? 1) * (byClass?.[prepared.target[row]!] ?? 1);
  }
  for (const row of rows) total += weights[row]!;
  if (total > 0) for (let row = 0; row < weights.length; row++) weights[row]! *= rows.length / total;
  const isTried = prepared.plan.classWeights === 'auto' && prepared.plan.task === 'binary';
  return byClass && isTried ? { rows: weights, corrected: byClass } : { rows: weights };
}

/** One per class, the most frequent class 1; null where classes count by their rows. */
function classWeightsOf({ plan, target, weights }: PreparedData, config: Config, rows: Int32Array): number[] | null {
  const { classWeights = 'none', labels } = plan;
  if (labels.length === 0) return null;
  if (typeof classWeights === 'object') return labels.map((label) => classWeights[label] ?? 1);
  const chosen = classWeights === 'auto' ? config.classWeights : classWeights;
  if (chosen !== 'balanced') return null;
  const counts = new Float64Array(labels.length);
  for (const row of rows) counts[target[row]!]! += weights?.[row] ?? 1;
  const most = Math.max(...counts);
  return Array.from(counts, (count) => Math.min(mostClassWeight, count > 0 ? most / count : mostClassWeight));
}
