import { createRandom, deriveSeed } from '@laurel/tabular';
import type { ForecastRows } from './features.ts';
import type { Layout } from './layout.ts';
import type { SeriesSet } from './series.ts';

/** Rows that models learn from at most, each a date with one step before it; as many are tried, and as many sealed. */
const mostRows = 60_000;
/** Values of a series before an origin that is learnt from. */
const leastHistory = 3;

interface Parts extends ForecastRows {
  rowIds: Int32Array;
  trainingRows: number;
  folds: Int8Array[];
  trainEnds: Int32Array;
  blocks: Int32Array;
}

interface Row {
  s: number;
  origin: number;
  step: number;
  row: number;
  /** -2 sealed, -1 training alone, else the fold that validates it */
  fold: number;
}

/** Rows in order of the date that is forecast; the sealed ones last. */
export function rowsOf(set: SeriesSet, layout: Layout, horizon: number, end: number, seed: number): Parts {
  const training = end - layout.sealed;
  const block = layout.windows * horizon;
  const firstOrigins = Array.from({ length: layout.folds }, (_, f) => training - (layout.folds - f) * block - 1);
  const rows = learningRows(set, horizon, training, seed);
  const tried = Array.from({ length: layout.folds * layout.windows }, (_, w): Window => {
    return { origin: firstOrigins[0]! + w * horizon, fold: Math.floor(w / layout.windows) };
  });
  const sealed = Array.from({ length: layout.sealed / horizon }, (_, w): Window => {
    return { origin: training - 1 + w * horizon, fold: -2 };
  });
  addWindows(rows, set, horizon, tried, deriveSeed(seed, 'backtests'));
  addWindows(rows, set, horizon, sealed, deriveSeed(seed, 'sealed forecasts'));
  const dateOf = ({ origin, step }: Row) => origin + step;
  rows.sort((a, b) => dateOf(a) - dateOf(b) || a.s - b.s || a.step - b.step || a.fold - b.fold);
  const sealedFrom = rows.findIndex((row) => dateOf(row) >= training);
  const trainingRows = sealedFrom < 0 ? rows.length : sealedFrom;
  const length = Math.max(1, Math.round(Math.cbrt(layout.folds * block)));
  return {
    series: Int32Array.from(rows, (row) => row.s),
    origins: Int32Array.from(rows, (row) => row.origin),
    steps: Int32Array.from(rows, (row) => row.step),
    rowIds: Int32Array.from(rows, (row) => row.row),
    trainingRows,
    folds: [Int8Array.from(rows.slice(0, trainingRows), (row) => row.fold)],
    trainEnds: Int32Array.from(firstOrigins, (first) => rows.findIndex((row) => dateOf(row) > first)),
    // neighbouring dates, of all series together
    blocks: Int32Array.from(rows, (row) => Math.floor((dateOf(row) - firstOrigins[0]! - 1) / length)),
  };
}

/**
 * Every date with as many of the steps before it as there is room for, drawn by the seed. Of more dates than rows it is one
 * of each run of so many, drawn too: at even distances they would all be of some hours or weekdays.
 */
function learningRows(set: SeriesSet, horizon: number, training: number, seed: number): Row[] {
  const rows: Row[] = [];
  const dates = set.values.map((own, s) => Math.max(0, Math.min(own.length, training - set.starts[s]!) - leastHistory));
  const total = dates.reduce((sum, count) => sum + count, 0);
  const perDate = Math.max(1, Math.min(horizon, Math.floor(mostRows / Math.max(1, total))));
  const random = createRandom(deriveSeed(seed, 'forecast rows'));
  const steps = Int32Array.from({ length: horizon }, (_, i) => i + 1);
  // Runs go on from series to series: some may be shorter than one.
  const run = Math.max(1, Math.ceil(total / mostRows));
  let left = 0;
  let drawnAt = 0;
  for (let s = 0; s < set.names.length; s++) {
    const first = set.starts[s]! + leastHistory;
    for (let at = first; at < first + dates[s]!; at++) {
      if (left === 0) {
        left = run;
        drawnAt = run === 1 ? 1 : 1 + random.int(run);
      }
      if (left-- !== drawnAt) continue;
      const drawn = perDate === horizon ? steps : random.shuffle(steps).slice(0, perDate);
      for (const step of drawn) addRow(rows, set, { s, origin: at - step, step, row: -1, fold: -1 });
    }
  }
  return rows;
}

interface Window {
  origin: number;
  fold: number;
}

/**
 * One horizon from each origin, of every series that has values before and after it, or of as many of them as there is room
 * for, drawn for each origin: what many series tell of a model, some of them tell.
 */
function addWindows(rows: Row[], set: SeriesSet, horizon: number, windows: readonly Window[], seed: number): void {
  const random = createRandom(seed);
  const room = Math.max(1, Math.floor(mostRows / (windows.length * horizon)));
  for (const { origin, fold } of windows) {
    const alive: number[] = [];
    for (const [s, own] of set.values.entries()) {
      const known = origin + 1 - set.starts[s]!;
      if (known >= leastHistory && known < own.length) alive.push(s);
    }
    const chosen = alive.length > room ? random.shuffle(alive).slice(0, room) : alive;
    for (const s of chosen) {
      for (let step = 1; step <= horizon; step++) addRow(rows, set, { s, origin, step, row: -1, fold });
    }
  }
}

/** Only dates with a value of their own are forecast, and only where something was known at the origin. */
function addRow(rows: Row[], set: SeriesSet, row: Row): void {
  const at = row.origin + row.step - set.starts[row.s]!;
  const own = set.rows[row.s]![at];
  if (own === undefined || own < 0 || row.origin - set.starts[row.s]! < leastHistory - 1) return;
  rows.push({ ...row, row: own });
}
