import { AppError, type ForecastPlan } from '@laurel/contracts';
import { type Column, findColumn, isNumeric, selectColumns, selectRows, type Table } from '@laurel/tabular';
import { alignTable, type ModelColumn } from '../../align.ts';
import type { SeriesHistory } from '../../models/types.ts';
import type { ForecastData } from './data.ts';
import { type ForecastRows, forecastFeatures } from './features.ts';
import { dateAt, placeOf } from './grid.ts';
import { lastPlace } from './history.ts';

/** What an artifact says of a forecast, beside its newest values. */
export interface ForecastModel extends Pick<ForecastPlan, 'date' | 'series' | 'known'> {
  target: string;
  columns: readonly ModelColumn[];
  data: ForecastData;
}

/** Forecasts of so many horizons ahead at most; each goes on from the one before. */
const mostHorizons = 20;

export type PredictRows = (features: Table, history: SeriesHistory) => Float64Array;

/** A row to answer: where it stands on the grid, and from which value on it is forecast. */
interface Asked {
  row: number;
  s: number;
  place: number;
  origin: number;
}

/**
 * Forecasts for rows of dates (and series). A row whose target is given is history for the rows after it, and is
 * itself answered as it would have been one step before. Throws MISSING_FEATURE and PARAMETER_INVALID.
 */
export function answerForecast(table: Table, model: ForecastModel, predict: PredictRows): Float64Array {
  const { asked, history } = readRows(table, model);
  const out = new Float64Array(table.rows);
  const { horizon } = model.data.features;
  // Steps beyond the horizon start from forecasts of the steps before: one horizon after the other.
  const grown: SeriesHistory = { ...history, values: [...history.values] };
  for (let round = 0; ; round++) {
    const start = round * horizon;
    const now = asked.filter(({ place, origin }) => place - origin > start && place - origin <= start + horizon);
    const later = asked.filter(({ place, origin }) => place - origin > start + horizon);
    if (now.length > 0) {
      const rows = rowsAt(now, start);
      const values = predict(
        featuresOf(
          rows,
          grown,
          model,
          table,
          now.map(({ row }) => row),
        ),
        grown,
      );
      now.forEach(({ row }, i) => {
        out[row] = values[i]!;
      });
    }
    if (later.length === 0) return out;
    growBy(grown, asked, later, model, predict, table);
  }
}

/** Steps from the last known value and the spread of the series there, per row: what intervals depend on. */
export function rowsOfForecast(table: Table, model: ForecastModel): { steps: Int32Array; features: Table } {
  const { asked, history } = readRows(table, model);
  const steps = Int32Array.from(asked, ({ place, origin }) => place - origin);
  const near = rowsAt(asked, 0);
  return { steps, features: { rows: asked.length, columns: forecastFeatures(history, near, model.data.features) } };
}

function rowsAt(asked: readonly Asked[], start: number): ForecastRows {
  return {
    series: Int32Array.from(asked, ({ s }) => s),
    origins: Int32Array.from(asked, ({ origin }) => origin + start),
    steps: Int32Array.from(asked, ({ place, origin }) => place - origin - start),
  };
}

function featuresOf(
  rows: ForecastRows,
  history: SeriesHistory,
  { data, columns, known }: ForecastModel,
  table: Table,
  rowIds: readonly number[],
): Table {
  const generated = forecastFeatures(history, rows, data.features);
  const given = selectRows(selectColumns(table, known), rowIds).columns;
  return alignTable({ rows: rows.steps.length, columns: [...generated, ...given] }, columns);
}

/** Appends a whole horizon of forecasts to the series that are asked for later. */
function growBy(
  grown: SeriesHistory,
  asked: readonly Asked[],
  later: readonly Asked[],
  model: ForecastModel,
  predict: PredictRows,
  table: Table,
): void {
  const { horizon } = model.data.features;
  const values = grown.values as Float64Array[];
  for (const s of new Set(later.map((one) => one.s))) {
    const own = later.filter((one) => one.s === s);
    const origin = lastPlace(grown, s);
    const rowAt = new Map(asked.filter((one) => one.s === s).map(({ place, row }) => [place, row]));
    const nearest = own[0]!.row;
    const steps = Array.from({ length: horizon }, (_, i): Asked => {
      const place = origin + i + 1;
      // columns known beforehand come from the row of that date where there is one
      return { row: rowAt.get(place) ?? nearest, s, place, origin };
    });
    const forecast = predict(
      featuresOf(
        rowsAt(steps, 0),
        grown,
        model,
        table,
        steps.map(({ row }) => row),
      ),
      grown,
    );
    const longer = new Float64Array(values[s]!.length + horizon);
    longer.set(values[s]!);
    longer.set(forecast, values[s]!.length);
    values[s] = longer;
  }
}

function readRows(table: Table, model: ForecastModel): { asked: Asked[]; history: SeriesHistory } {
  const { data, date } = model;
  const { step, phase, horizon } = data.features;
  const dates = numbersOf(table, date);
  const target = numbersIfAny(table, model.target);
  const codes = seriesOf(table, model);
  const places = Int32Array.from(dates, (value, row) => {
    if (Number.isFinite(value)) return placeOf(value, step, phase);
    throw wrong(row, `has no date in ${quote(date)}. Give the date that is to be forecast.`);
  });
  const history = withNews(data.history, places, codes, target);
  const asked = Array.from(places, (place, row): Asked => {
    const s = codes[row]!;
    const last = lastPlace(history, s);
    const isKnown = place <= last;
    const origin = isKnown ? place - 1 : last;
    if (origin < history.starts[s]! + 2) {
      const first = new Date(dateAt(history.starts[s]! + 3, step, phase)).toISOString();
      throw wrong(
        row,
        `lies before what the model remembers; it can answer dates from ${step.unit === 'number' ? dateAt(history.starts[s]! + 3, step, phase) : first} on.`,
      );
    }
    if (place - origin > mostHorizons * horizon) {
      throw wrong(
        row,
        `is ${place - origin} steps after the last known value, and the model looks ${horizon} ahead. Ask for at most ${mostHorizons * horizon}, or give rows with the values since.`,
      );
    }
    return { row, s, place, origin };
  });
  return { asked, history };
}

/** The history with the values that the rows bring; gaps are filled with the value before. */
function withNews(
  known: SeriesHistory,
  places: Int32Array,
  codes: Int32Array,
  target: Float64Array | null,
): SeriesHistory {
  if (!target) return known;
  const values = [...known.values];
  const order = Int32Array.from(places.keys()).filter((row) => Number.isFinite(target[row]!));
  order.sort((a, b) => places[a]! - places[b]! || a - b);
  const changed = new Set<number>();
  for (const row of order) {
    const s = codes[row]!;
    const at = places[row]! - known.starts[s]!;
    // What the model has seen already stays as it was.
    if (at < known.values[s]!.length) continue;
    if (at > known.values[s]!.length + 1_000_000) throw wrong(row, 'is too far after the last known value.');
    if (at >= values[s]!.length || !changed.has(s)) {
      const longer = new Float64Array(Math.max(at + 1, values[s]!.length));
      longer.set(values[s]!);
      longer.fill(values[s]!.at(-1) ?? Number.NaN, values[s]!.length);
      values[s] = longer;
      changed.add(s);
    }
    values[s]![at] = target[row]!;
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

function quote(name: string): string {
  return JSON.stringify(name);
}
