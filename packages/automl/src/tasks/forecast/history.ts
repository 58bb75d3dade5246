import type { SeriesHistory } from '../../models/types.ts';

/** Values that features and models look back on at most, in steps: so much of each series is kept with a model. */
export function contextLength(seasons: readonly number[]): number {
  return Math.max(1000, 6 * Math.max(...seasons, 1));
}

/** The history up to and with a place of the grid: nothing later can be seen. */
export function historyUntil(history: SeriesHistory, last: number): SeriesHistory {
  const values = history.values.map((own, s) => own.subarray(0, Math.max(0, last + 1 - history.starts[s]!)));
  return { ...history, values };
}

/** The newest values of each series, `length` at most. */
export function tailOf(history: SeriesHistory, length: number): SeriesHistory {
  const starts = history.starts.map((start, s) => start + Math.max(0, history.values[s]!.length - length));
  const values = history.values.map((own) => own.slice(Math.max(0, own.length - length)));
  return { ...history, starts, values };
}

/** Place of the last value of a series; one before its start when it has none. */
export function lastPlace(history: SeriesHistory, s: number): number {
  return history.starts[s]! + history.values[s]!.length - 1;
}
