import { AppError, type ExperimentPlan, predictsValues } from '@laurel/contracts';
import { takeRows } from '@laurel/evaluation';
import {
  type Column,
  decodeTable,
  encodeTable,
  findColumn,
  isNumeric,
  selectColumns,
  selectRows,
  sortByCodePoint,
  type Table,
} from '@laurel/tabular';
import { bytesOf, readContainer, sha256Hex, type Tensors, writeContainer } from './container.ts';
import { madeFacts } from './features/facts.ts';
import { describeInput } from './inputs.ts';
import type { DataFacts } from './models/types.ts';
import { checkMetric } from './plan/metric.ts';
import { quote } from './plan/refusal.ts';
import { describePlan } from './plan/sentences.ts';
import { warnOfTimeOrder } from './plan/time-order.ts';
import { weightsOf } from './plan/weights.ts';
import { splitRows } from './split.ts';
import { decodeForecast, encodeForecast, type ForecastHeader } from './tasks/forecast/data.ts';
import { prepareForecast } from './tasks/forecast/prepare.ts';
import type { PreparedData } from './types.ts';

/**
 * Everything the trials share: usable rows, target as numbers, the sealed holdout, the folds. The plan inside the
 * result has its labels, folds and row counts completed; store that one. Throws TARGET_INVALID, TARGET_CONSTANT,
 * TOO_FEW_ROWS, VALIDATION_INVALID, METRIC_NOT_FOR_TASK.
 */
export function prepareData(table: Table, plan: ExperimentPlan): PreparedData {
  if (plan.task === 'forecast') return prepareForecast(table, plan);
  const targetColumn = findColumn(table, plan.target);
  if (!targetColumn) {
    throw new AppError('TARGET_NOT_FOUND', `The table has no column ${quote(plan.target)}. Choose another target.`);
  }
  const labels = predictsValues(plan.task) ? [] : labelsOf(targetColumn, plan.labels);
  const all = targetValues(targetColumn, predictsValues(plan.task) ? null : labels);
  const usable = rowsWhere(table.rows, (row) => !Number.isNaN(all[row]!));
  const usableTarget = takeRows(all, usable, 1);
  checkTarget(plan, usableTarget);
  const positiveClass = plan.task === 'binary' ? positiveOf(plan, labels, usableTarget) : null;
  const { split, validation, warnings } = splitRows(table, plan, usable, all);
  const { rowIds, trainingRows } = split;
  const names = plan.features.map((feature) => feature.column);
  const features = selectRows(selectColumns(table, names), rowIds);
  const target = takeRows(all, rowIds, 1);
  const completed = warnOfTimeOrder(table, {
    ...plan,
    labels,
    positiveClass,
    validation,
    rows: { total: table.rows, usable: rowIds.length, training: trainingRows, holdout: rowIds.length - trainingRows },
    warnings: [...plan.warnings, ...warnings],
  });
  checkMetric(completed, target.subarray(0, trainingRows), split.folds);
  return {
    plan: { ...completed, sentences: describePlan(completed) },
    features,
    target,
    ...split,
    ...weightsOf(table, plan, rowIds),
    inputs: features.columns.map((column) => describeInput(column, trainingRows)),
    splitSha256: splitHash(split),
  };
}

/** Of rows and folds; of the ends of training too where there are any. */
function splitHash({ rowIds, folds, trainEnds }: Pick<PreparedData, 'rowIds' | 'folds' | 'trainEnds'>): string {
  return sha256Hex(bytesOf(rowIds), ...folds.map(bytesOf), ...(trainEnds ? [bytesOf(trainEnds)] : []));
}

const knownFacts = new WeakMap<PreparedData, DataFacts>();

/** What the families' formulas may know: sizes of the training part. Found once; every fold of every trial asks. */
export function dataFacts(prepared: PreparedData): DataFacts {
  const facts = knownFacts.get(prepared) ?? findFacts(prepared);
  knownFacts.set(prepared, facts);
  return facts;
}

function findFacts(prepared: PreparedData): DataFacts {
  const coded = prepared.features.columns.filter((column) => !isNumeric(column));
  const categorical = coded.filter((column) => column.type !== 'text');
  // families of rows learn a forecast as a regression
  const task = prepared.plan.task === 'forecast' ? 'regression' : prepared.plan.task;
  const { target, blocks } = prepared;
  const classes = prepared.plan.labels.length;
  return {
    task,
    rows: prepared.trainingRows,
    numericFeatures: prepared.features.columns.length - coded.length,
    categoricalFeatures: coded.length,
    levels: categorical.reduce((sum, column) => sum + (isNumeric(column) ? 0 : column.levels.length), 0),
    classes,
    made: madeFacts(prepared.features, prepared.trainingRows, { task, classes, target, blocks }),
  };
}

/** One file for all trials of an experiment; `decodePrepared` reads it. */
export function encodePrepared(prepared: PreparedData): Uint8Array {
  const { plan, features, target, rowIds, trainingRows, folds, trainEnds, blocks, inputs, splitSha256 } = prepared;
  const tensors: Tensors = { target, rowIds, features: encodeTable(features) };
  folds.forEach((fold, repeat) => {
    tensors[`folds${repeat}`] = fold;
  });
  if (trainEnds) tensors.trainEnds = trainEnds;
  if (blocks) tensors.blocks = blocks;
  if (prepared.weights) tensors.weights = prepared.weights;
  const forecast = prepared.forecast ? encodeForecast(prepared.forecast, tensors) : undefined;
  const header = {
    schemaVersion: 1,
    plan,
    trainingRows,
    repeats: folds.length,
    inputs,
    splitSha256,
    ...(forecast ? { forecast } : {}),
  };
  return writeContainer({ header, tensors });
}

type PreparedHeader = Omit<PreparedData, 'forecast'> & { repeats: number; forecast?: ForecastHeader };

/** Throws ARTIFACT_CORRUPT when the bytes are not what `encodePrepared` gave. */
export function decodePrepared(bytes: Uint8Array): PreparedData {
  const { header, tensors } = readContainer(bytes, 'prepared data of this experiment');
  const { plan, trainingRows, repeats, inputs, splitSha256, forecast } = header as PreparedHeader;
  return {
    plan,
    features: decodeTable(tensors.features as Uint8Array),
    target: tensors.target as Float64Array,
    rowIds: tensors.rowIds as Int32Array,
    trainingRows,
    folds: Array.from({ length: repeats }, (_, repeat) => tensors[`folds${repeat}`] as Int8Array),
    ...(tensors.trainEnds ? { trainEnds: tensors.trainEnds as Int32Array } : {}),
    ...(tensors.blocks ? { blocks: tensors.blocks as Int32Array } : {}),
    ...(tensors.weights ? { weights: tensors.weights as Float64Array } : {}),
    inputs,
    splitSha256,
    ...(forecast ? { forecast: decodeForecast(forecast, tensors) } : {}),
  };
}

/** Out-of-fold and holdout predictions of one trial, rows x outputs each; the holdout part stays sealed where it is read. */
export interface StoredPredictions {
  outputs: number;
  oof: Float32Array;
  holdout: Float32Array;
  /** binary: the model's threshold where that is not 0.5 */
  threshold?: number | undefined;
}

export function encodePredictions({ outputs, oof, holdout, threshold }: StoredPredictions): Uint8Array {
  return writeContainer({ header: { schemaVersion: 1, outputs, threshold }, tensors: { oof, holdout } });
}

export function decodePredictions(bytes: Uint8Array): StoredPredictions {
  const { header, tensors } = readContainer(bytes, 'stored predictions of this model');
  const { outputs, threshold } = header as StoredPredictions;
  return { outputs, threshold, oof: tensors.oof as Float32Array, holdout: tensors.holdout as Float32Array };
}

/** Class index per row by the labels, or the value; NaN where the target is missing. */
export function targetValues(column: Column, labels: readonly string[] | null): Float64Array {
  if (labels === null) {
    if (!isNumeric(column)) {
      throw new AppError(
        'TARGET_INVALID',
        `${quote(column.name)} does not hold numbers. Choose a classification task.`,
      );
    }
    return column.values.map((value) => (Number.isFinite(value) ? value : Number.NaN));
  }
  const index = new Map(labels.map((label, position) => [label, position]));
  if (isNumeric(column)) return column.values.map((value) => index.get(String(value)) ?? Number.NaN);
  const byCode = Float64Array.from(column.levels, (level) => index.get(level) ?? Number.NaN);
  const values = new Float64Array(column.codes.length);
  for (let row = 0; row < values.length; row++) {
    const code = column.codes[row]!;
    values[row] = code < 0 ? Number.NaN : byCode[code]!;
  }
  return values;
}

/** Labels as planned; from the data where the profile did not list them all. */
function labelsOf(column: Column, planned: readonly string[]): string[] {
  if (planned.length > 0) return [...planned];
  if (!isNumeric(column)) {
    const used = new Set<number>(column.codes);
    return sortByCodePoint(column.levels.filter((_, code) => used.has(code)));
  }
  const distinct = new Set(column.values.filter(Number.isFinite));
  return [...distinct].sort((a, b) => a - b).map(String);
}

/** As asked; otherwise the rarer of the two, of equally frequent ones the last. */
function positiveOf(
  { target, positiveClass }: ExperimentPlan,
  labels: readonly string[],
  values: Float64Array,
): string | null {
  if (positiveClass !== null) {
    if (labels.includes(positiveClass)) return positiveClass;
    throw new AppError(
      'TARGET_INVALID',
      `${quote(positiveClass)} is no value of ${quote(target)} and cannot be its positive class. Use one of: ${labels.join(', ')}.`,
    );
  }
  const first = values.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
  return labels[2 * first < values.length ? 0 : 1] ?? null;
}

function checkTarget(plan: ExperimentPlan, target: Float64Array): void {
  if (target.length < plan.validation.folds * 2) {
    throw new AppError('TOO_FEW_ROWS', `Only ${target.length} rows have a value in ${quote(plan.target)}. Add rows.`);
  }
  if (target.every((value) => value === target[0])) {
    throw new AppError('TARGET_CONSTANT', `${quote(plan.target)} has one value only. Choose another target.`);
  }
}

// Plain loops: `from` with a function goes through iterators, ten times slower on large tables.
function rowsWhere(rows: number, keep: (row: number) => boolean): Int32Array {
  const result = new Int32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) if (keep(row)) result[count++] = row;
  return result.slice(0, count);
}
