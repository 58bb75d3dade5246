import type { BoostRows, Objective } from './boosting/types.ts';
import { TreesError } from './errors.ts';

/** Row weights times class weights as f32, or null when all are 1. Throws INVALID_DATA for negative or endless ones. */
export function rowWeights(
  rows: BoostRows,
  objective: Objective,
  classWeights: readonly number[] | null,
): Float32Array | null {
  const { weights, target } = rows;
  if (weights && weights.length !== rows.rows) {
    throw new TreesError('INVALID_DATA', `${weights.length} weights do not match ${rows.rows} rows.`);
  }
  const classes = objective.kind === 'softmax' ? objective.classes : objective.kind === 'logistic' ? 2 : 0;
  if (classWeights && classWeights.length !== classes) {
    throw new TreesError('INVALID_PARAMETER', `classWeights needs ${classes} numbers, one per class.`);
  }
  if (!weights && !classWeights) return null;
  const out = new Float32Array(rows.rows);
  let sum = 0;
  let even = true;
  for (let row = 0; row < rows.rows; row++) {
    const weight = (weights?.[row] ?? 1) * (classWeights?.[target[row]!] ?? 1);
    if (!(weight >= 0 && weight <= 1e30)) {
      throw new TreesError(
        'INVALID_DATA',
        `The weight of row ${row} is ${weight}; weights are numbers from 0 to 1e30.`,
      );
    }
    out[row] = weight;
    sum += out[row]!;
    even &&= weight === 1;
  }
  if (even) return null;
  if (!(sum > 0))
    throw new TreesError('INVALID_DATA', 'All rows have the weight 0; give at least one a weight above 0.');
  return out;
}
