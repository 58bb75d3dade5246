import { AppError, type ExperimentPlan, predictsValues } from '@laurel/contracts';
import { takeRows } from '@laurel/evaluation';
import {
  type Column,
  findColumn,
  groupFolds,
  groupHoldout,
  holdoutSplit,
  isNumeric,
  stratifiedFolds,
  type Table,
  timeCut,
  timeFolds,
} from '@laurel/tabular';
import { invalidValidation, quote } from './plan/refusal.ts';
import { validationFraction } from './plan/validation.ts';
import type { PreparedData } from './types.ts';

/** Training rows first, in the order of time where there is one; then the sealed rows. */
export type RowSplit = Pick<PreparedData, 'rowIds' | 'trainingRows' | 'folds' | 'trainEnds' | 'blocks'>;

interface PlannedSplit {
  split: RowSplit;
  /** the plan's, with fewer folds where the rows do not allow as many; a warning says so */
  validation: ExperimentPlan['validation'];
  warnings: ExperimentPlan['warnings'];
}

/** Share of the rows that time validation with several folds never validates, so that its first model has enough to learn. */
const firstWindow = 0.5;

/**
 * The holdout and the folds of a plan. The plan counted groups and times over all rows; here it is known which of them have
 * a target, and are not sealed. Throws VALIDATION_INVALID where not even one split is left.
 * @param rows usable rows of the table, ascending
 * @param target class index or value of every row of the table
 */
export function splitRows(table: Table, plan: ExperimentPlan, rows: Int32Array, target: Float64Array): PlannedSplit {
  const { kind, column } = plan.validation;
  if ((kind !== 'time' && kind !== 'group') || column === undefined) return atRandom(plan, rows, target);
  const found = findColumn(table, column);
  if (!found) {
    throw new AppError('COLUMN_NOT_FOUND', `The table has no column ${quote(column)}. Plan the run again.`);
  }
  return kind === 'time' ? byTime(plan, found, rows) : byGroup(plan, found, rows, target);
}

function atRandom(plan: ExperimentPlan, rows: Int32Array, all: Float64Array): PlannedSplit {
  const kind = predictsValues(plan.task) ? 'values' : 'classes';
  const { validation, seed, holdoutFraction: fraction } = plan;
  // Of each class a row to learn from and one to validate on stay: sealed ones are not needed to find a model.
  const split = holdoutSplit({ target: takeRows(all, rows, 1), kind, seed, fraction, keep: 2 });
  const training = take(rows, split.training);
  const target = takeRows(all, training, 1);
  const order = joined(training, take(rows, split.holdout));
  const planned = { validation, warnings: [] };
  if (validation.kind === 'kfold') {
    const { folds, repeats } = validation;
    return { ...planned, split: { ...order, folds: stratifiedFolds({ target, kind, seed, folds, repeats }) } };
  }
  const single = holdoutSplit({
    target,
    kind,
    // Another seed than the holdout's: the same draw would pick rows by the same pattern again.
    seed: otherSeed(seed),
    fraction: validationFraction(target.length),
    // Of two classes, metrics want both.
    everyClass: plan.task === 'binary',
  });
  return { ...planned, split: { ...order, folds: [oneFold(target.length, single.holdout)] } };
}

function byGroup(plan: ExperimentPlan, column: Column, rows: Int32Array, all: Float64Array): PlannedSplit {
  const kind = predictsValues(plan.task) ? 'values' : 'classes';
  const { validation, seed, holdoutFraction: fraction } = plan;
  const groupOf = groupNumbers(column);
  const groups = take(groupOf, rows);
  const present = new Set(groups).size;
  if (present < (fraction > 0 ? 3 : 2)) {
    throw invalidValidation(
      `${quote(column.name)} has ${present} ${present === 1 ? 'group' : 'groups'} among the rows with a target, too few to validate on others than were trained on${fraction > 0 ? ', with others sealed' : ''}. Choose another column${fraction > 0 ? ', or no holdout' : ''}.`,
    );
  }
  // The folds that the plan promises come before the size of the holdout, which is not exact with whole groups anyway.
  const keep = Math.max(2, Math.min(validation.folds, present - 1));
  const split = groupHoldout({ groups, seed, fraction, keep });
  const training = take(rows, split.training);
  const own = take(groupOf, training);
  const order = joined(training, take(rows, split.holdout));
  const common = { ...order, blocks: take(groupOf, order.rowIds) };
  if (validation.folds === 1) {
    const share = validationFraction(training.length);
    const single = groupHoldout({ groups: own, seed: otherSeed(seed), fraction: share, keep: 1 });
    return { validation, warnings: [], split: { ...common, folds: [oneFold(training.length, single.holdout)] } };
  }
  const count = new Set(own).size;
  const { repeats } = validation;
  const folds = Math.min(validation.folds, count);
  return {
    ...orFewer(plan, folds, `${quote(column.name)} has ${count} groups`),
    split: {
      ...common,
      folds: groupFolds({ groups: own, target: takeRows(all, training, 1), kind, folds, repeats, seed }),
    },
  };
}

function byTime(plan: ExperimentPlan, column: Column, rows: Int32Array): PlannedSplit {
  if (!isNumeric(column)) {
    throw invalidValidation(
      `${quote(column.name)} holds neither dates nor numbers. Choose another column, or change its type to datetime.`,
    );
  }
  const { gap = 0 } = plan.validation;
  const dated = rows.filter((row) => Number.isFinite(column.values[row]!));
  dated.sort((a, b) => column.values[a]! - column.values[b]! || a - b);
  const times = takeRows(column.values, dated, 1);
  // A time to train on, the gap, and a time to validate on are not sealed, however many rows the first times have.
  const cut = timeCut(times, plan.holdoutFraction, gap + 2);
  const own = times.subarray(0, cut);
  const distinct = new Set(own).size;
  const most = distinct - gap - 1;
  if (most < 1) {
    throw invalidValidation(
      `${quote(column.name)} has ${distinct} distinct ${distinct === 1 ? 'time' : 'times'} in the rows for training, too few${gap > 0 ? ` with a gap of ${gap}` : ''} to validate on later rows. Choose another column${gap > 0 ? ', or a smaller gap' : ''}${plan.holdoutFraction > 0 ? ', or no holdout' : ''}.`,
    );
  }
  const folds = Math.min(plan.validation.folds, most);
  const start = folds === 1 ? 1 - validationFraction(cut) : firstWindow;
  const { fold, trainEnds } = timeFolds({ times: own, folds, gap, start });
  const { validation, warnings } = orFewer(plan, folds, `${quote(column.name)} has ${distinct} distinct times`);
  return {
    validation,
    warnings: [...undatedWarning(column.name, rows.length - dated.length), ...warnings],
    split: { rowIds: dated, trainingRows: cut, folds: [fold], trainEnds, blocks: stretches(fold, dated.length) },
  };
}

/** The plan's validation with as many folds as could be made, and a warning where the plan has more. */
function orFewer({ validation }: ExperimentPlan, folds: number, why: string): Omit<PlannedSplit, 'split'> {
  if (folds === validation.folds) return { validation, warnings: [] };
  const made = folds === 1 ? 'one fold is' : `${folds} folds are`;
  const message = `${why} in the rows for training: ${made} made of them in place of ${validation.folds}. A smaller holdout may allow more.`;
  return { validation: { ...validation, folds }, warnings: [{ code: 'FEWER_FOLDS', message }] };
}

function undatedWarning(column: string, count: number): ExperimentPlan['warnings'] {
  if (count === 0) return [];
  const what = count === 1 ? 'One row has' : `${count} rows have`;
  const message = `${what} no value in ${JSON.stringify(column)} and ${count === 1 ? 'is' : 'are'} left out: their place in time is not known.`;
  return [{ code: 'TIME_MISSING', message }];
}

/**
 * Neighbouring rows as blocks of rows^(1/3), the order of length that estimates a variance best (Hall, Horowitz and
 * Jing 1995). No block goes over the end of a fold or into the sealed rows.
 * @param fold fold of each training row; the sealed rows follow
 */
export function stretches(fold: Int8Array, rows: number): Int32Array {
  const length = Math.max(1, Math.round(Math.cbrt(rows)));
  const blocks = new Int32Array(rows);
  let block = -1;
  let size = length;
  for (let row = 0; row < rows; row++) {
    const begins = row === fold.length || (row < fold.length && row > 0 && fold[row] !== fold[row - 1]);
    if (begins || size >= length) {
      block++;
      size = 0;
    }
    blocks[row] = block;
    size++;
  }
  return blocks;
}

/** The group of every row as a number; a row without a group is a group of its own. */
function groupNumbers(column: Column): Int32Array {
  const index = new Map<number, number>();
  const count = isNumeric(column) ? column.values.length : column.codes.length;
  const result = new Int32Array(count);
  let next = 0;
  for (let row = 0; row < count; row++) {
    const key = isNumeric(column) ? column.values[row]! : column.codes[row]!;
    const known = index.get(key);
    if (known !== undefined) {
      result[row] = known;
      continue;
    }
    result[row] = next;
    if (isNumeric(column) ? !Number.isNaN(key) : key >= 0) index.set(key, next);
    next++;
  }
  return result;
}

function joined(training: Int32Array, holdout: Int32Array): { rowIds: Int32Array; trainingRows: number } {
  const rowIds = new Int32Array(training.length + holdout.length);
  rowIds.set(training);
  rowIds.set(holdout, training.length);
  return { rowIds, trainingRows: training.length };
}

function oneFold(rows: number, validated: Int32Array): Int8Array {
  const fold = new Int8Array(rows).fill(-1);
  for (const row of validated) fold[row] = 0;
  return fold;
}

function otherSeed(seed: number): number {
  return (seed ^ 0x5bd1e995) >>> 0;
}

function take(values: Int32Array, rows: Int32Array): Int32Array {
  return rows.map((row) => values[row]!);
}
