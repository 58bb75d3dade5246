import type { ColumnProfile } from '@laurel/contracts';
import { countLevels } from '../infer/infer.ts';
import { type CodedColumn, type Column, isNumeric, type NumericColumn } from '../table.ts';

const histogramBins = 20;
const topValues = 50;

/** Exact statistics of one column, all but `inferredType`. Datetimes are in milliseconds since 1970. */
export function columnStats(column: Column): Omit<ColumnProfile, 'inferredType'> {
  return isNumeric(column) ? numericStats(column) : codedStats(column);
}

function numericStats(column: NumericColumn): Omit<ColumnProfile, 'inferredType'> {
  const sorted = presentSorted(column.values);
  const missing = column.values.length - sorted.length;
  const base = { name: column.name, type: column.type, missing };
  if (sorted.length === 0) return { ...base, distinct: 0, min: null, max: null, mean: null, sd: null, rarest: null };
  const { distinct, rarest, top } = runs(sorted, column.type);
  const { mean, sd } = moments(sorted);
  return {
    ...base,
    distinct,
    min: sorted[0]!,
    max: sorted[sorted.length - 1]!,
    mean,
    sd,
    quantiles: [0.05, 0.25, 0.5, 0.75, 0.95].map((share) => quantile(sorted, share)),
    histogram: histogramOf(sorted),
    ...(top ? { top } : {}),
    rarest,
    ...(column.dateFormat === undefined ? {} : { dateFormat: column.dateFormat }),
    examples: examplesOf(column),
  };
}

/** The values that are not missing, ascending; a copy. */
export function presentSorted(values: Float64Array): Float64Array {
  const present = new Float64Array(values.length);
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (!Number.isNaN(value)) present[count++] = value;
  }
  return present.subarray(0, count).sort();
}

function runs(sorted: Float64Array, type: NumericColumn['type']) {
  const values: number[] = [];
  const counts: number[] = [];
  let distinct = 0;
  let rarestValue = sorted[0]!;
  let rarestCount = Number.POSITIVE_INFINITY;
  for (let start = 0; start < sorted.length; ) {
    const value = sorted[start]!;
    let end = start + 1;
    while (end < sorted.length && sorted[end] === value) end++;
    distinct++;
    if (end - start < rarestCount) {
      rarestCount = end - start;
      rarestValue = value;
    }
    if (distinct <= 1000) {
      values.push(value);
      counts.push(end - start);
    }
    start = end;
  }
  const text = (value: number) => (type === 'datetime' ? new Date(value).toISOString() : String(value));
  const all = values.map((value, index) => ({ value: text(value), count: counts[index]! }));
  const top = distinct <= 1000 ? all.sort((a, b) => b.count - a.count).slice(0, topValues) : undefined;
  return { distinct, rarest: { value: text(rarestValue), count: rarestCount }, top };
}

/** Of values in ascending order. */
function moments(values: Float64Array): { mean: number; sd: number | null } {
  // squares of larger values are beyond the numbers there are; a power of two changes no digit
  const largest = Math.max(Math.abs(values[0]!), Math.abs(values[values.length - 1]!));
  const scale = largest > 1e150 ? 2 ** 520 : 1;
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += (values[i]! / scale - mean) / (i + 1);
  let squares = 0;
  for (const value of values) squares += (value / scale - mean) ** 2;
  const sd = values.length > 1 ? scale * Math.sqrt(squares / (values.length - 1)) : 0;
  return { mean: scale * mean, sd: Number.isFinite(sd) ? sd : null };
}

/** Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996). */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const position = (sorted.length - 1) * share;
  const low = Math.floor(position);
  const below = sorted[low]!;
  const above = sorted[Math.min(low + 1, sorted.length - 1)]!;
  return below + (above - below) * (position - low);
}

/** Equal bins from the smallest to the largest value; whole numbers of a small range get one bin each. */
function histogramOf(sorted: Float64Array): { edges: number[]; counts: number[] } {
  const min = sorted[0]!;
  const max = sorted[sorted.length - 1]!;
  if (min === max) return { edges: [min - 0.5, min + 0.5], counts: [sorted.length] };
  const whole = max - min < histogramBins && sorted.every(Number.isInteger);
  const bins = whole ? max - min + 1 : histogramBins;
  const from = whole ? min - 0.5 : min;
  const width = whole ? 1 : (max - min) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const value of sorted) counts[Math.min(bins - 1, Math.floor((value - from) / width))]!++;
  const edges = Array.from({ length: bins + 1 }, (_, bin) => (bin === bins && !whole ? max : from + bin * width));
  return { edges, counts };
}

function codedStats(column: CodedColumn): Omit<ColumnProfile, 'inferredType'> {
  const counts = countLevels(column.codes, column.levels.length);
  let present = 0;
  let length = 0;
  let distinct = 0;
  let rarest = -1;
  for (let code = 0; code < counts.length; code++) {
    const count = counts[code]!;
    if (count === 0) continue;
    distinct++;
    present += count;
    length += count * column.levels[code]!.length;
    if (rarest < 0 || count < counts[rarest]!) rarest = code;
  }
  return {
    name: column.name,
    type: column.type,
    missing: column.codes.length - present,
    distinct,
    top: topLevels(column, counts),
    rarest: rarest < 0 ? null : { value: column.levels[rarest]!, count: counts[rarest]! },
    ...(present > 0 ? { meanLength: length / present } : {}),
    examples: examplesOf(column),
  };
}

function topLevels(column: CodedColumn, counts: Int32Array) {
  const codes = Int32Array.from(counts.keys()).sort((a, b) => counts[b]! - counts[a]! || a - b);
  const used = codes.subarray(0, topValues).filter((code) => counts[code]! > 0);
  return Array.from(used, (code) => ({ value: clip(column.levels[code]!), count: counts[code]! }));
}

const longestText = 200;

/** Texts can be long; a profile shows their beginning. */
function clip(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text;
}

/** Whether a text of a profile may be the beginning of a longer one, and so be no value of its column. */
export function mayBeClipped(text: string): boolean {
  return text.length === longestText && text.endsWith('…');
}

/** The first different values of the column, at most five. */
function examplesOf(column: Column): string[] {
  const seen = new Set<string>();
  const rows = Math.min(1000, isNumeric(column) ? column.values.length : column.codes.length);
  for (let row = 0; row < rows && seen.size < 5; row++) {
    if (!isNumeric(column)) {
      if (column.codes[row]! >= 0) seen.add(clip(column.levels[column.codes[row]!]!));
      continue;
    }
    const value = column.values[row]!;
    if (!Number.isNaN(value)) seen.add(column.type === 'datetime' ? new Date(value).toISOString() : String(value));
  }
  return [...seen];
}
