import { predictsValues } from '@laurel/contracts';
import { deriveSeed, stratifiedFolds } from '@laurel/tabular';
import { foldNumbers } from '../folds.ts';
import type { PreparedData } from '../types.ts';

const crossFolds = 5;

/**
 * Parts of the given training rows for cross-fitting what is learnt from out-of-fold predictions: a part number per
 * row, 0 to count - 1. Five random parts, stratified; the experiment's own folds where rows hang together by group or time,
 * and parts of whole blocks where it has one fold alone.
 */
export function crossParts(
  prepared: Pick<PreparedData, 'plan' | 'folds' | 'target' | 'blocks'>,
  rows: Int32Array,
  seed: number,
): { parts: Int8Array; count: number } {
  const { kind } = prepared.plan.validation;
  const own = prepared.folds[0]!;
  const numbers = foldNumbers(Int8Array.from(rows, (row) => own[row]!));
  if (kind === 'group' || kind === 'time') {
    if (numbers.length > 1) {
      return { parts: Int8Array.from(rows, (row) => Math.max(0, numbers.indexOf(own[row]!))), count: numbers.length };
    }
    const { blocks } = prepared;
    if (blocks) return wholeBlocks(Int32Array.from(rows, (row) => blocks[row]!));
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

/** Parts of neighbouring blocks, as many of them in each. */
function wholeBlocks(blocks: Int32Array): { parts: Int8Array; count: number } {
  const distinct = [...new Set(blocks)].sort((a, b) => a - b);
  const count = Math.min(crossFolds, Math.max(2, distinct.length));
  const partOf = new Map(distinct.map((block, i) => [block, Math.floor((i * count) / distinct.length)]));
  return { parts: Int8Array.from(blocks, (block) => partOf.get(block)!), count };
}
