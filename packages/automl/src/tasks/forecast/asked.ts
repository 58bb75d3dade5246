import { AppError, type ForecastPlan } from '@laurel/contracts';
import { type Column, findColumn, isNumeric, type Table } from '@laurel/tabular';
import type { ModelColumn } from '../../align.ts';
import type { SeriesHistory } from '../../models/types.ts';
import { quote } from '../../plan/refusal.ts';
import type { ForecastData } from './data.ts';
import { dateAt, placeOf } from './grid.ts';
import { lastPlace } from './history.ts';

/** What an artifact says of a forecast, beside its newest values. */
export interface ForecastModel extends Pick<ForecastPlan, 'date' | 'series' | 'known'> {
  target: string;
  columns: readonly ModelColumn[];
  data: ForecastData;
}

/** A row to answer: where it stands on the grid, and from which value on it is forecast. */
export interface Asked {
  row: number;
  s: number;
  place: number;
  origin: number;
}

/** Forecasts of so many horizons ahead at most; each goes on from the one before. */
const mostHorizons = 20;
/** Values of a series that a forecast starts from at least. */
const leastValues = 3;
/** Steps that the values of a request may lie after the last known one. */
const mostNews = 1_000_000;

/**
 * The rows of a request, and the history with the values that they bring. Throws MISSING_FEATURE, and PARAMETER_INVALID
 * for rows that cannot be answered.
 */
export function readRows(table: Table, model: ForecastModel): { asked: Asked[]; history: SeriesHistory } {
  const { step, phase } = model.data.features;
  const dates = numbersOf(table, model.date);
  const target = numbersIfAny(table, model.target);
  const codes = seriesOf(table, model);
  const places = Float64Array.from(dates, (value, row) => {
    if (Number.isFinite(value)) return placeOf(value, step, phase);
    throw wrong(row, `has no date in ${quote(model.date)}. Give the date that is to be forecast.`);
  });
  const history = target ? withNews(model.data.history, places, codes, target) : model.data.history;
  const asked = Array.from(places, (place, row): Asked => {
    const s = codes[row]!;
    const last = lastPlace(history, s);
    const origin = place <= last ? place - 1 : last;
    checkReach({ row, s, place, origin }, history, model);
    return { row, s, place, origin };
  });
  return { asked, history };
}

function checkReach({ row, s, place, origin }: Asked, history: SeriesHistory, { data }: ForecastModel): void {
  const { step, phase, horizon } = data.features;
  const known = history.values[s]!.length;
  if (known < leastValues) {
    throw wrong(
      row,
      `is of a series of which the model knows ${known} values, and a forecast needs ${leastValues}. Train it again with more of them.`,
    );
  }
  const first = history.starts[s]! + leastValues;
  if (origin < first - 1) {
    const shown =
      step.unit === 'number' ? dateAt(first, step, phase) : new Date(dateAt(first, step, phase)).toISOString();
    throw wrong(row, `lies before what the model remembers; it can answer dates from ${shown} on.`);
  }
  if (place - origin > mostHorizons * horizon) {
    throw wrong(
      row,
      `is ${place - origin} steps after the last known value, and the model looks ${horizon} ahead. Ask for at most ${mostHorizons * horizon}, or give rows with the values since.`,
    );
  }
}

/**
 * The history with the values that the rows bring: the mean of those of one date; gaps are filled with the value before.
 * What the model has seen already stays as it was.
 */
function withNews(known: SeriesHistory, places: Float64Array, codes: Int32Array, target: Float64Array): SeriesHistory {
  const seen = (s: number) => known.values[s]!.length;
  const news = new Map<number, { at: number; value: number }[]>();
  for (const [row, value] of target.entries()) {
    const s = codes[row]!;
    const at = places[row]! - known.starts[s]!;
    if (!Number.isFinite(value) || at < seen(s)) continue;
    if (at > seen(s) + mostNews) throw wrong(row, 'is too far after the last known value. Check its date.');
    const own = news.get(s) ?? [];
    own.push({ at, value });
    news.set(s, own);
  }
  const values = [...known.values];
  for (const [s, own] of news) {
    own.sort((a, b) => a.at - b.at);
    const longer = new Float64Array(own.at(-1)!.at + 1);
    longer.set(values[s]!);
    let end = seen(s);
    let rows = 0;
    for (const { at, value } of own) {
      if (at >= end) {
        longer.fill(longer[end - 1] ?? Number.NaN, end, at);
        end = at + 1;
        rows = 0;
      }
      rows++;
      longer[at] = rows === 1 ? value : longer[at]! + (value - longer[at]!) / rows;
    }
    values[s] = longer;
  }
  return { ...known, values };
}

function seriesOf(table: Table, { series, data }: ForecastModel): Int32Array {
  if (series === undefined || !data.features.series) return new Int32Array(table.rows);
  const column = findColumn(table, series);
  if (!column) throw lacks(series);
  const index = new Map(data.features.series.levels.map((level, code) => [level, code]));
  return Int32Array.from({ length: table.rows }, (_, row) => {
    const text = textAt(column, row);
    const code = text === null ? undefined : index.get(text);
    if (code !== undefined) return code;
    throw wrong(
      row,
      `names the series ${text === null ? 'nothing' : quote(text)} in ${quote(series)}, which the model was not trained on.`,
    );
  });
}

function textAt(column: Column, row: number): string | null {
  if (isNumeric(column)) return Number.isNaN(column.values[row]!) ? null : String(column.values[row]);
  const code = column.codes[row]!;
  return code < 0 ? null : column.levels[code]!;
}

function numbersOf(table: Table, name: string): Float64Array {
  const found = numbersIfAny(table, name);
  if (found) return found;
  throw lacks(name);
}

function numbersIfAny(table: Table, name: string): Float64Array | null {
  const column = findColumn(table, name);
  return column && isNumeric(column) ? column.values : null;
}

function lacks(name: string): AppError {
  return new AppError(
    'MISSING_FEATURE',
    `The table lacks the column ${quote(name)}, which the forecast needs. Add it.`,
    {
      details: { columns: [name] },
    },
  );
}

function wrong(row: number, what: string): AppError {
  return new AppError('PARAMETER_INVALID', `rows[${row}] ${what}`, { details: { path: `rows[${row}]` } });
}
