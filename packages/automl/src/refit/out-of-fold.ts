import { selectRows, sliceRows } from '@laurel/tabular';
import { foldList, foldRows } from '../folds.ts';
import { outputsOf } from '../scoring.ts';
import { Accumulator } from '../trial/accumulator.ts';
import type { LoadedModel, PreparedData } from '../types.ts';

/** Training rows as the fold models that had not seen them predict them: rows x outputs, NaN where no fold validates. */
export function outOfFold(prepared: PreparedData, model: LoadedModel): Float32Array {
  const { trainingRows } = prepared;
  const features = sliceRows(prepared.features, 0, trainingRows);
  const oof = new Accumulator(trainingRows, outputsOf(prepared.plan));
  for (const { repeat, number, index } of foldList(prepared.folds)) {
    const rows = foldRows(prepared, { repeat, number }).validation;
    oof.add(model.predictWithFold(index, selectRows(features, rows)), rows);
  }
  return oof.mean();
}
