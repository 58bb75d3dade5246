import { columnOf, isClass, takeRows } from '@laurel/evaluation';
import { applyIsotonic, fitIsotonic, type IsotonicLine } from './isotonic.ts';
import { applyTemperature, fitTemperature, type LabelledProbabilities } from './temperature.ts';

export type Calibration = { method: 'temperature'; temperature: number } | ({ method: 'isotonic' } & IsotonicLine);

/** Rows from which each method is tried. */
const leastRows = { binary: 3000, multiclass: 500, isotonic: 5000 } as const;
/** Rows that a calibration is fitted on; more tell no more of one parameter or a line. */
const mostRows = 50_000;
/** As the log loss of evaluation has it. */
const smallest = 1e-15;
/** A line of many pieces has to be better by this many standard errors of the difference. */
const isotonicErrors = 1;

export interface CalibrationInput extends LabelledProbabilities {
  /** part of each row for cross-fitting */
  parts: Int8Array;
  count: number;
  /** binary: index of the positive class */
  positive: number;
  /** true: the experiment's metric looks at nothing but the order of rows, which an isotonic line may level */
  ranks: boolean;
}

export interface Calibrated {
  /** fitted on all rows; what new rows get */
  calibration: Calibration;
  /** each row by the calibration of the other parts */
  crossFitted: Float64Array;
}

/**
 * The calibration that lowers the cross-fitted log loss: a temperature, or with 5,000 rows of a binary task an isotonic
 * line. null where there are too few rows, or where neither is better than the probabilities as they are.
 */
export function calibrate(input: CalibrationInput): Calibrated | null {
  const rows = input.target.length;
  if (rows < (input.classes === 2 ? leastRows.binary : leastRows.multiclass)) return null;
  const losses = lossesOf(input, input.probabilities);
  const byTemperature = crossFit(input, temperatureOf);
  const temperatureLosses = lossesOf(input, byTemperature);
  const helps = meanGain(losses, temperatureLosses, input.weights).mean > 0;
  if (input.classes === 2 && rows >= leastRows.isotonic && !input.ranks) {
    const byLine = crossFit(input, isotonicOf);
    const gain = meanGain(helps ? temperatureLosses : losses, lossesOf(input, byLine), input.weights);
    if (gain.mean > isotonicErrors * gain.error) return { calibration: isotonicOf(some(input)), crossFitted: byLine };
  }
  return helps ? { calibration: temperatureOf(some(input)), crossFitted: byTemperature } : null;
}

/** Calibrated probabilities, rows x classes. A new array. */
export function applyCalibration(
  calibration: Calibration,
  probabilities: ArrayLike<number>,
  classes: number,
  positive: number,
): Float64Array {
  if (calibration.method === 'temperature') return applyTemperature(probabilities, classes, calibration.temperature);
  const result = new Float64Array(probabilities.length);
  for (let at = 0; at < result.length; at += 2) {
    const p = applyIsotonic(calibration, probabilities[at + positive]!);
    result[at + positive] = p;
    result[at + 1 - positive] = 1 - p;
  }
  return result;
}

const some = (input: CalibrationInput) => rowsOf(input, () => true, mostRows);

type Fit = (input: CalibrationInput) => Calibration;

const temperatureOf: Fit = (input) => ({ method: 'temperature', temperature: fitTemperature(input) });

const isotonicOf: Fit = ({ target, probabilities, classes, positive, weights }) => ({
  method: 'isotonic',
  ...fitIsotonic(isClass(target, positive), columnOf(probabilities, classes, positive), weights),
});

function crossFit(input: CalibrationInput, calibrationOf: Fit): Float64Array {
  const { parts, count, classes, positive } = input;
  const result = new Float64Array(input.probabilities.length);
  for (let part = 0; part < count; part++) {
    const calibration = calibrationOf(rowsOf(input, (row) => parts[row] !== part, mostRows));
    const own = rowsOf(input, (row) => parts[row] === part);
    const values = applyCalibration(calibration, own.probabilities, classes, positive);
    own.rows.forEach((row, i) => {
      for (let k = 0; k < classes; k++) result[row * classes + k] = values[i * classes + k]!;
    });
  }
  return result;
}

/** The rows that are kept; where there are more than `most`, evenly spaced ones. Plain loops, as every trial comes here. */
function rowsOf(input: CalibrationInput, keep: (row: number) => boolean, most = Number.POSITIVE_INFINITY) {
  const { classes, weights } = input;
  const kept = new Int32Array(input.target.length);
  let count = 0;
  for (let row = 0; row < kept.length; row++) if (keep(row)) kept[count++] = row;
  const stride = Math.max(1, Math.ceil(count / most));
  const rows = new Int32Array(Math.ceil(count / stride));
  for (let i = 0; i < rows.length; i++) rows[i] = kept[i * stride]!;
  const part = { weights: weights && takeRows(weights, rows, 1), target: takeRows(input.target, rows, 1) };
  return { ...input, ...part, rows, probabilities: takeRows(input.probabilities, rows, classes) };
}

/** Log loss of every row. A plain loop: it runs with every trial, on every row. */
function lossesOf({ target, classes }: CalibrationInput, probabilities: Float64Array): Float64Array {
  const losses = new Float64Array(target.length);
  for (let row = 0; row < losses.length; row++) {
    losses[row] = -Math.log(Math.max(probabilities[row * classes + target[row]!]!, smallest));
  }
  return losses;
}

function meanGain(before: Float64Array, after: Float64Array, weights?: Float64Array): { mean: number; error: number } {
  let [total, sum, squares] = [0, 0, 0];
  for (let i = 0; i < before.length; i++) {
    const weight = weights ? weights[i]! : 1;
    const gain = before[i]! - after[i]!;
    total += weight;
    sum += weight * gain;
    squares += weight * gain * gain;
  }
  const mean = sum / total;
  return { mean, error: Math.sqrt(Math.max(0, squares / total - mean * mean) / before.length) };
}
