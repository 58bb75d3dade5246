import { AppError, type Importance } from '@laurel/contracts';
import { studentQuantile } from '@laurel/evaluation';
import { type Column, createRandom, deriveSeed, isNumeric, type Random, selectRows, type Table } from '@laurel/tabular';
import type { SeriesHistory } from '../models/types.ts';
import { metricOf, outputsOf, seenBy, shapeOf, withThreshold } from '../scoring.ts';
import { hiddenColumns } from '../tasks/forecast/features.ts';
import type { LoadedModel, PreparedData } from '../types.ts';

export interface ImportanceOptions {
  /** metric id; its drop is what is measured */
  metric: string;
  seed: number;
  repeats?: number;
  /** rows looked at, at most 2,000 unless told; sampled by the seed */
  rows?: number;
  /** fold model that predicts each row, so that no row is predicted by a model that saw it; null: the whole bag */
  foldOf?: Int8Array | null;
  /** forecasts: the series that the rows are made of */
  history?: SeriesHistory | undefined;
}

const defaultRepeats = 5;
const defaultRows = 2000;

/**
 * Permutation importance (Breiman 2001; Fisher, Rudin and Dominici 2019): how much worse the metric gets when one
 * column is shuffled over the rows. The interval is Student's t over the repeats. The most important first.
 * @param target class index or value per row of `table`
 */
export function permutationImportance(
  model: LoadedModel,
  table: Table,
  target: Float64Array,
  options: ImportanceOptions,
): Omit<Importance, 'split'> {
  const repeats = options.repeats ?? defaultRepeats;
  const sample = sampleRows(table.rows, options.rows ?? defaultRows, options.seed);
  const data: Sampled = {
    features: selectRows(usedColumns(table, model), sample),
    target: Float64Array.from(sample, (row) => target[row]!),
    foldOf: options.foldOf ? Int8Array.from(sample, (row) => options.foldOf![row]!) : null,
    history: options.history,
  };
  const metric = metricOf(options.metric);
  const plan = { ...model, metric: options.metric, seed: options.seed };
  const score = (features: Table): number => {
    const predictions = predictAll(model, { ...data, features });
    const scored = { rows: sample, target: data.target, predictions };
    const seen = seenBy(metric, withThreshold(plan, scored, model.finishing.threshold));
    return metric.compute(data.target, seen, shapeOf(plan));
  };
  const base = score(data.features);
  if (!Number.isFinite(base)) {
    throw new AppError(
      'METRIC_NOT_FOR_TASK',
      `${metric.label} is not defined on these rows, so no importance can be measured by it. Choose another metric.`,
    );
  }
  const features = data.features.columns.flatMap((column, index) => {
    if (hiddenColumns.includes(column.name)) return [];
    const random = createRandom(deriveSeed(options.seed, 'importance', column.name));
    const drops = Array.from({ length: repeats }, () => {
      const columns = data.features.columns.map((other, at) => (at === index ? shuffled(other, random) : other));
      const drop = base - score({ rows: data.features.rows, columns });
      return metric.higherIsBetter ? drop : -drop;
    });
    return [{ feature: column.name, ...summary(drops) }];
  });
  features.sort((a, b) => b.mean - a.mean || (a.feature < b.feature ? -1 : 1));
  return { metric: options.metric, repeats, rows: data.target.length, features };
}

/**
 * Importance of a trained model on its own experiment: on the sealed rows, or on the training rows, each predicted by
 * the fold models that had not seen it. Rows that were never validated are left out.
 */
export function modelImportance(
  model: LoadedModel,
  prepared: PreparedData,
  options: { split: 'oof' | 'holdout'; repeats?: number; rows?: number },
): Importance {
  const { plan, trainingRows, target, features } = prepared;
  const fold = prepared.folds[0]!;
  const all = new Int32Array(target.length).map((_, row) => row);
  const rows =
    options.split === 'holdout'
      ? all.subarray(trainingRows)
      : all.subarray(0, trainingRows).filter((row) => fold[row]! >= 0);
  const foldOf = options.split === 'holdout' ? null : Int8Array.from(rows, (row) => fold[row]!);
  const truth = Float64Array.from(rows, (row) => target[row]!);
  const found = permutationImportance(model, selectRows(features, rows), truth, {
    ...options,
    metric: plan.metric,
    seed: deriveSeed(plan.seed, 'importance', options.split),
    foldOf,
    history: prepared.forecast?.history,
  });
  return { ...found, split: options.split };
}

interface Sampled {
  features: Table;
  target: Float64Array;
  foldOf: Int8Array | null;
  history?: SeriesHistory | undefined;
}

function predictAll(model: LoadedModel, { features, target, foldOf, history }: Sampled): Float64Array {
  if (!foldOf) return model.predictPrepared(features, history);
  const outputs = outputsOf(model);
  const result = new Float64Array(target.length * outputs);
  for (const fold of new Set(foldOf)) {
    const rows = Int32Array.from(foldOf, (_, row) => row).filter((row) => foldOf[row] === fold);
    const values = model.predictWithFold(fold, selectRows(features, rows), history);
    rows.forEach((row, i) => {
      for (let k = 0; k < outputs; k++) result[row * outputs + k] = values[i * outputs + k]!;
    });
  }
  return result;
}

/** Row numbers, ascending: all, or a random part. */
export function sampleRows(rows: number, most: number, seed: number): Int32Array {
  const all = new Int32Array(rows).map((_, row) => row);
  if (rows <= most) return all;
  return createRandom(deriveSeed(seed, 'sample')).shuffle(all).slice(0, most).sort();
}

/** The model's inputs; a forecast sees columns that are made of them. */
function usedColumns(table: Table, model: LoadedModel): Table {
  if (model.task === 'forecast') return table;
  const names = new Set(model.inputs.map((input) => input.name));
  return { rows: table.rows, columns: table.columns.filter((column) => names.has(column.name)) };
}

function shuffled(column: Column, random: Random): Column {
  if (isNumeric(column)) return { ...column, values: random.shuffle(column.values.slice()) };
  return { ...column, codes: random.shuffle(column.codes.slice()) };
}

function summary(drops: readonly number[]) {
  const mean = drops.reduce((sum, drop) => sum + drop, 0) / drops.length;
  if (drops.length < 2) return { mean, sd: 0, ciLow: mean, ciHigh: mean };
  const sd = Math.sqrt(drops.reduce((sum, drop) => sum + (drop - mean) ** 2, 0) / (drops.length - 1));
  const reach = (studentQuantile(0.95, drops.length - 1) * sd) / Math.sqrt(drops.length);
  return { mean, sd, ciLow: mean - reach, ciHigh: mean + reach };
}
