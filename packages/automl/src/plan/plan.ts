import {
  AppError,
  type ClassWeightChoice,
  type DatasetProfile,
  type ExperimentPlan,
  predictsValues,
} from '@laurel/contracts';
import { selectColumns, type Table, type TargetFinding, targetFindings } from '@laurel/tabular';
import { planForecast } from '../tasks/forecast/plan.ts';
import { completeForecast } from '../tasks/forecast/prepare.ts';
import { readBudget } from './budget.ts';
import { chooseFeatures } from './features.ts';
import { chooseMetric } from './metric.ts';
import { invalidValidation, quote } from './refusal.ts';
import { planSearch, type SearchRequest } from './search.ts';
import { describePlan } from './sentences.ts';
import { planValidation, splitColumn } from './split.ts';
import { planTarget, type TargetPlan } from './target.ts';
import { warnOfTimeOrder } from './time-order.ts';
import { planWeights } from './weights.ts';

/** The parts of a request that the plan reads; what the API accepts, and what a library call may leave out. */
export interface PlanRequest extends SearchRequest {
  target: string;
  task?: string | undefined;
  positiveClass?: string | undefined;
  metric?: string | undefined;
  budget?: { seconds?: unknown; trials?: unknown } | undefined;
  holdout?: 'auto' | number | undefined;
  validation?:
    | {
        kind?: string | undefined;
        folds?: number | undefined;
        repeats?: number | undefined;
        column?: string | undefined;
        gap?: number | undefined;
      }
    | undefined;
  features?:
    | {
        include?: string[] | undefined;
        exclude?: string[] | undefined;
        engineering?: 'auto' | 'off' | undefined;
        drop?: string[] | undefined;
      }
    | undefined;
  roles?:
    | { weight?: string | undefined; group?: string | undefined; time?: string | undefined; id?: string | undefined }
    | undefined;
  classWeights?: ClassWeightChoice | undefined;
  /** forecast: steps ahead, and the column that tells several series apart */
  horizon?: number | undefined;
  series?: string | undefined;
  seed?: number | undefined;
}

const fewestRows = 20;
/** From here on a fifth of the rows is sealed; a fifth of a smaller table would be noise. */
const holdoutFromRows = 5000;
const holdoutShare = 0.2;
const mostHeldOut = 0.5;
/** The plan warns of classes with fewer rows. */
const measurableRows = 5;

/**
 * Everything that is decided before the first trial, from metadata alone. `labels` stays empty when the profile does
 * not list every class; `prepareData` completes it. Throws an AppError with a code for every request that cannot be run.
 */
export function planExperiment(input: { profile: DatasetProfile; request: PlanRequest; seed: number }): ExperimentPlan {
  const { profile, request, seed } = input;
  const target = planTarget(profile, request);
  const usable = profile.rows - target.missing;
  if (usable < fewestRows) {
    throw new AppError(
      'TOO_FEW_ROWS',
      `${usable} rows have a value in ${quote(request.target)}; at least ${fewestRows} are needed. Add rows, or choose another target.`,
    );
  }
  const budget = readBudget(request.budget);
  const { warnings: searchWarnings, ...search } = planSearch(request, { task: target.task, budget });
  const metric = chooseMetric(request.metric, target.task, target.column);
  refuseMisplaced(request, target.task);
  const { rows, ...parts } =
    target.task === 'forecast'
      ? planForecast(profile, request, usable)
      : planRows(profile, request, usable, budget.seconds, target);
  const plan: ExperimentPlan = {
    schemaVersion: 1,
    task: target.task,
    target: request.target,
    labels: target.labels,
    positiveClass: target.positiveClass,
    metric: metric.id,
    budget,
    ...parts,
    ...planWeights(profile, request, target, metric),
    rows: { total: profile.rows, usable, ...rows },
    ...search,
    seed,
    warnings: [...target.warnings, ...rareClass(target, parts.validation.folds), ...searchWarnings],
    sentences: [],
    ...(request.features?.include ? { included: request.features.include } : {}),
    ...planEngineering(request),
  };
  return { ...plan, sentences: describePlan(plan) };
}

/** Whether features are made of the columns, and which never. */
function planEngineering({ features }: PlanRequest): Pick<ExperimentPlan, 'engineering' | 'droppedFeatures'> {
  const { engineering, drop = [] } = features ?? {};
  return {
    ...(engineering === undefined ? {} : { engineering }),
    ...(drop.length > 0 ? { droppedFeatures: [...new Set(drop)] } : {}),
  };
}

/** Columns and split of a task whose rows are answered one by one. */
function planRows(
  profile: DatasetProfile,
  request: PlanRequest,
  usable: number,
  seconds: number | null,
  { column, task, classes }: TargetPlan,
) {
  const split = splitColumn(profile, request);
  const { features, excluded } = chooseFeatures(profile, request, split);
  const holdoutFraction = chooseHoldout(request.holdout ?? 'auto', usable);
  const holdout = Math.round(usable * holdoutFraction);
  const training = usable - holdout;
  const validation = planValidation(profile, request, split, {
    training,
    features: features.length,
    seconds,
    sealed: holdoutFraction > 0,
    classes,
    rarer: task === 'binary' && column.rarest ? column.rarest.count : Number.POSITIVE_INFINITY,
  });
  return { holdoutFraction, validation, features, excluded, rows: { training, holdout } };
}

/** What only a forecast has. */
function refuseMisplaced({ horizon, series }: PlanRequest, task: ExperimentPlan['task']): void {
  if (task === 'forecast' || (horizon === undefined && series === undefined)) return;
  throw new AppError(
    'PARAMETER_INVALID',
    'A horizon and a series column belong to a forecast. Choose the task forecast, or leave them out.',
  );
}

/** The plan, refined by what the data tells of leaks: `planExperiment`, `targetFindings` of tabular, `refinePlan`. */
export function planWithTable(input: {
  profile: DatasetProfile;
  table: Table;
  request: PlanRequest;
  seed: number;
}): ExperimentPlan {
  const plan = planExperiment(input);
  if (plan.task === 'forecast') return completeForecast(input.table, plan);
  const columns = [plan.target, ...plan.features.map((feature) => feature.column)];
  const found = targetFindings(selectColumns(input.table, columns), plan.target, plan.task);
  return warnOfTimeOrder(input.table, refinePlan(plan, found));
}

/** The parts of a finding on the target that the plan needs. */
export type LeakFinding = Pick<TargetFinding, 'column' | 'message'> & { code: string };

/**
 * Leaves out the columns that give the target away, each with its reason, unless the request named them in
 * `features.include`. The last feature is kept, with a warning. Returns a new plan.
 */
export function refinePlan(plan: ExperimentPlan, leaks: readonly LeakFinding[]): ExperimentPlan {
  // columns of a forecast are used by name only
  if (plan.task === 'forecast') return plan;
  const warnings = [...plan.warnings];
  const excluded = [...plan.excluded];
  let features = [...plan.features];
  for (const leak of leaks) {
    const { column } = leak;
    if (!features.some((feature) => feature.column === column)) continue;
    if (!leak.code.startsWith('LEAK')) {
      warnings.push({ code: leak.code, message: leak.message });
    } else if (plan.included?.includes(column)) {
      warnings.push({ code: 'LEAK', message: `${leak.message} It is used because you asked for it.` });
    } else if (features.length === 1) {
      warnings.push({ code: 'LEAK', message: `${leak.message} It is used because no other column is left.` });
    } else {
      features = features.filter((feature) => feature.column !== column);
      excluded.push({ column, code: 'LEAK', reason: leak.message });
      warnings.push({ code: 'LEAK', message: `${quote(column)} was left out. ${leak.message}` });
    }
  }
  const refined = { ...plan, features, excluded, warnings };
  return { ...refined, sentences: describePlan(refined) };
}

function chooseHoldout(asked: 'auto' | number, usable: number): number {
  if (asked === 'auto') return usable >= holdoutFromRows ? holdoutShare : 0;
  if (!(asked >= 0 && asked <= mostHeldOut)) {
    throw invalidValidation(
      `The holdout is a share of the rows, from 0 to ${mostHeldOut}, and not ${String(asked)}. Use 0.2 for a fifth, 0 for none, or auto.`,
    );
  }
  const rows = Math.round(usable * asked);
  if (asked > 0 && (rows < 10 || usable - rows < fewestRows)) {
    throw invalidValidation(
      `A holdout of ${asked} would leave ${rows} of ${usable} rows for it, which is too few. Use 0 or a larger share.`,
    );
  }
  return asked;
}

function rareClass({ column, task }: TargetPlan, folds: number): ExperimentPlan['warnings'] {
  const { rarest } = column;
  if (predictsValues(task) || !rarest || rarest.count >= Math.max(measurableRows, folds)) return [];
  const rows = rarest.count === 1 ? 'one row' : `${rarest.count} rows`;
  const measured = rarest.count === 1 ? 'cannot be measured' : 'can hardly be measured';
  const message = `The class ${quote(rarest.value)} has ${rows} only: models learn it, but how well ${measured}. Add rows, or merge it with another class.`;
  return [{ code: 'RARE_CLASS', message }];
}
