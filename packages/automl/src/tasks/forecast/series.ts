import { AppError, type ForecastPlan } from '@laurel/contracts';
import { findColumn, isNumeric, sortByCodePoint, type Table } from '@laurel/tabular';
import { invalidValidation, quote } from '../../plan/refusal.ts';
import { dateAt, furthestPlace, msPerDay, placeOf, type Step, stepOf } from './grid.ts';

const mostPlaces = 5_000_000;

/** Several series on one grid of dates. */
export interface SeriesSet {
  /** of those that have values */
  names: string[];
  step: Step;
  /** value of the date column at place 0, the last one: places are small then, however short the step */
  phase: number;
  /** per series: the place of its first value */
  starts: Int32Array;
  /** per series: values from its start on, gaps filled with the value before */
  values: Float64Array[];
  /** per series and place: the row of the table, -1 for a filled gap */
  rows: Int32Array[];
  /** places that were filled */
  filled: number;
  /** rows whose date lay between two places of the grid, or that share a place with others */
  moved: number;
}

/**
 * The series of a table, each in order of its dates. Rows without a date or a value are passed over, and series that have
 * no others. Throws COLUMN_NOT_FOUND, and VALIDATION_INVALID for two rows of one date in a series, unless they are as few
 * as the hours that a clock shows twice in autumn.
 */
export function readSeries(table: Table, plan: Pick<ForecastPlan, 'date' | 'series'> & { target: string }): SeriesSet {
  const dates = numbersOf(table, plan.date, 'dates');
  const target = numbersOf(table, plan.target, 'numbers');
  const coded = seriesCodes(table, plan.series);
  const rowsOf: number[][] = coded.names.map(() => []);
  for (let row = 0; row < table.rows; row++) {
    if (Number.isFinite(dates[row]!) && Number.isFinite(target[row]!) && coded.codes[row]! >= 0)
      rowsOf[coded.codes[row]!]!.push(row);
  }
  const names = coded.names.filter((_, s) => rowsOf[s]!.length > 0);
  const used = rowsOf
    .filter((rows) => rows.length > 0)
    .map((rows) => Int32Array.from(rows).sort((a, b) => dates[a]! - dates[b]! || a - b));
  const isDate = findColumn(table, plan.date)?.type === 'datetime';
  const step = commonStep(used, dates, isDate, plan.date);
  const phase = phaseOf(used, dates, step);
  const set: SeriesSet = {
    names,
    step,
    phase,
    starts: new Int32Array(names.length),
    values: [],
    rows: [],
    filled: 0,
    moved: 0,
  };
  for (const [s, rows] of used.entries()) place(set, s, rows, dates, target, plan);
  return set;
}

/** Puts the rows of one series on the grid. */
function place(
  set: SeriesSet,
  s: number,
  rows: Int32Array,
  dates: Float64Array,
  target: Float64Array,
  plan: Pick<ForecastPlan, 'date' | 'series'>,
): void {
  const places = Float64Array.from(rows, (row) => placeOf(dates[row]!, set.step, set.phase));
  const start = places[0]!;
  const length = places.at(-1)! - start + 1;
  if (length > mostPlaces || start < -furthestPlace) {
    throw invalidValidation(
      `The dates of ${quote(plan.date)} reach over ${Math.max(length, -start)} steps of their usual distance, too many for a forecast. Leave out dates that lie far from the others, or give values of longer steps.`,
    );
  }
  const mostRepeats = repeatsAllowed(rows, dates, set.step);
  const values = new Float64Array(length).fill(Number.NaN);
  const rowAt = new Int32Array(length).fill(-1);
  const counts = new Int32Array(length);
  let repeats = 0;
  rows.forEach((row, i) => {
    const at = places[i]! - start;
    const before = i > 0 ? rows[i - 1]! : -1;
    if (before >= 0 && dates[before] === dates[row] && ++repeats > mostRepeats) {
      throw twice(set, s, row, dates[row]!, plan);
    }
    counts[at]!++;
    if (counts[at]! > 1 || isBetween(places[i]!, dates[row]!, set)) set.moved++;
    // several dates of one place: their mean
    values[at] = counts[at] === 1 ? target[row]! : values[at]! + (target[row]! - values[at]!) / counts[at]!;
    rowAt[at] = row;
  });
  for (let at = 1; at < length; at++) {
    if (counts[at]! > 0) continue;
    values[at] = values[at - 1]!;
    set.filled++;
  }
  set.starts[s] = start;
  set.values.push(values);
  set.rows.push(rowAt);
}

function isBetween(place: number, date: number, { step, phase }: SeriesSet): boolean {
  return step.unit !== 'month' && Math.abs(dateAt(place, step, phase) - date) > 1e-6 * step.count;
}

/** Dates in local time show one hour twice where summer ends: so many dates may come again. */
function repeatsAllowed(rows: Int32Array, dates: Float64Array, { unit, count }: Step): number {
  if (unit !== 'ms' || count >= msPerDay) return 0;
  const autumns = 1 + Math.floor((dates[rows.at(-1)!]! - dates[rows[0]!]!) / (365 * msPerDay));
  return autumns * Math.max(1, Math.round(3_600_000 / count));
}

function twice(
  set: SeriesSet,
  s: number,
  row: number,
  date: number,
  plan: Pick<ForecastPlan, 'date' | 'series'>,
): AppError {
  const shown = set.step.unit === 'number' ? String(date) : new Date(date).toISOString();
  const of = plan.series === undefined ? '' : ` of the series ${quote(set.names[s]!)}`;
  const advice =
    plan.series === undefined
      ? 'Keep one row per date, or name the column that tells several series apart.'
      : 'Keep one row per date and series.';
  return invalidValidation(
    `Two rows${of} have the date ${shown} in ${quote(plan.date)} (the second is row ${row + 1}). ${advice}`,
  );
}

function commonStep(used: readonly Int32Array[], dates: Float64Array, isDate: boolean, name: string): Step {
  const longest = [...used].sort((a, b) => b.length - a.length)[0] ?? new Int32Array(0);
  const distinct = Float64Array.from(new Set(Array.from(longest, (row) => dates[row]!)));
  if (distinct.length < 2) {
    throw invalidValidation(`${quote(name)} has no two dates within a series, so there is nothing to forecast from.`);
  }
  return stepOf(distinct, isDate);
}

/** The last date of all, so that the newest values are exactly on the grid. */
function phaseOf(used: readonly Int32Array[], dates: Float64Array, step: Step): number {
  if (step.unit === 'month') return 0;
  return used.reduce((last, rows) => Math.max(last, dates[rows.at(-1)!]!), Number.NEGATIVE_INFINITY);
}

function seriesCodes(table: Table, name: string | undefined): { names: string[]; codes: Int32Array } {
  if (name === undefined) return { names: [''], codes: new Int32Array(table.rows) };
  const column = findColumn(table, name);
  if (!column) throw missing(name);
  if (!isNumeric(column)) {
    const present = new Set(column.codes);
    const names = column.levels.filter((_, code) => present.has(code));
    const index = new Map(names.map((level, code) => [level, code]));
    const codes = column.codes.map((code) => (code < 0 ? -1 : index.get(column.levels[code]!)!));
    return { names: [...names], codes };
  }
  const names = sortByCodePoint(new Set(Array.from(column.values.filter(Number.isFinite), String)));
  const index = new Map(names.map((text, code) => [text, code]));
  return { names, codes: Int32Array.from(column.values, (value) => index.get(String(value)) ?? -1) };
}

function numbersOf(table: Table, name: string, what: string): Float64Array {
  const column = findColumn(table, name);
  if (!column) throw missing(name);
  if (!isNumeric(column))
    throw invalidValidation(`${quote(name)} holds no ${what}. Choose another column, or change its type.`);
  return column.values;
}

function missing(name: string): AppError {
  return new AppError('COLUMN_NOT_FOUND', `The table has no column ${quote(name)}.`, { details: { columns: [name] } });
}
