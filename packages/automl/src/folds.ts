import type { PreparedData } from './types.ts';

/** One fold of one repeat. */
export interface FoldPlace {
  repeat: number;
  number: number;
}

/** The folds that validate, ascending: rows of -1 always train. */
export function foldNumbers(fold: Int8Array): number[] {
  return [...new Set(fold)].filter((number) => number >= 0).sort((a, b) => a - b);
}

/** The fold models of a bag in their order: repeat by repeat, fold by fold. */
export function foldList(folds: readonly Int8Array[]): (FoldPlace & { index: number })[] {
  let index = 0;
  return folds.flatMap((fold, repeat) => foldNumbers(fold).map((number) => ({ repeat, number, index: index++ })));
}

/** Rows that a fold trains on, and that it is validated on; both ascending. */
export function foldRows(
  { folds, trainEnds, trainingRows }: Pick<PreparedData, 'folds' | 'trainEnds' | 'trainingRows'>,
  { repeat, number }: FoldPlace,
): { training: Int32Array; validation: Int32Array } {
  const fold = folds[repeat]!;
  const all = new Int32Array(trainingRows).map((_, row) => row);
  const end = trainEnds?.[number];
  return {
    training: end === undefined ? all.filter((row) => fold[row] !== number) : all.slice(0, end),
    validation: all.filter((row) => fold[row] === number),
  };
}
