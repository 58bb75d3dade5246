import type { Table } from '@laurel/tabular';
import { intervalsAround, type ResidualTable, residualTable } from '../../finish/intervals.ts';
import { numbers } from './family.ts';
import { keys } from './features.ts';

/** Backtests have few rows of each step: neighbouring steps share their errors. */
const rowsPerGroup = 30;

/**
 * Errors of the backtests in units of the spread before each origin, in groups of steps: intervals grow with the step
 * as the errors did.
 * @param rows rows of `features` that `target` and `predictions` belong to
 */
export function stepErrors(
  features: Table,
  rows: Int32Array,
  target: Float64Array,
  predictions: Float64Array,
): ResidualTable | null {
  const scale = numbers(features, keys.scale);
  const steps = numbers(features, keys.step);
  const scaled = (values: Float64Array) => values.map((value, i) => value / scale[rows[i]!]!);
  const by = Float64Array.from(rows, (row) => steps[row]!);
  return residualTable(scaled(target), scaled(predictions), { by, rowsPerGroup });
}

/** Intervals around forecasts, rows x 2, from the steps and the spread of each. */
export function forecastIntervals(
  table: ResidualTable,
  predictions: Float64Array,
  level: number,
  { steps, features }: { steps: Int32Array; features: Table },
): Float64Array {
  const scale = numbers(features, keys.scale);
  const scaled = predictions.map((value, row) => value / scale[row]!);
  const ends = intervalsAround(table, scaled, level, steps);
  return ends.map((end, i) => end * scale[i >> 1]!);
}
