import { type Column, findColumn, isNumeric, type Table } from '@laurel/tabular';
import { everyRow } from '../../models/rows.ts';
import type {
  Family,
  FamilyInfo,
  FitData,
  FitInput,
  FittedModel,
  ModelState,
  SeriesHistory,
} from '../../models/types.ts';
import { hiddenColumns, keys } from './features.ts';
import { historyUntil } from './history.ts';

/** Every eighth stretch of dates is kept from a fit, to stop it. */
const stretchOf = 8;

/**
 * A family as a forecast needs it. One that forecasts by itself is given the series; one of rows learns the amounts
 * less the mean and divided by the spread before the origin, and its answers are brought back.
 */
export async function forecastFamily(info: Pick<FamilyInfo, 'tasks' | 'load'>): Promise<Family> {
  const family = await info.load();
  return info.tasks.includes('forecast') ? ofSeries(family) : ofRows(family);
}

function ofSeries(family: Family): Family {
  return {
    fit(input) {
      const { features, rows } = input.train;
      const dates = datesOf(features);
      const last = rows.reduce((latest, row) => Math.max(latest, dates[row]!), Number.NEGATIVE_INFINITY);
      return family.fit({ ...input, history: historyUntil(input.history!, last) });
    },
    restore: (state) => family.restore(state),
  };
}

function ofRows(family: Family): Family {
  return {
    async fit(input) {
      const { train, validation } = splitForStopping(input);
      const base = numbers(input.train.features, keys.base);
      const scale = numbers(input.train.features, keys.scale);
      const visible = (data: FitData): FitData => ({
        ...data,
        features: withoutKeys(data.features),
        target: data.target.map((value, row) => (value - base[row]!) / scale[row]!),
      });
      const { history: _, ...rest } = input;
      const model = await family.fit({
        ...rest,
        task: 'regression',
        train: visible(train),
        validation: validation && visible(validation),
        metric: { higherIsBetter: false, score: meanAbsoluteError },
      });
      return scaled(model);
    },
    async restore(state: ModelState) {
      return scaled(await family.restore(state));
    },
  };
}

function scaled(model: FittedModel): FittedModel {
  return {
    ...model,
    predict(features: Table, rows?: Int32Array) {
      const base = numbers(features, keys.base);
      const scale = numbers(features, keys.scale);
      const used = rows ?? everyRow(features);
      const values = model.predict(withoutKeys(features), used);
      return values.map((value, i) => value * scale[used[i]!]! + base[used[i]!]!);
    },
    state: () => model.state(),
    dispose: () => model.dispose(),
  };
}

/**
 * Rows to stop a fit by, taken from its own training dates: those of its backtest are for its score alone, and too few
 * to choose by. Whole stretches of one horizon, so that neighbours do not give each other away.
 */
function splitForStopping(input: FitInput): { train: FitData; validation: FitData | null } {
  const { train, validation, history } = input;
  if (!validation) return { train, validation };
  const dates = datesOf(train.features);
  const horizon = history?.horizon ?? 1;
  const last = train.rows.reduce((latest, row) => Math.max(latest, dates[row]!), Number.NEGATIVE_INFINITY);
  const isKept = (row: number) => Math.floor((last - dates[row]!) / horizon) % stretchOf === stretchOf >> 1;
  const kept = train.rows.filter(isKept);
  // Rows that a fit learns from say nothing of when to stop it: with too few others it goes by its configuration.
  if (kept.length < 10) return { train, validation: null };
  return { train: { ...train, rows: train.rows.filter((row) => !isKept(row)) }, validation: { ...train, rows: kept } };
}

function meanAbsoluteError(target: Float64Array, predictions: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < target.length; i++) sum += Math.abs(target[i]! - predictions[i]!);
  return sum / target.length;
}

/** Place of the date that each row forecasts. */
function datesOf(features: Table): Float64Array {
  const steps = numbers(features, keys.step);
  return numbers(features, keys.origin).map((origin, row) => origin + steps[row]!);
}

/** One of the columns that tell where a row belongs. */
export function numbers(features: Table, name: string): Float64Array {
  const column = findColumn(features, name);
  if (!column || !isNumeric(column)) throw new Error(`The rows of a forecast lack the column ${name}.`);
  return column.values;
}

function withoutKeys(features: Table): Table {
  return {
    rows: features.rows,
    columns: features.columns.filter((column: Column) => !hiddenColumns.includes(column.name)),
  };
}

/** The rows of each series by origin: what families of series go through. */
export function rowsBySeries(
  features: Table,
  rows: Int32Array,
  history: SeriesHistory,
): { s: number; at: number; step: number; out: number }[][] {
  const series = numbers(features, keys.series);
  const origins = numbers(features, keys.origin);
  const steps = numbers(features, keys.step);
  const result: { s: number; at: number; step: number; out: number }[][] = history.values.map(() => []);
  rows.forEach((row, out) => {
    const s = series[row]!;
    result[s]!.push({ s, at: origins[row]! - history.starts[s]!, step: steps[row]!, out });
  });
  for (const own of result) own.sort((a, b) => a.at - b.at || a.out - b.out);
  return result;
}
