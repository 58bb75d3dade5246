import type { Table } from '@laurel/tabular';
import { intervalsAround, type ResidualTable, residualTable } from '../../finish/intervals.ts';
import type { Reach } from './answer.ts';
import { numbers } from './family.ts';
import { keys } from './features.ts';

/** Backtests have few rows of each step: neighbouring steps share their errors. */
const rowsPerGroup = 30;
/** Powers of the step that errors are taken to grow with; the root is that of a random walk. */
const growths = [0.1, 0.2, 0.3, 0.4, 0.5];

/** Errors of the backtests in units of the spread before each origin. */
export interface StepErrors extends ResidualTable {
  /** of a table of one group: residuals are divided by this power of their step; absent: they are not */
  growth?: number;
}

/**
 * Errors in groups of steps: intervals grow with the step as the errors did. Too few for two groups are put together by a
 * power of the step, the one that they are most likely with.
 * @param rows rows of `features` that `target` and `predictions` belong to
 */
export function stepErrors(
  features: Table,
  rows: Int32Array,
  target: Float64Array,
  predictions: Float64Array,
): StepErrors | null {
  const scale = numbers(features, keys.scale);
  const steps = numbers(features, keys.step);
  const by = Float64Array.from(rows, (row) => steps[row]!);
  const errorsIn = (unit: (i: number) => number) =>
    residualTable(
      target.map((value, i) => value / unit(i)),
      predictions.map((value, i) => value / unit(i)),
      { by, rowsPerGroup },
    );
  const spread = (i: number) => scale[rows[i]!]!;
  const table = errorsIn(spread);
  if (!table || table.edges.length > 0) return table;
  const growth = likeliestGrowth(
    target.map((value, i) => Math.abs(value - predictions[i]!) / spread(i)),
    by,
  );
  return { ...errorsIn((i) => spread(i) * by[i]! ** growth)!, growth };
}

/** The power for which errors divided by it are most likely from one double exponential distribution. */
function likeliestGrowth(errors: Float64Array, steps: Float64Array): number {
  const surprise = (growth: number) => {
    let sum = 0;
    let logs = 0;
    for (let i = 0; i < errors.length; i++) {
      sum += errors[i]! / steps[i]! ** growth;
      logs += growth * Math.log(steps[i]!);
    }
    return errors.length * Math.log(sum / errors.length) + logs;
  };
  return growths.reduce((best, one) => (surprise(one) < surprise(best) ? one : best));
}

/**
 * Intervals around forecasts, rows x 2. Beyond the horizon forecasts go on from forecasts and nothing was measured: they
 * widen with the root of the steps, as those of a random walk.
 */
export function forecastIntervals(
  table: StepErrors,
  predictions: Float64Array,
  level: number,
  { steps, scale, horizon }: Reach,
): Float64Array {
  const { growth = 0 } = table;
  const reach = intervalsAround(table, new Float64Array(predictions.length), level, steps);
  return reach.map((end, i) => {
    const row = i >> 1;
    const step = steps[row]!;
    const width = Math.min(step, horizon) ** growth * Math.sqrt(Math.max(1, step / horizon));
    return predictions[row]! + end * scale[row]! * width;
  });
}
