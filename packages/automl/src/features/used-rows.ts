import { selectRows } from '@laurel/tabular';
import type { FitData, FitInput } from '../models/types.ts';

type Data = Pick<FitInput, 'train' | 'validation'>;

/**
 * The data of a fit with tables of the rows that it uses alone, in their order: on a rung of a large table most rows are
 * neither trained nor validated on. One table for both where they had one.
 */
export function onUsedRows({ train, validation }: Data): Data {
  if (validation?.features === train.features) {
    const narrow = narrowing(train.features.rows, [train.rows, validation.rows]);
    const features = narrow ? selectRows(train.features, narrow.used) : train.features;
    return { train: narrowed(train, narrow, features), validation: narrowed(validation, narrow, features) };
  }
  const own = (data: FitData) => {
    const narrow = narrowing(data.features.rows, [data.rows]);
    return narrowed(data, narrow, narrow ? selectRows(data.features, narrow.used) : data.features);
  };
  return { train: own(train), validation: validation && own(validation) };
}

interface Narrowing {
  /** rows of the whole table, ascending */
  used: Int32Array;
  /** their places by row of the whole table */
  placeOf: Int32Array;
}

/** Null: all rows are used. */
function narrowing(count: number, lists: readonly Int32Array[]): Narrowing | null {
  const isUsed = new Uint8Array(count);
  for (const rows of lists) for (const row of rows) isUsed[row] = 1;
  const used = Int32Array.from({ length: count }, (_, row) => row).filter((row) => isUsed[row] === 1);
  if (used.length === count) return null;
  const placeOf = new Int32Array(count);
  for (let place = 0; place < used.length; place++) placeOf[used[place]!] = place;
  return { used, placeOf };
}

function narrowed(data: FitData, narrow: Narrowing | null, features: FitData['features']): FitData {
  if (!narrow) return data;
  const { used, placeOf } = narrow;
  const { target, weights, blocks } = data;
  return {
    features,
    rows: data.rows.map((row) => placeOf[row]!),
    target: Float64Array.from(used, (row) => target[row]!),
    ...(weights ? { weights: Float64Array.from(used, (row) => weights[row]!) } : {}),
    ...(blocks ? { blocks: used.map((row) => blocks[row]!) } : {}),
  };
}
