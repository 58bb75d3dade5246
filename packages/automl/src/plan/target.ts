import {
  AppError,
  type ColumnProfile,
  type DatasetProfile,
  predictsValues,
  type TaskKind,
  taskKinds,
} from '@laurel/contracts';
import { mayBeClipped, sortByCodePoint } from '@laurel/tabular';
import type { PlanRequest } from './plan.ts';

export interface TargetPlan {
  column: ColumnProfile;
  task: TaskKind;
  /** sorted; empty for regression, and where the profile does not list every class in full */
  labels: string[];
  /** 1 for values */
  classes: number;
  /** null where it is not asked for and the labels are not known */
  positiveClass: string | null;
  missing: number;
  warnings: { code: string; message: string }[];
}

/** More classes than this are taken for an identifier or free text. */
const mostClasses = 500;
/** A numeric target with at most this many whole numbers is a class, when each has ten rows on average. */
const mostNumericClasses = 20;
const rowsPerNumericClass = 10;

/**
 * What kind of task a target makes: two values are binary; other text, and at most 20 distinct whole numbers, multiclass;
 * other numbers regression. A task that was asked for is used when the column allows it.
 */
export function planTarget(profile: DatasetProfile, request: PlanRequest): TargetPlan {
  const column = profile.columns.find((candidate) => candidate.name === request.target);
  if (!column) {
    const near = profile.columns.find(
      (other) => other.name.trim().toLowerCase() === request.target.trim().toLowerCase(),
    );
    const hint = near ? `Did you mean ${JSON.stringify(near.name)}?` : `The columns are: ${someNames(profile)}.`;
    throw new AppError('TARGET_NOT_FOUND', `The table has no column ${JSON.stringify(request.target)}. ${hint}`);
  }
  if (column.missing >= profile.rows || column.distinct === 0) {
    throw new AppError('TARGET_EMPTY', `${quote(column)} has no values at all. Choose another target.`);
  }
  if (column.distinct === 1) {
    throw new AppError(
      'TARGET_CONSTANT',
      `${quote(column)} has the same value in every row, so there is nothing to predict. Choose another target.`,
    );
  }
  if (profile.findings.some((finding) => finding.code === 'INFINITE' && finding.column === column.name)) {
    throw invalid(`${quote(column)} has infinite values. Correct or remove those rows, or choose another target.`);
  }
  const task = settleTask(column, profile.rows - column.missing, request.task ?? 'auto');
  if (task === 'binary' && column.rarest?.count === 1) {
    throw invalid(
      `The class ${JSON.stringify(column.rarest.value)} of ${quote(column)} has one row only: a model cannot learn from that row and be scored on it too. Add rows of that class, or choose another target.`,
    );
  }
  const labels = predictsValues(task) ? [] : labelsOf(column);
  const warnings = [];
  if (column.missing > 0) {
    const rows = column.missing === 1 ? 'One row has' : `${column.missing} rows have`;
    warnings.push({
      code: 'TARGET_MISSING',
      message: `${rows} no value in ${quote(column)} and ${column.missing === 1 ? 'is' : 'are'} left out.`,
    });
  }
  if (request.task === 'multiclass' && task === 'binary') {
    warnings.push({ code: 'TASK_ADJUSTED', message: `${quote(column)} has two values, so the task is binary.` });
  }
  return {
    column,
    task,
    labels,
    classes: predictsValues(task) ? 1 : column.distinct,
    positiveClass: positiveOf(column, task, labels, request.positiveClass),
    missing: column.missing,
    warnings,
  };
}

function settleTask(column: ColumnProfile, rows: number, asked: string): TaskKind {
  if (asked !== 'auto' && !taskKinds.some((kind) => kind === asked)) {
    throw new AppError(
      'PARAMETER_INVALID',
      `There is no task ${JSON.stringify(asked)}. Use auto, ${taskKinds.join(', ')}.`,
    );
  }
  if (column.type === 'datetime')
    throw invalid(`${quote(column)} holds dates, which cannot be predicted. Choose another target.`);
  const isNumber = column.type === 'numeric';
  if (asked === 'regression' || asked === 'forecast') {
    if (isNumber) return asked;
    throw invalid(
      `${quote(column)} does not hold numbers, so it cannot be a ${asked}. Use auto, or change the column's type to numeric.`,
    );
  }
  if (asked === 'binary' && column.distinct !== 2) {
    throw invalid(
      `${quote(column)} has ${column.distinct} distinct values, and a binary task needs two. Use multiclass or auto.`,
    );
  }
  if (column.distinct === 2) return 'binary';
  if (isNumber && asked === 'auto') return isNumericClass(column, rows) ? 'multiclass' : 'regression';
  if (column.type === 'text' || column.type === 'id' || column.distinct > mostClasses) refuseTooMany(column, rows);
  return 'multiclass';
}

function isNumericClass(column: ColumnProfile, rows: number): boolean {
  if (column.distinct > mostNumericClasses || rows < column.distinct * rowsPerNumericClass) return false;
  return (
    (column.top ?? []).length === column.distinct && column.top!.every(({ value }) => Number.isInteger(Number(value)))
  );
}

function refuseTooMany(column: ColumnProfile, rows: number): void {
  if (column.distinct <= mostClasses && column.distinct * 2 < rows) return;
  if (column.distinct * 2 >= rows) {
    throw invalid(
      `Almost every row has another value in ${quote(column)}: it looks like an identifier or free text. Choose another target.`,
    );
  }
  throw new AppError(
    'TOO_MANY_CLASSES',
    `${quote(column)} has ${column.distinct} distinct values; at most ${mostClasses} classes can be told apart. Group them, or choose another target.`,
  );
}

/** Every label in its fixed order, numbers by value; empty when the profile does not list all of them, or not in full. */
function labelsOf(column: ColumnProfile): string[] {
  const values = (column.top ?? []).map(({ value }) => value);
  if (values.length < column.distinct || values.some(mayBeClipped)) return [];
  return column.type === 'numeric' ? values.sort((a, b) => Number(a) - Number(b)) : sortByCodePoint(values);
}

/** The rarer label unless another was asked for; of equally frequent ones the last (true, yes, 1). */
function positiveOf(column: ColumnProfile, task: TaskKind, labels: string[], asked: string | undefined): string | null {
  if (asked !== undefined) {
    // `prepareData` checks it where the labels are not known yet
    if (task === 'binary' && (labels.length === 0 || labels.includes(asked))) return asked;
    const valid = task === 'binary' ? `Use one of: ${labels.join(', ')}.` : 'Leave it out: only a binary task has one.';
    throw invalid(`${JSON.stringify(asked)} cannot be the positive class of ${quote(column)}. ${valid}`);
  }
  if (task !== 'binary') return null;
  const counts = new Map((column.top ?? []).map(({ value, count }) => [value, count]));
  const [first, second] = labels;
  if (first === undefined || second === undefined) return null;
  return (counts.get(first) ?? 0) < (counts.get(second) ?? 0) ? first : second;
}

function someNames(profile: DatasetProfile): string {
  const names = profile.columns.map((column) => JSON.stringify(column.name));
  return names.length > 20 ? `${names.slice(0, 20).join(', ')} and ${names.length - 20} more` : names.join(', ');
}

function invalid(message: string): AppError {
  return new AppError('TARGET_INVALID', message);
}

function quote(column: ColumnProfile): string {
  return JSON.stringify(column.name);
}
