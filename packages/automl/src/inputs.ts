import type { ModelInput } from '@laurel/contracts';
import { type Column, isNumeric } from '@laurel/tabular';

const maxLevelsShown = 1000;

/** What a model's input looks like: type, levels or range, and an example, from the training rows. */
export function describeInput(column: Column, trainingRows: number): ModelInput {
  const { name, type } = column;
  if (isNumeric(column)) {
    const training = column.values.subarray(0, trainingRows);
    const range = rangeOf(training);
    if (!range) return { name, type, example: null };
    const sorted = strided(training).filter(Number.isFinite).sort();
    const median = sorted[Math.floor(sorted.length / 2)] ?? range.min;
    const format = column.dateFormat === undefined ? {} : { dateFormat: column.dateFormat };
    const example = type === 'datetime' ? new Date(median).toISOString() : median;
    return { name, type, ...format, ...range, median, example };
  }
  const counts = new Int32Array(column.levels.length);
  for (let row = 0; row < trainingRows; row++) if (column.codes[row]! >= 0) counts[column.codes[row]!]!++;
  const codes = Int32Array.from(column.levels, (_, code) => code).filter((code) => counts[code]! > 0);
  codes.sort((a, b) => counts[b]! - counts[a]! || a - b);
  const example = codes.length > 0 ? column.levels[codes[0]!]! : null;
  if (type === 'text' || type === 'id') return { name, type, example };
  return { name, type, levels: Array.from(codes.subarray(0, maxLevelsShown), (code) => column.levels[code]!), example };
}

function rangeOf(values: Float64Array): { min: number; max: number } | null {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? { min, max } : null;
}

/** At most 100,000 values, evenly taken: the median that a form shows needs no more. */
function strided(values: Float64Array): Float64Array {
  const stride = Math.ceil(values.length / 100_000);
  if (stride <= 1) return values.slice();
  const result = new Float64Array(Math.floor(values.length / stride));
  for (let i = 0; i < result.length; i++) result[i] = values[i * stride]!;
  return result;
}
