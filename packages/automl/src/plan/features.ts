import {
  AppError,
  type ColumnProfile,
  type DatasetProfile,
  type ExperimentPlan,
  type Finding,
} from '@laurel/contracts';
import type { PlanRequest } from './plan.ts';
import { quote } from './refusal.ts';
import type { SplitColumn } from './split.ts';

/** Findings of a profile that leave a column out whatever the target is. */
const unusableCodes = ['ID_LIKE', 'CONSTANT', 'ALL_MISSING', 'DUPLICATE_OF'];

type Excluded = ExperimentPlan['excluded'][number];

/**
 * The columns that models may use, in the table's order, and why the others are left out. `features.include` is the whole
 * list of columns to use, also of those that would be left out by themselves. Throws COLUMN_NOT_FOUND, NO_FEATURES, and
 * PARAMETER_INVALID for a column that is asked for and left out at once.
 */
export function chooseFeatures(
  profile: DatasetProfile,
  request: PlanRequest,
  split: SplitColumn | null = null,
): Pick<ExperimentPlan, 'features' | 'excluded'> {
  const { include, exclude = [] } = request.features ?? {};
  const roles = Object.values(request.roles ?? {}).filter((name) => name !== undefined);
  checkNames(profile, [...(include ?? []), ...exclude, ...roles]);
  if (include?.includes(request.target)) {
    throw new AppError(
      'COLUMN_NOT_FOUND',
      `${quote(request.target)} is the target and cannot be a feature too. Take it out of the list.`,
    );
  }
  const twice = include?.find((name) => exclude.includes(name));
  if (twice !== undefined) {
    throw new AppError(
      'PARAMETER_INVALID',
      `${quote(twice)} is among the columns to use and among those to leave out. Take it out of one of the two lists.`,
    );
  }
  const found = new Map(
    profile.findings.filter(({ code }) => unusableCodes.includes(code)).map((finding) => [finding.column, finding]),
  );
  const excluded: Excluded[] = [];
  const features: ExperimentPlan['features'] = [];
  for (const column of profile.columns) {
    if (column.name === request.target) continue;
    const reason =
      roleReason(column, include, request.roles, split) ??
      askedReason(column, include, exclude) ??
      (include ? null : ownReason(column, profile.rows, found.get(column.name)));
    if (reason) excluded.push({ column: column.name, ...reason });
    else features.push({ column: column.name, type: column.type });
  }
  if (features.length === 0) {
    throw new AppError(
      'NO_FEATURES',
      `No column is left to learn from. ${explain(excluded)}Keep at least one column that is not the target.`,
    );
  }
  return { features, excluded };
}

type Reason = Omit<Excluded, 'column'>;

/** Columns with a role are no features; a date that was asked for by name is, whatever else it does. */
function roleReason(
  column: ColumnProfile,
  include: string[] | undefined,
  roles: PlanRequest['roles'],
  split: SplitColumn | null,
): Reason | null {
  if (column.name === roles?.id) return { code: 'ROLE', reason: 'It names the rows and says nothing of them.' };
  if (column.name === roles?.weight) return { code: 'ROLE', reason: 'It says how much each row counts.' };
  if (column.name !== split?.column) return null;
  if (split.kind === 'group')
    return { code: 'ROLE', reason: 'It tells the groups apart: new rows come from new groups.' };
  if (column.type === 'datetime' && include?.includes(column.name)) return null;
  return { code: 'ROLE', reason: 'It gives the order of time: later rows have values that no model has seen.' };
}

function askedReason(column: ColumnProfile, include: string[] | undefined, exclude: string[]): Reason | null {
  if (exclude.includes(column.name)) return { code: 'ASKED', reason: 'You asked to leave it out.' };
  if (include && !include.includes(column.name))
    return { code: 'ASKED', reason: 'It is not in the list of columns to use.' };
  return null;
}

function ownReason(column: ColumnProfile, rows: number, finding: Finding | undefined): Reason | null {
  if (finding) return { code: finding.code, reason: finding.message };
  if (column.missing >= rows) return { code: 'ALL_MISSING', reason: 'It has no values.' };
  if (column.distinct <= 1 && column.missing === 0) {
    return { code: 'CONSTANT', reason: 'It has the same value in every row.' };
  }
  if (column.type === 'id') {
    return { code: 'ID_LIKE', reason: 'It has another value in almost every row, like a name or number of the row.' };
  }
  return null;
}

function checkNames(profile: DatasetProfile, names: readonly string[]): void {
  const known = new Set(profile.columns.map((column) => column.name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  const list = unknown.map(quote).join(', ');
  throw new AppError(
    'COLUMN_NOT_FOUND',
    `The table has no column ${list}. Check the spelling; names are matched exactly.`,
    {
      details: { columns: unknown },
    },
  );
}

function explain(excluded: readonly Excluded[]): string {
  const shown = excluded.slice(0, 5).map(({ column, reason }) => `${quote(column)}: ${reason}`);
  return shown.length === 0 ? '' : `Left out are ${shown.join(' ')} `;
}
