import { createRandom, deriveSeed } from '@laurel/tabular';
import type { FamilyInfo, FitInput } from '../models/types.ts';
import type { PreparedData } from '../types.ts';

/** Numbers of the table, times classes, that a fit of relative cost 1 may get for each millisecond. */
const cellsPerMs = 4000;
const leastRows = 5000;

/**
 * The training rows, or an evenly drawn part of them when all would not fit into the time at all: a family looks at the
 * clock between two trees or passes, and on a very large table one of those can take longer than the trial has.
 */
export function affordableRows(
  prepared: PreparedData,
  input: FitInput,
  limitMs: number,
  { relativeCost, costByClass }: Pick<FamilyInfo, 'relativeCost' | 'costByClass'>,
): Int32Array {
  if (!Number.isFinite(limitMs)) return input.train.rows;
  const outputs = costByClass && input.classes > 2 ? input.classes : 1;
  const perRow = prepared.features.columns.length * outputs * Math.max(0.3, relativeCost);
  return someRows(input, Math.max(leastRows, Math.floor((Math.max(0, limitMs) * cellsPerMs) / perRow)));
}

/** At most so many training rows, drawn by the fit's seed, ascending. */
export function someRows({ train, seed }: Pick<FitInput, 'train' | 'seed'>, most: number): Int32Array {
  if (train.rows.length <= most) return train.rows;
  return createRandom(deriveSeed(seed, 'rows')).shuffle(train.rows.slice()).slice(0, most).sort();
}
