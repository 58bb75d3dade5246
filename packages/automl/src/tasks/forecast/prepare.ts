import { AppError, type ExperimentPlan, type ForecastPlan, type ModelInput } from '@laurel/contracts';
import { findColumn, selectColumns, selectRows, type Table } from '@laurel/tabular';
import { bytesOf, sha256Hex } from '../../container.ts';
import { describeInput } from '../../inputs.ts';
import type { SeriesHistory } from '../../models/types.ts';
import { describePlan } from '../../plan/sentences.ts';
import type { PreparedData } from '../../types.ts';
import { type FeaturePlan, forecastFeatures } from './features.ts';
import { likelySeasons } from './grid.ts';
import { backtestLayout, type Layout } from './layout.ts';
import { rowsOf } from './rows.ts';
import { detectSeason, naiveScale } from './season.ts';
import { readSeries, type SeriesSet } from './series.ts';

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
  const first = set.starts.reduce((least, start) => Math.min(least, start), Number.POSITIVE_INFINITY);
  const end = set.starts.reduce(
    (most, start, s) => Math.max(most, start + set.values[s]!.length),
    Number.NEGATIVE_INFINITY,
  );
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
    const [rows, come] = set.moved === 1 ? ['One date lies', 'comes'] : [`${set.moved} dates lie`, 'come'];
    warnings.push({
      code: 'DATES_IRREGULAR',
      message: `${rows} between two steps of ${JSON.stringify(date)} or ${come} twice in one; values of one step, the nearest, are averaged.`,
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
