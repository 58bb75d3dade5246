import {
  AppError,
  type ColumnProfile,
  type DatasetProfile,
  type ExperimentPlan,
  type ForecastPlan,
} from '@laurel/contracts';
import type { PlanRequest } from '../../plan/plan.ts';
import { invalidValidation, quote } from '../../plan/refusal.ts';
import { likelySeasons, type Step, usualHorizon, usualStep } from './grid.ts';
import { backtestLayout } from './layout.ts';

type Parts = Pick<ExperimentPlan, 'forecast' | 'validation' | 'features' | 'excluded' | 'holdoutFraction'> & {
  rows: { training: number; holdout: number };
};

/**
 * The parts of a plan that are particular to a forecast, from the profile. Step, season and backtests are estimates here:
 * `prepareForecast` finds them in the rows. Throws COLUMN_NOT_FOUND, VALIDATION_INVALID, PARAMETER_INVALID, TOO_FEW_ROWS.
 */
export function planForecast(profile: DatasetProfile, request: PlanRequest, usable: number): Parts {
  refuse(request);
  const date = dateColumn(profile, request);
  const series = request.series === undefined ? null : columnOf(profile, request.series);
  if (series && (series.name === date.name || series.name === request.target)) {
    throw invalidValidation(
      `${quote(series.name)} cannot tell the series apart and be the ${series.name === date.name ? 'date' : 'target'} too.`,
    );
  }
  const known = (request.features?.include ?? []).filter(
    (name) => ![date.name, series?.name, request.target].includes(name),
  );
  for (const name of known) columnOf(profile, name);
  const step = stepFrom(date);
  const horizon = request.horizon ?? usualHorizon(step);
  if (!Number.isInteger(horizon) || horizon < 1)
    throw invalidValidation(`A horizon of ${horizon} steps is not possible. Use a whole number from 1.`);
  const length = date.distinct;
  const layout = backtestLayout(
    length,
    horizon,
    { folds: request.validation?.folds, holdout: request.holdout },
    usable,
  );
  const season =
    likelySeasons(step)
      .filter((steps) => length >= 2.5 * steps)
      .at(-1) ?? 1;
  const forecast: ForecastPlan = {
    date: date.name,
    ...(series ? { series: series.name } : {}),
    horizon,
    step,
    season,
    known,
    windows: layout.windows,
  };
  const holdout = Math.round((usable * layout.sealed) / length);
  return {
    forecast,
    validation: { kind: 'time', folds: layout.folds, repeats: 1, column: date.name },
    holdoutFraction: layout.sealed / length,
    rows: { training: usable - holdout, holdout },
    ...columns(profile, request, forecast),
  };
}

function columns(profile: DatasetProfile, request: PlanRequest, { date, series, known }: ForecastPlan) {
  const features: ExperimentPlan['features'] = [];
  const excluded: ExperimentPlan['excluded'] = [];
  for (const { name, type } of profile.columns) {
    if (name === request.target) continue;
    if (name === date || name === series || known.includes(name)) features.push({ column: name, type });
    else if (request.features?.exclude?.includes(name)) {
      excluded.push({ column: name, code: 'ASKED', reason: 'You asked to leave it out.' });
    } else {
      const reason = 'Its future values are not known. Name it in the list of columns to use if they are.';
      excluded.push({ column: name, code: 'FUTURE_UNKNOWN', reason });
    }
  }
  return { features, excluded };
}

function refuse({ validation, roles, features, series }: PlanRequest): void {
  const { kind = 'auto', gap, repeats } = validation ?? {};
  if (kind !== 'auto' && kind !== 'time') {
    throw invalidValidation(
      `Forecasts are tried on later dates alone: validation by ${quote(kind)} does not fit. Use auto or time.`,
    );
  }
  if (gap !== undefined && gap !== 0)
    throw invalidValidation('A forecast starts right after the last value. Leave the gap out.');
  if (repeats !== undefined && repeats !== 1)
    throw invalidValidation('Forecasts go forward once. Leave the repeats out; use more folds.');
  if (roles?.group !== undefined)
    throw invalidValidation('A forecast has series and no groups. Give the column as `series`.');
  if (roles?.weight !== undefined) throw invalidValidation('Forecasts cannot use a weight column. Leave it out.');
  if (roles?.time !== undefined && validation?.column !== undefined && roles.time !== validation.column) {
    throw invalidValidation(
      `The time column is ${quote(roles.time)} and ${quote(validation.column)} at once. Name one.`,
    );
  }
  const used = [...(features?.include ?? []), roles?.time, validation?.column, series];
  const twice = features?.exclude?.find((name) => used.includes(name));
  if (twice === undefined) return;
  throw new AppError(
    'PARAMETER_INVALID',
    `${quote(twice)} is among the columns to use and among those to leave out. Take it out of one of the two.`,
  );
}

function dateColumn(profile: DatasetProfile, request: PlanRequest): ColumnProfile {
  const asked = request.roles?.time ?? request.validation?.column;
  if (asked !== undefined) {
    const column = columnOf(profile, asked);
    if (column.name === request.target)
      throw invalidValidation(`${quote(asked)} is the target and cannot be the date too.`);
    if (column.type === 'datetime' || column.type === 'numeric') return column;
    throw invalidValidation(
      `${quote(asked)} holds neither dates nor numbers. Choose another column, or change its type to datetime.`,
    );
  }
  const dates = profile.columns.filter(
    ({ name, type }) => type === 'datetime' && !request.features?.exclude?.includes(name),
  );
  // The date itself, where the same rows also have a coarser one.
  const [first] = [...dates].sort((a, b) => b.distinct - a.distinct);
  if (first) return first;
  throw invalidValidation(
    "A forecast needs a column of dates, and there is none. Name a column of numbers that count steps as the time column, or change a column's type to datetime.",
  );
}

/** A guess from the mean distance of the distinct dates. */
function stepFrom(date: ColumnProfile): Step {
  const isDate = date.type === 'datetime';
  const range = (date.max ?? 0) - (date.min ?? 0);
  if (date.distinct < 3 || range <= 0) {
    throw new AppError(
      'TOO_FEW_ROWS',
      `${quote(date.name)} has ${date.distinct} distinct dates; a forecast needs many more.`,
    );
  }
  const gap = range / (date.distinct - 1);
  return isDate ? usualStep(gap) : { unit: 'number', count: gap };
}

function columnOf(profile: DatasetProfile, name: string): ColumnProfile {
  const column = profile.columns.find((candidate) => candidate.name === name);
  if (column) return column;
  throw new AppError(
    'COLUMN_NOT_FOUND',
    `The table has no column ${quote(name)}. Check the spelling; names are matched exactly.`,
    {
      details: { columns: [name] },
    },
  );
}
