import { AppError, type DatasetProfile, type ExperimentPlan } from '@laurel/contracts';
import { type Metric, metricById } from '@laurel/evaluation';
import { findColumn, isNumeric, type Table } from '@laurel/tabular';
import type { DataFacts, Parameter, SearchSpace } from '../models/types.ts';
import type { PreparedData } from '../types.ts';
import type { PlanRequest } from './plan.ts';
import { invalidValidation, quote } from './refusal.ts';

/** The most frequent class has to have this many times the rows of the rarest before the search tries class weights. */
const strongImbalance = 10;

/**
 * What a plan says of weights: the column of row weights, and class weights as asked for. Without a wish the search
 * tries balanced ones, where one class is far rarer and the metric is not about the probabilities themselves. Throws
 * VALIDATION_INVALID for a column that cannot be weights, PARAMETER_INVALID for class weights that do not fit the task.
 */
export function planWeights(
  profile: DatasetProfile,
  request: PlanRequest,
  target: Pick<ExperimentPlan, 'task' | 'labels'>,
  metric: Metric,
): Pick<ExperimentPlan, 'weight' | 'classWeights'> {
  const classWeights = chooseClassWeights(profile, request, target, metric);
  const weight = request.roles?.weight;
  if (weight !== undefined) checkWeightColumn(profile, request, weight);
  return { ...(weight === undefined ? {} : { weight }), ...(classWeights === undefined ? {} : { classWeights }) };
}

function chooseClassWeights(
  profile: DatasetProfile,
  request: PlanRequest,
  { task, labels }: Pick<ExperimentPlan, 'task' | 'labels'>,
  metric: Metric,
): ExperimentPlan['classWeights'] {
  const asked = request.classWeights ?? 'auto';
  const isClasses = task === 'binary' || task === 'multiclass';
  if (asked === 'none') return isClasses ? asked : undefined;
  if (!isClasses) {
    if (asked === 'auto') return undefined;
    throw invalid('Class weights belong to a task with classes. Leave them out, or choose a classification task.');
  }
  if (asked === 'balanced') return asked;
  if (asked === 'auto') return isImbalanced(profile, request.target) && !isOfProbabilities(metric) ? asked : undefined;
  const unknown = Object.keys(asked).find((label) => labels.length > 0 && !labels.includes(label));
  if (unknown !== undefined) {
    throw invalid(`There is no class ${quote(unknown)}. The classes are: ${labels.join(', ')}.`);
  }
  const wrong = Object.entries(asked).find(([, value]) => !(value > 0 && value <= 1e6));
  if (wrong) throw invalid(`The weight of class ${quote(wrong[0])} has to be above 0, and 1,000,000 at most.`);
  return asked;
}

function isImbalanced(profile: DatasetProfile, target: string): boolean {
  const column = profile.columns.find((candidate) => candidate.name === target);
  const most = column?.top?.[0]?.count ?? 0;
  const rarest = column?.rarest?.count ?? column?.top?.at(-1)?.count ?? most;
  return rarest > 0 && most / rarest >= strongImbalance;
}

/** Log loss and Brier score judge the probabilities, which class weights move away from the truth. */
function isOfProbabilities(metric: Metric): boolean {
  return ['log_loss', 'brier'].some((id) => metricById(id) === metric);
}

function checkWeightColumn(profile: DatasetProfile, request: PlanRequest, name: string): void {
  const column = profile.columns.find((candidate) => candidate.name === name);
  const quoted = quote(name);
  if (!column) {
    throw new AppError('COLUMN_NOT_FOUND', `The table has no column ${quoted}. Names are matched exactly.`, {
      details: { columns: [name] },
    });
  }
  if (name === request.target) throw unusable(`${quoted} is the target and cannot be the weight of the rows too.`);
  if (column.type !== 'numeric') throw unusable(`${quoted} does not hold numbers.`);
  if (column.missing > 0) throw unusable(`${quoted} has no value in ${column.missing} rows.`);
  if ((column.min ?? 0) < 0) throw unusable(`${quoted} has values below 0.`);
  if ((column.max ?? 0) <= 0) throw unusable(`${quoted} is 0 in every row.`);
}

function unusable(why: string): AppError {
  return invalidValidation(
    `${why} The weight of a row is a number from 0 up. Choose another column, or leave it out if every row counts the same.`,
  );
}

function invalid(message: string): AppError {
  return new AppError('PARAMETER_INVALID', message);
}

/** Row weights of the prepared rows; empty where the plan names no column. Throws VALIDATION_INVALID. */
export function weightsOf(table: Table, plan: ExperimentPlan, rowIds: Int32Array): Pick<PreparedData, 'weights'> {
  if (plan.weight === undefined) return {};
  const column = findColumn(table, plan.weight);
  if (!column || !isNumeric(column)) throw unusable(`${quote(plan.weight)} does not hold numbers.`);
  const weights = Float64Array.from(rowIds, (row) => column.values[row]!);
  if (!weights.every((weight) => weight >= 0 && Number.isFinite(weight))) {
    throw unusable(`${quote(plan.weight)} has rows without a usable weight.`);
  }
  if (weights.every((weight) => weight === 0)) throw unusable(`${quote(plan.weight)} is 0 in every row.`);
  return { weights };
}

const classWeightParameter: Parameter = {
  label: 'Class weights',
  short: 'class weights',
  kind: 'choice',
  values: ['none', 'balanced'],
  default: 'none',
};

/** A family's space with class weights, where the plan lets the search try them. */
export function withClassWeights(
  space: SearchSpace,
  plan: ExperimentPlan,
  facts: Pick<DataFacts, 'classes'>,
): SearchSpace {
  if (plan.classWeights !== 'auto' || facts.classes < 2) return space;
  return { ...space, classWeights: classWeightParameter };
}
