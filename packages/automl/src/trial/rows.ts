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
  const { rows } = input.train;
  if (!Number.isFinite(limitMs)) return rows;
  const outputs = costByClass && input.classes > 2 ? input.classes : 1;
  const perRow = prepared.features.columns.length * outputs * Math.max(0.3, relativeCost);
  const most = Math.max(leastRows, Math.floor((Math.max(0, limitMs) * cellsPerMs) / perRow));
  if (rows.length <= most) return rows;
  return createRandom(deriveSeed(input.seed, 'rows')).shuffle(rows.slice()).slice(0, most).sort();
}
