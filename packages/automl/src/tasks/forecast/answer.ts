import { selectColumns, selectRows, type Table } from '@laurel/tabular';
import { alignTable } from '../../align.ts';
import type { SeriesHistory } from '../../models/types.ts';
import { type Asked, type ForecastModel, readRows } from './asked.ts';
import { type ForecastRows, forecastFeatures, scalesOf } from './features.ts';
import { lastPlace } from './history.ts';

export type { ForecastModel } from './asked.ts';

export type PredictRows = (features: Table, history: SeriesHistory) => Float64Array;

/** Rows predicted at a time, so that no table of features is as long as what is asked for. */
const chunkRows = 20_000;

/**
 * Forecasts for rows of dates (and series). A row whose target is given is history for the rows after it, and is
 * itself answered as it would have been one step before. Throws MISSING_FEATURE and PARAMETER_INVALID.
 */
export function answerForecast(table: Table, model: ForecastModel, predict: PredictRows): Float64Array {
  const { asked, history } = readRows(table, model);
  const out = new Float64Array(table.rows);
  const { horizon } = model.data.features;
  // Steps beyond the horizon start from forecasts of the steps before: one horizon after the other.
  const grown = { ...history, values: [...history.values] };
  const source: Source = { table, model, predict };
  let rest = asked;
  for (let start = 0; rest.length > 0; start += horizon) {
    if (start > 0) growBy(grown, rest, asked, source);
    const now = rest.filter(({ place, origin }) => place - origin <= start + horizon);
    const values = predictAsked(now, start, grown, source);
    now.forEach(({ row }, i) => {
      out[row] = values[i]!;
    });
    rest = rest.filter(({ place, origin }) => place - origin > start + horizon);
  }
  return out;
}

/** What the width of intervals depends on, per row: steps from the last known value, and the spread of the series there. */
export interface Reach {
  steps: Int32Array;
  scale: Float64Array;
  horizon: number;
}

export function rowsOfForecast(table: Table, model: ForecastModel): Reach {
  const { asked, history } = readRows(table, model);
  const rows = rowsAt(asked, 0);
  const { features } = model.data;
  return { steps: rows.steps, scale: scalesOf(history, rows, features), horizon: features.horizon };
}

interface Source {
  table: Table;
  model: ForecastModel;
  predict: PredictRows;
}

function rowsAt(asked: readonly Asked[], start: number): ForecastRows {
  return {
    series: Int32Array.from(asked, ({ s }) => s),
    origins: Int32Array.from(asked, ({ origin }) => origin + start),
    steps: Int32Array.from(asked, ({ place, origin }) => place - origin - start),
  };
}

/** @param start steps after the origin of each row that `history` has already */
function predictAsked(
  asked: readonly Asked[],
  start: number,
  history: SeriesHistory,
  { table, model, predict }: Source,
): Float64Array {
  const { data, columns, known } = model;
  const out = new Float64Array(asked.length);
  for (let from = 0; from < asked.length; from += chunkRows) {
    const part = asked.slice(from, from + chunkRows);
    const generated = forecastFeatures(history, rowsAt(part, start), data.features);
    const rowIds = part.map(({ row }) => row);
    const given = selectRows(selectColumns(table, known), rowIds).columns;
    const features = alignTable({ rows: part.length, columns: [...generated, ...given] }, columns);
    out.set(predict(features, history), from);
  }
  return out;
}

/** Appends a whole horizon of forecasts to the series that more is asked of. */
function growBy(
  grown: SeriesHistory & { values: Float64Array[] },
  rest: readonly Asked[],
  asked: readonly Asked[],
  source: Source,
): void {
  const { horizon } = source.model.data.features;
  const growing = new Map<number, { nearest: number; rowAt: Map<number, number> }>();
  for (const { s, row } of rest) {
    if (!growing.has(s)) growing.set(s, { nearest: row, rowAt: new Map() });
  }
  for (const { s, place, row } of asked) growing.get(s)?.rowAt.set(place, row);
  const steps = [...growing].flatMap(([s, { nearest, rowAt }]) => {
    const origin = lastPlace(grown, s);
    return Array.from({ length: horizon }, (_, i): Asked => {
      const place = origin + i + 1;
      // columns known beforehand come from the row of that date where there is one
      return { row: rowAt.get(place) ?? nearest, s, place, origin };
    });
  });
  const forecast = predictAsked(steps, 0, grown, source);
  [...growing.keys()].forEach((s, i) => {
    const longer = new Float64Array(grown.values[s]!.length + horizon);
    longer.set(grown.values[s]!);
    longer.set(forecast.subarray(i * horizon, (i + 1) * horizon), grown.values[s]!.length);
    grown.values[s] = longer;
  });
}
