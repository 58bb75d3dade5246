import type { Tensors } from '../../container.ts';
import type { SeriesHistory } from '../../models/types.ts';
import type { FeaturePlan } from './features.ts';

/** What a forecast's prepared data has beside its rows; with an artifact the newest part of it is kept. */
export interface ForecastData {
  history: SeriesHistory;
  features: FeaturePlan;
}

/** The same as plain JSON; the values of the series are in two arrays beside it. */
export interface ForecastHeader {
  features: FeaturePlan;
}

const names = { values: 'history', starts: 'historyStarts', lengths: 'historyLengths' } as const;

/** Adds the series to the arrays of a container. Answers the part for its header. */
export function encodeForecast({ history, features }: ForecastData, tensors: Tensors): ForecastHeader {
  const lengths = Int32Array.from(history.values, (own) => own.length);
  const all = new Float64Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const own of history.values) {
    all.set(own, at);
    at += own.length;
  }
  tensors[names.values] = all;
  tensors[names.starts] = history.starts;
  tensors[names.lengths] = lengths;
  return { features };
}

export function decodeForecast({ features }: ForecastHeader, tensors: Tensors): ForecastData {
  const all = tensors[names.values] as Float64Array;
  const starts = tensors[names.starts] as Int32Array;
  let at = 0;
  const values = Array.from(tensors[names.lengths] as Int32Array, (length) => {
    at += length;
    return all.slice(at - length, at);
  });
  return { history: { values, starts, seasons: features.seasons, horizon: features.horizon }, features };
}
