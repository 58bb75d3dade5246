import type { ForecastPlan } from '@laurel/contracts';
import type { Column, NumericColumn } from '@laurel/tabular';
import { datePart } from '../../features/dates.ts';
import type { SeriesHistory } from '../../models/types.ts';
import { dateAt, msPerDay } from './grid.ts';
import { contextLength } from './history.ts';

/** One forecast: series, the place of the last value that is known, and how many steps after it. */
export interface ForecastRows {
  series: Int32Array;
  origins: Int32Array;
  steps: Int32Array;
}

/** Columns that tell where a row belongs and what its numbers are scaled by; families of rows do not see them. */
export const keys = {
  series: '(series)',
  origin: '(origin)',
  step: '(step)',
  base: '(base)',
  scale: '(scale)',
} as const;
export const hiddenColumns: readonly string[] = Object.values(keys);

const lags = 6;
const seasonsBack = 3;
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

export interface FeaturePlan {
  step: ForecastPlan['step'];
  phase: number;
  horizon: number;
  /** the season of the plan first, then others that the dates suggest */
  seasons: readonly number[];
  /** name of the series column with the names of the series; null with one series */
  series: { name: string; levels: readonly string[] } | null;
  /** names that are taken by columns known beforehand */
  taken: readonly string[];
}

/**
 * What models of rows see of each forecast: the last values, the same time of earlier seasons, means and trend, and the
 * calendar of the date that is forecast. All amounts are less the mean and divided by the spread of the last season, so
 * that what is learnt at one level holds at another (as in reversible instance normalisation, Kim et al. 2022). Nothing
 * after the origin is looked at.
 */
export function forecastFeatures(history: SeriesHistory, rows: ForecastRows, plan: FeaturePlan): Column[] {
  const count = rows.steps.length;
  const numbers = new Map<string, Float64Array>();
  const cell = (name: string): Float64Array => {
    const found = numbers.get(name) ?? new Float64Array(count).fill(Number.NaN);
    numbers.set(name, found);
    return found;
  };
  const names = amountNames(plan);
  const amounts = names.map(cell);
  const base = cell(keys.base);
  const scale = cell(keys.scale);
  let last = null as { s: number; origin: number; amounts: Amounts } | null;
  for (let i = 0; i < count; i++) {
    const s = rows.series[i]!;
    const origin = rows.origins[i]!;
    const values = history.values[s]!;
    const at = origin - history.starts[s]!;
    // Steps of one origin often follow each other and share most of what is computed.
    if (last?.s !== s || last.origin !== origin) last = { s, origin, amounts: amountsAt(values, at, plan) };
    const { fixed, ...scaling } = last.amounts;
    base[i] = scaling.base;
    scale[i] = scaling.scale;
    fixed.forEach((value, j) => {
      amounts[j]![i] = value;
    });
    seasonal(values, at, rows.steps[i]!, scaling, plan).forEach((value, j) => {
      amounts[fixed.length + j]![i] = value;
    });
  }
  cell(keys.series).set(rows.series);
  cell(keys.origin).set(rows.origins);
  cell(keys.step).set(rows.steps);
  cell('steps ahead').set(rows.steps);
  const columns: Column[] = [...numbers].map(([name, values]): NumericColumn => ({ name, type: 'numeric', values }));
  if (plan.series) {
    columns.push({
      name: plan.series.name,
      type: 'categorical',
      codes: rows.series.slice(),
      levels: plan.series.levels,
    });
  }
  columns.push(...calendar(rows, plan));
  return columns.map((column) => (plan.taken.includes(column.name) ? { ...column, name: `${column.name} *` } : column));
}

interface Amounts {
  base: number;
  scale: number;
  fixed: number[];
}

function meanWindows({ seasons, horizon }: FeaturePlan): number[] {
  const windows = new Set([3, horizon, 2 * horizon, ...seasons].filter((window) => window >= 3));
  return [...windows].sort((a, b) => a - b);
}

function amountNames(plan: FeaturePlan): string[] {
  return [
    ...Array.from({ length: lags }, (_, lag) => (lag === 0 ? 'last value' : `value ${lag} before the last`)),
    ...meanWindows(plan).map((window) => `mean of the last ${window}`),
    'trend',
    ...plan.seasons.map((season) => `change over ${season} steps`),
    'change of spread',
    ...plan.seasons.flatMap((season) => [
      ...Array.from({ length: seasonsBack }, (_, back) => `same time, ${back + 1} x ${season} steps back`),
      `same time, mean over seasons of ${season}`,
    ]),
  ];
}

/** The spread that amounts of each row are divided by. */
export function scalesOf(history: SeriesHistory, { series, origins }: ForecastRows, plan: FeaturePlan): Float64Array {
  return Float64Array.from(origins, (origin, i) => {
    const s = series[i]!;
    return levelAt(history.values[s]!, origin - history.starts[s]!, plan).scale;
  });
}

/** Mean of the last season, and what amounts are divided by. */
function levelAt(values: Float64Array, at: number, plan: FeaturePlan): { base: number; scale: number; window: number } {
  const season = plan.seasons[0] ?? 1;
  const window = season > 1 ? season : Math.max(8, Math.min(2 * plan.horizon, 24));
  const { mean: base, spread } = moments(values, at, window);
  const scale = scaleOf(base, spread, () => moments(values, at, contextLength(plan.seasons)).spread);
  return { base, scale, window };
}

/** What does not depend on the step. `at` counts from the start of the series. */
function amountsAt(values: Float64Array, at: number, plan: FeaturePlan): Amounts {
  const { base, scale, window } = levelAt(values, at, plan);
  const before = moments(values, at - window, window);
  const scaled = (value: number) => (value - base) / scale;
  const valueAt = (place: number) => (place >= 0 && place <= at ? values[place]! : Number.NaN);
  const fixed = [
    ...Array.from({ length: lags }, (_, lag) => scaled(valueAt(at - lag))),
    ...meanWindows(plan).map((length) => scaled(moments(values, at, length).mean)),
    (base - before.mean) / scale,
    ...plan.seasons.map((length) => (valueAt(at) - valueAt(at - length)) / scale),
    before.spread > 0 ? Math.log(scale / before.spread) : Number.NaN,
  ];
  return { base, scale, fixed };
}

/**
 * The spread of the last season. Where it has none, that of all that is looked back on: a stretch of zeros is no measure of
 * what comes after it. A hundredth of the level where nothing ever changed.
 */
function scaleOf(base: number, spread: number, widerSpread: () => number): number {
  const least = 1e-9 * Math.abs(base);
  if (spread > least) return spread;
  const wider = widerSpread();
  if (wider > least) return wider;
  return Math.abs(base) * 0.01 || 1;
}

/** Values at the same time of earlier seasons, all of them known at the origin. */
function seasonal(
  values: Float64Array,
  at: number,
  step: number,
  { base, scale }: Omit<Amounts, 'fixed'>,
  plan: FeaturePlan,
): number[] {
  return plan.seasons.flatMap((season) => {
    const nearest = at + step - season * Math.ceil(step / season);
    let sum = 0;
    let count = 0;
    const back = Array.from({ length: seasonsBack }, (_, times) => {
      const place = nearest - times * season;
      return place >= 0 && place <= at ? (values[place]! - base) / scale : Number.NaN;
    });
    for (const value of back) {
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
    return [...back, count > 0 ? sum / count : Number.NaN];
  });
}

/** Mean and standard deviation of the `window` values up to `at`, of fewer where there are fewer. */
function moments(values: Float64Array, at: number, window: number): { mean: number; spread: number } {
  const from = Math.max(0, at - window + 1);
  const count = at + 1 - from;
  if (count <= 0) return { mean: Number.NaN, spread: Number.NaN };
  let sum = 0;
  for (let i = from; i <= at; i++) sum += values[i]!;
  const mean = sum / count;
  let squares = 0;
  for (let i = from; i <= at; i++) squares += (values[i]! - mean) ** 2;
  return { mean, spread: Math.sqrt(squares / count) };
}

/** The calendar of the date that is forecast, as fine as the step is. */
function calendar({ origins, steps }: ForecastRows, { step, phase }: FeaturePlan): Column[] {
  if (step.unit === 'number') return [];
  const dates = Float64Array.from(origins, (origin, i) => dateAt(origin + steps[i]!, step, phase));
  const months = step.unit === 'month';
  const numeric = (name: string, value: (ms: number) => number): Column => ({
    name,
    type: 'numeric',
    values: dates.map(value),
  });
  const coded = (name: string, levels: readonly string[], code: (ms: number) => number): Column => ({
    name,
    type: 'categorical',
    codes: Int32Array.from(dates, code),
    levels,
  });
  if (months && step.count >= 12) return [];
  const month = coded('month', twoDigits(1, 12), (ms) => datePart('month', ms) - 1);
  if (months) return [month];
  const yearShare = (ms: number) => (datePart('month', ms) - 1 + (datePart('day', ms) - 1) / 31) / 12;
  const columns = [
    month,
    numeric('year sine', (ms) => Math.sin(2 * Math.PI * yearShare(ms))),
    numeric('year cosine', (ms) => Math.cos(2 * Math.PI * yearShare(ms))),
    numeric('day of month', (ms) => datePart('day', ms)),
  ];
  if (step.count <= msPerDay) columns.push(coded('weekday', weekdays, (ms) => datePart('weekday', ms)));
  if (step.count < msPerDay) {
    columns.push(numeric('time of day', (ms) => datePart('hour', ms)));
    columns.push(coded('hour', twoDigits(0, 23), (ms) => Math.floor(datePart('hour', ms))));
  }
  return columns;
}

function twoDigits(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => String(from + i).padStart(2, '0'));
}
