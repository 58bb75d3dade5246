import { predictsValues } from '@laurel/contracts';
import { deriveSeed, stratifiedFolds } from '@laurel/tabular';
import type { PreparedData } from '../types.ts';

const crossFolds = 5;

/**
 * Parts of the given training rows for cross-fitting what is learnt from out-of-fold predictions: a part number per
 * row, 0 to count - 1. Five random parts, stratified; the experiment's own folds where rows hang together by group or time.
 */
export function crossParts(
  prepared: Pick<PreparedData, 'plan' | 'folds' | 'target'>,
  rows: Int32Array,
  seed: number,
): { parts: Int8Array; count: number } {
  const { kind } = prepared.plan.validation;
  const own = prepared.folds[0]!;
  const numbers = [...new Set(rows.map((row) => own[row]!))].filter((number) => number >= 0).sort((a, b) => a - b);
  if ((kind === 'group' || kind === 'time') && numbers.length > 1) {
    return { parts: Int8Array.from(rows, (row) => Math.max(0, numbers.indexOf(own[row]!))), count: numbers.length };
  }
  const parts = stratifiedFolds({
    target: Float64Array.from(rows, (row) => prepared.target[row]!),
    kind: predictsValues(prepared.plan.task) ? 'values' : 'classes',
    seed: deriveSeed(seed, 'cross'),
    folds: Math.min(crossFolds, Math.max(2, rows.length)),
  })[0]!;
  // A class too rare for the parts has no part; the first one scores it.
  return { parts: parts.map((part) => Math.max(0, part)), count: Math.min(crossFolds, Math.max(2, rows.length)) };
}
