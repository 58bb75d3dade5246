import { AppError, type ColumnProfile, type DatasetProfile, type ExperimentPlan } from '@laurel/contracts';
import type { PlanRequest } from './plan.ts';
import { invalidValidation, quote } from './refusal.ts';
import { chooseValidation } from './validation.ts';

type Validation = ExperimentPlan['validation'];

/** The column that rows are split by, and how. */
export interface SplitColumn {
  kind: 'time' | 'group';
  column: string;
}

const kinds = ['auto', 'kfold', 'holdout', 'time', 'group'];
const mostFolds = 20;
const mostRepeats = 10;

/**
 * Which column decides the split: what was asked for by `validation`, or a column with the role of a time or group.
 * null: rows are split at random. Throws VALIDATION_INVALID and COLUMN_NOT_FOUND for what cannot be.
 */
export function splitColumn(profile: DatasetProfile, request: PlanRequest): SplitColumn | null {
  const { kind = 'auto', column } = request.validation ?? {};
  const { time, group } = request.roles ?? {};
  if (!kinds.includes(kind)) throw invalidValidation(`There is no validation ${quote(kind)}. Use ${kinds.join(', ')}.`);
  if (time !== undefined && group !== undefined) {
    throw invalidValidation(
      'Rows are split by time or by group, not by both. Give one of the two roles, the one that new rows differ in.',
    );
  }
  const role: SplitColumn | null =
    time !== undefined ? { kind: 'time', column: time } : group !== undefined ? { kind: 'group', column: group } : null;
  const chosen = kind === 'time' || kind === 'group' ? byName(kind, column, role) : byRole(kind, column, role);
  if (chosen) checkColumn(profile, request, chosen);
  return chosen;
}

function byName(kind: SplitColumn['kind'], column: string | undefined, role: SplitColumn | null): SplitColumn {
  if (role && role.kind !== kind) {
    throw invalidValidation(`Validation by ${kind} cannot use a ${role.kind} column. Leave out one of the two.`);
  }
  if (role && column !== undefined && column !== role.column) {
    throw invalidValidation(`The ${kind} column is ${quote(role.column)} and ${quote(column)} at once. Name one.`);
  }
  const name = column ?? role?.column;
  if (name === undefined)
    throw invalidValidation(`Validation by ${kind} needs a column. Name the column of the ${kind}s.`);
  return { kind, column: name };
}

function byRole(kind: string, column: string | undefined, role: SplitColumn | null): SplitColumn | null {
  if (column !== undefined && column !== role?.column) {
    throw invalidValidation(`Say what the column ${quote(column)} holds: choose validation by time or by group.`);
  }
  if (kind === 'kfold' && role) {
    throw invalidValidation(
      `Folds at random would ignore the ${role.kind} column ${quote(role.column)}. Use auto or ${role.kind}, or leave the column out.`,
    );
  }
  return role;
}

function checkColumn(profile: DatasetProfile, request: PlanRequest, { kind, column }: SplitColumn): void {
  const found = profile.columns.find((candidate) => candidate.name === column);
  if (!found) {
    throw new AppError(
      'COLUMN_NOT_FOUND',
      `The table has no column ${quote(column)}. Check the spelling; names are matched exactly.`,
      { details: { columns: [column] } },
    );
  }
  if (column === request.target) throw invalidValidation(`${quote(column)} is the target; rows cannot be split by it.`);
  if (kind === 'time' && found.type !== 'datetime' && found.type !== 'numeric') {
    throw invalidValidation(
      `${quote(column)} holds neither dates nor numbers, so it has no order of time. Choose another column, or change its type to datetime.`,
    );
  }
}

/**
 * How models are validated: by the size of the table and the time, or as asked, within what the column allows.
 * @param size rows for training, number of features, seconds of the budget, number of classes (1 for values), rows of the
 * rarer of two classes (without end for other tasks)
 */
export function planValidation(
  profile: DatasetProfile,
  request: PlanRequest,
  split: SplitColumn | null,
  size: PlannedSize,
): Validation {
  const { kind = 'auto', folds, repeats, gap } = request.validation ?? {};
  if (gap !== undefined && split?.kind !== 'time') {
    throw invalidValidation('A gap belongs to validation by time. Name a time column, or leave the gap out.');
  }
  if (kind === 'holdout') checkOneSplit(folds, repeats);
  const chosen = chooseValidation(size.training, size.features, size.seconds, size.classes);
  const isRepeated = repeats !== undefined && repeats > 1;
  const single = kind === 'holdout' || (kind === 'auto' && chosen.kind === 'holdout' && !isRepeated);
  // A fold without one of two classes has no score in many metrics, and those with it have seen less of it.
  const usual = Math.min(chosen.kind === 'kfold' ? chosen.folds : 5, Math.max(2, size.rarer));
  const wanted = folds ?? (single ? 1 : usual);
  if (split)
    return bySplit(profile, split, { ...size, folds: wanted, repeats, gap, asked: folds !== undefined, chosen });
  if (kind === 'holdout') return { kind: 'holdout', folds: 1, repeats: 1 };
  if (folds === undefined && repeats === undefined) {
    return single ? chosen : { kind: 'kfold', folds: usual, repeats: chosen.repeats };
  }
  const count = folds ?? usual;
  checkFolds(count, Math.min(mostFolds, Math.floor(size.training / 2)), 2, `${size.training} rows`);
  return { kind: 'kfold', folds: count, repeats: readRepeats(repeats, 1) };
}

interface PlannedSize {
  training: number;
  features: number;
  seconds: number | null;
  sealed: boolean;
  classes: number;
  rarer: number;
}

interface SplitSize {
  sealed: boolean;
  folds: number;
  repeats: number | undefined;
  gap: number | undefined;
  asked: boolean;
  chosen: { repeats: number };
}

function bySplit(profile: DatasetProfile, split: SplitColumn, size: SplitSize): Validation {
  const column = profile.columns.find((candidate) => candidate.name === split.column) as ColumnProfile;
  const { folds, gap = 0, sealed, asked } = size;
  if (split.kind === 'time') {
    if (size.repeats !== undefined && size.repeats !== 1) {
      throw invalidValidation('Validation by time goes forward once: it cannot be repeated. Leave the repeats out.');
    }
    if (!Number.isInteger(gap) || gap < 0)
      throw invalidValidation(`A gap of ${gap} is not possible. Use a whole number from 0.`);
    const room = column.distinct - gap - 1 - (sealed ? 1 : 0);
    const most = Math.min(mostFolds, room);
    if (most < 1) {
      throw invalidValidation(
        `${quote(split.column)} has ${column.distinct} distinct times, too few${gap > 0 ? ` with a gap of ${gap}` : ''} to validate on later rows. Choose another column${gap > 0 ? ' or a smaller gap' : ''}.`,
      );
    }
    if (asked) checkFolds(folds, most, 1, `${column.distinct} distinct times`);
    return { kind: 'time', folds: Math.min(folds, most), repeats: 1, column: split.column, gap };
  }
  // Rows without a group are groups of their own.
  const groups = column.distinct + column.missing - (sealed ? 1 : 0);
  if (groups < 2) {
    throw invalidValidation(
      `${quote(split.column)} has ${column.distinct} distinct values, too few groups to validate on others than were trained on. Choose another column.`,
    );
  }
  const most = Math.min(mostFolds, groups);
  if (asked) checkFolds(folds, most, 1, `${groups} groups`);
  const count = Math.min(folds, most);
  const repeats = readRepeats(size.repeats, count === 1 ? 1 : size.chosen.repeats);
  if (count === 1 && repeats > 1) {
    throw invalidValidation(
      `One split of groups cannot be repeated ${repeats} times. Use 2 folds or more, or leave the repeats out.`,
    );
  }
  return { kind: 'group', folds: count, repeats, column: split.column };
}

/** One fit and no more: what else is asked of it contradicts that, however the rows are split. */
function checkOneSplit(folds = 1, repeats = 1): void {
  if (folds !== 1) {
    throw invalidValidation(
      `Validation by holdout is one split, and not ${folds} folds. Use another kind, or leave the folds out.`,
    );
  }
  if (repeats !== 1) {
    throw invalidValidation(
      `Validation by holdout is one split, and not ${repeats} of them. Use another kind, or leave the repeats out.`,
    );
  }
}

function checkFolds(folds: number, most: number, least: number, of: string): void {
  if (Number.isInteger(folds) && folds >= least && folds <= most) return;
  throw invalidValidation(`${folds} folds cannot be made of ${of}. Use ${least} to ${most}.`);
}

function readRepeats(repeats: number | undefined, otherwise: number): number {
  if (repeats === undefined) return otherwise;
  if (Number.isInteger(repeats) && repeats >= 1 && repeats <= mostRepeats) return repeats;
  throw invalidValidation(`${repeats} repeats are not possible. Use 1 to ${mostRepeats}.`);
}
