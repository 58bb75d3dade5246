import { selectRows, sliceRows } from '@laurel/tabular';
import { outputsOf } from '../scoring.ts';
import { Accumulator } from '../trial/accumulator.ts';
import type { LoadedModel, PreparedData } from '../types.ts';

/** Training rows as the fold models that had not seen them predict them: rows x outputs, NaN where no fold validates. */
export function outOfFold(prepared: PreparedData, model: LoadedModel): Float32Array {
  const { folds, trainingRows } = prepared;
  const features = sliceRows(prepared.features, 0, trainingRows);
  const oof = new Accumulator(trainingRows, outputsOf(prepared.plan));
  for (const { repeat, number, index } of foldList(folds)) {
    const rows = rowsOfFold(folds[repeat]!, number);
    oof.add(model.predictWithFold(index, selectRows(features, rows)), rows);
  }
  return oof.mean();
}

/** The fold models of a bag in their order: repeat by repeat, fold by fold. */
export function foldList(folds: readonly Int8Array[]): { repeat: number; number: number; index: number }[] {
  let index = 0;
  return folds.flatMap((fold, repeat) => {
    const numbers = [...new Set(fold)].filter((number) => number >= 0).sort((a, b) => a - b);
    return numbers.map((number) => ({ repeat, number, index: index++ }));
  });
}

export function rowsOfFold(fold: Int8Array, number: number): Int32Array {
  return new Int32Array(fold.length).map((_, row) => row).filter((row) => fold[row] === number);
}
