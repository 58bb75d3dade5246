import { AppError, type ExperimentPlan, type ForecastPlan, type ModelInput } from '@laurel/contracts';
import { createRandom, deriveSeed, findColumn, selectColumns, selectRows, type Table } from '@laurel/tabular';
import { bytesOf, sha256Hex } from '../../container.ts';
import { describeInput } from '../../inputs.ts';
import type { SeriesHistory } from '../../models/types.ts';
import { describePlan } from '../../plan/sentences.ts';
import type { PreparedData } from '../../types.ts';
import { type FeaturePlan, type ForecastRows, forecastFeatures } from './features.ts';
import { likelySeasons } from './grid.ts';
import { backtestLayout, type Layout } from './layout.ts';
import { detectSeason, naiveScale } from './season.ts';
import { readSeries, type SeriesSet } from './series.ts';

/** Rows that models learn from at most: each pairs a date with one step before it. */
const mostRows = 60_000;
/** Values of a series before an origin that is learnt from. */
const leastHistory = 3;

/**
 * A forecast as a table of supervised rows, one per date and step before it. Rows of a backtest window look at what was
 * known at its origin; a fold learns from dates up to its first origin alone.
 */
export function prepareForecast(table: Table, asked: ExperimentPlan): PreparedData {
  const { set, layout, end, history, plan, forecast } = readForecast(table, asked);
  const known = selectColumns(table, forecast.known);
  const featurePlan = featurePlanOf(forecast, history.seasons, set);
  const parts = rowsOf(set, layout, forecast.horizon, end, plan.seed);
  const generated = forecastFeatures(history, parts, featurePlan);
  const features = { rows: parts.rowIds.length, columns: [...generated, ...selectRows(known, parts.rowIds).columns] };
  const target = Float64Array.from(parts.steps, (step, i) => {
    const s = parts.series[i]!;
    return set.values[s]![parts.origins[i]! + step - set.starts[s]!]!;
  });
  const { rowIds, trainingRows, folds, trainEnds, blocks } = parts;
  return {
    plan,
    features,
    target,
    rowIds,
    trainingRows,
    folds,
    trainEnds,
    blocks,
    inputs: inputsOf(table, plan),
    splitSha256: sha256Hex(bytesOf(rowIds), ...folds.map(bytesOf), bytesOf(trainEnds), bytesOf(parts.origins)),
    forecast: { history, features: featurePlan },
  };
}

/** The plan with what the rows tell: step, season, backtests, gaps. */
export function completeForecast(table: Table, plan: ExperimentPlan): ExperimentPlan {
  return readForecast(table, plan).plan;
}

function readForecast(table: Table, asked: ExperimentPlan) {
  if (!asked.forecast)
    throw new AppError('STATE_INVALID', 'The plan of this forecast is incomplete. Plan the run again.');
  const set = readSeries(table, { ...asked.forecast, target: asked.target });
  const first = Math.min(...set.starts);
  const end = Math.max(...set.starts.map((start, s) => start + set.values[s]!.length));
  const rows = set.rows.reduce((sum, own) => sum + own.filter((row) => row >= 0).length, 0);
  const wanted = { folds: asked.validation.folds, holdout: asked.holdoutFraction, orFewer: true };
  const layout = backtestLayout(end - first, asked.forecast.horizon, wanted, rows);
  const { forecast, history } = complete(set, asked.forecast, layout, end);
  const completed = completePlan(asked, forecast, layout, set, table.rows, end);
  const plan: ExperimentPlan = { ...completed, sentences: describePlan(completed) };
  return { set, layout, end, history, forecast, plan };
}

/** Season and scale, from what comes before the first backtest. */
function complete(set: SeriesSet, asked: ForecastPlan, layout: Layout, end: number) {
  const { horizon } = asked;
  const firstOrigin = end - layout.sealed - layout.folds * layout.windows * horizon;
  const before = set.values.map((own, s) => own.subarray(0, Math.max(0, firstOrigin - set.starts[s]!)));
  const likely = likelySeasons(set.step);
  const season = detectSeason(before, likely);
  const others = likely.filter((other) => other !== season && before.some((own) => own.length >= 3 * other));
  const scale = naiveScale(before, season);
  const forecast: ForecastPlan = {
    ...asked,
    step: set.step,
    season,
    windows: layout.windows,
    ...(scale > 0 ? { scale } : {}),
  };
  const seasons = season > 1 ? [season, ...others] : [];
  const history: SeriesHistory = { values: set.values, starts: set.starts, seasons, horizon };
  return { forecast, history };
}

function featurePlanOf(forecast: ForecastPlan, seasons: readonly number[], set: SeriesSet): FeaturePlan {
  return {
    step: set.step,
    phase: set.phase,
    horizon: forecast.horizon,
    seasons,
    series: forecast.series === undefined ? null : { name: forecast.series, levels: set.names },
    taken: forecast.known,
  };
}

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
function rowsOf(set: SeriesSet, layout: Layout, horizon: number, end: number, seed: number): Parts {
  const training = end - layout.sealed;
  const block = layout.windows * horizon;
  const firstOrigins = Array.from({ length: layout.folds }, (_, f) => training - (layout.folds - f) * block - 1);
  const rows = learningRows(set, horizon, training, seed);
  const backtest = (first: number, steps: number, fold: number) => {
    for (let at = first + 1; at <= first + steps; at++) {
      const origin = first + horizon * Math.floor((at - first - 1) / horizon);
      for (let s = 0; s < set.names.length; s++) addRow(rows, set, { s, origin, step: at - origin, row: -1, fold });
    }
  };
  for (const [fold, first] of firstOrigins.entries()) backtest(first, block, fold);
  backtest(training - 1, layout.sealed, -2);
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

/** Every date with as many of the steps before it as there is room for, drawn by the seed. */
function learningRows(set: SeriesSet, horizon: number, training: number, seed: number): Row[] {
  const rows: Row[] = [];
  const dates = set.values.map((own, s) => Math.max(0, Math.min(own.length, training - set.starts[s]!) - leastHistory));
  const total = dates.reduce((sum, count) => sum + count, 0);
  const perDate = Math.max(1, Math.min(horizon, Math.floor(mostRows / Math.max(1, total))));
  const stride = Math.max(1, Math.ceil(total / mostRows));
  const random = createRandom(deriveSeed(seed, 'forecast rows'));
  const steps = Int32Array.from({ length: horizon }, (_, i) => i + 1);
  for (let s = 0; s < set.names.length; s++) {
    // Counted from the end, so that the newest dates are among them.
    for (let at = set.starts[s]! + leastHistory + dates[s]! - 1; at >= set.starts[s]! + leastHistory; at -= stride) {
      const drawn = perDate === horizon ? steps : random.shuffle(steps).slice(0, perDate);
      for (const step of drawn) addRow(rows, set, { s, origin: at - step, step, row: -1, fold: -1 });
    }
  }
  return rows;
}

/** Only dates with a value of their own are forecast, and only where something was known at the origin. */
function addRow(rows: Row[], set: SeriesSet, row: Row): void {
  const at = row.origin + row.step - set.starts[row.s]!;
  const own = set.rows[row.s]![at];
  if (own === undefined || own < 0 || row.origin - set.starts[row.s]! < leastHistory - 1) return;
  rows.push({ ...row, row: own });
}

function completePlan(
  plan: ExperimentPlan,
  forecast: ForecastPlan,
  layout: Layout,
  set: SeriesSet,
  total: number,
  end: number,
): ExperimentPlan {
  let training = 0;
  let holdout = 0;
  set.rows.forEach((own, s) => {
    own.forEach((row, at) => {
      if (row < 0) return;
      if (set.starts[s]! + at < end - layout.sealed) training++;
      else holdout++;
    });
  });
  return {
    ...plan,
    labels: [],
    positiveClass: null,
    forecast,
    validation: { ...plan.validation, folds: layout.folds },
    rows: { total, usable: training + holdout, training, holdout },
    // found again where the plan was made with the table already
    warnings: [...plan.warnings.filter(({ code }) => !code.startsWith('DATES_')), ...warningsOf(set, forecast.date)],
  };
}

function warningsOf(set: SeriesSet, date: string): ExperimentPlan['warnings'] {
  const warnings = [];
  if (set.filled > 0) {
    const steps = set.filled === 1 ? 'One step between two dates has' : `${set.filled} steps between two dates have`;
    const message = `${steps} no value in ${JSON.stringify(date)}; each is filled with the value before it, and none is learnt from as a target.`;
    warnings.push({ code: 'DATES_MISSING', message });
  }
  if (set.moved > 0) {
    const rows = set.moved === 1 ? 'One date lies' : `${set.moved} dates lie`;
    warnings.push({
      code: 'DATES_IRREGULAR',
      message: `${rows} between two steps of ${JSON.stringify(date)} and went to the nearest; values of one step are averaged.`,
    });
  }
  return warnings;
}

/** What a row to forecast must hold, and the target, which may tell what has happened since. */
function inputsOf(table: Table, { target, forecast }: ExperimentPlan): ModelInput[] {
  const { date, series, known } = forecast!;
  const names = [date, ...(series === undefined ? [] : [series]), ...known];
  const inputs = names.map((name) => describeInput(findColumn(table, name)!, table.rows));
  return [...inputs, { ...describeInput(findColumn(table, target)!, table.rows), optional: true }];
}
