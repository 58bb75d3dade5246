import type {
  ExperimentPlan,
  ExperimentRequestBody,
  ExperimentView,
  ParameterChoice,
  SpaceChoices,
} from '@laurel/contracts';
import type { ExperimentDraft } from '@/client/queries/experiments.ts';

export type ValidationKind = 'kfold' | 'holdout' | 'time' | 'group';

/** What the page holds; everything that is null is decided by the engine. */
export interface Choices {
  target: string;
  task: ExperimentRequestBody['task'] | null;
  positiveClass: string | null;
  metric: string | null;
  budget: { kind: 'seconds' | 'trials'; amount: number };
  /** longest time of one model in seconds */
  trialSeconds: number | null;
  holdout: number | null;
  validation: {
    kind: ValidationKind | null;
    folds: number | null;
    repeats: number | null;
    /** column of times or groups */
    column: string | null;
    gap: number | null;
  };
  /** the families that compete; null: those that the engine proposes */
  families: readonly string[] | null;
  strategy: string | null;
  space: SpaceChoices;
  engineering: boolean;
  /** generated features that are never made */
  droppedFeatures: readonly string[];
  /** whether the best models are combined at the end */
  ensemble: boolean;
  classWeights: ExperimentRequestBody['classWeights'] | null;
  maxPredictMsPerRow: number | null;
  maxModelMb: number | null;
  warmStartFrom: string | null;
  horizon: number | null;
  series: string | null;
  /** forecast: the column of dates */
  dateColumn: string | null;
  /** columns that the engine would leave out and the person keeps */
  kept: readonly string[];
  /** columns that the person leaves out */
  dropped: readonly string[];
  weight: string | null;
  /** column that names the rows: no control of its own, kept from an earlier request */
  idColumn: string | null;
  seed: number | null;
  name: string;
}

export interface LeftOut {
  column: string;
  code: string;
  reason: string;
}

/** What the engine proposes for this target when nothing else is said. */
export interface EngineView {
  leftOut: readonly LeftOut[];
  families: readonly string[];
}

/** A tenth of an hour at most: long enough for the table, short enough to look at. */
export function firstChoices(target: string, rows: number): Choices {
  return {
    target,
    task: null,
    positiveClass: null,
    metric: null,
    budget: { kind: 'seconds', amount: rows < 2000 ? 60 : 300 },
    trialSeconds: null,
    holdout: null,
    validation: { kind: null, folds: null, repeats: null, column: null, gap: null },
    families: null,
    strategy: null,
    space: {},
    engineering: true,
    droppedFeatures: [],
    ensemble: true,
    classWeights: null,
    maxPredictMsPerRow: null,
    maxModelMb: null,
    warmStartFrom: null,
    horizon: null,
    series: null,
    dateColumn: null,
    kept: [],
    dropped: [],
    weight: null,
    idColumn: null,
    seed: null,
    name: '',
  };
}

/** The choices that decide what the engine proposes: columns and families. */
export function untouched(choices: Choices, rows: number): Choices {
  const { target, task, horizon, series, dateColumn } = choices;
  return { ...firstChoices(target, rows), task, horizon, series, dateColumn };
}

export function engineViewOf(plan: ExperimentPlan): EngineView {
  return { leftOut: plan.excluded, families: plan.families };
}

/**
 * The request of these choices, with nothing in it that the engine decides by itself. To keep a column against the
 * engine's advice, the request names all columns to use: `features.include` is the whole list.
 */
export function toDraft(
  datasetId: string,
  choices: Choices,
  columns: readonly string[],
  engine: EngineView | null,
): ExperimentDraft {
  const { target, task, budget, name, space, maxPredictMsPerRow, maxModelMb, dateColumn, weight, idColumn } = choices;
  const said = pickSaid({
    positiveClass: choices.positiveClass,
    metric: choices.metric,
    holdout: choices.holdout,
    strategy: choices.strategy,
    classWeights: choices.classWeights,
    trialSeconds: choices.trialSeconds,
    warmStartFrom: choices.warmStartFrom,
    horizon: choices.horizon,
    series: choices.series,
    seed: choices.seed,
  });
  const validation = pickSaid(choices.validation);
  const roles = pickSaid({ weight, time: dateColumn, id: idColumn });
  const constraints = pickSaid({
    maxPredictMsPerRow,
    maxModelBytes: maxModelMb === null ? null : Math.round(maxModelMb * 1e6),
  });
  const features = featuresOf(choices, columns, engine);
  const narrowed = Object.fromEntries(Object.entries(space).filter(([, of]) => Object.keys(of).length > 0));
  return {
    datasetId,
    target,
    ...(name.trim() ? { name: name.trim() } : {}),
    ...(task ? { task } : {}),
    budget: budget.kind === 'seconds' ? { seconds: budget.amount } : { trials: budget.amount },
    ...said,
    ...(hasAny(validation) ? { validation } : {}),
    ...(hasAny(features) ? { features } : {}),
    ...(hasAny(roles) ? { roles } : {}),
    ...(choices.families ? { families: [...choices.families] } : {}),
    ...(choices.ensemble ? {} : { ensemble: 'off' as const }),
    ...(hasAny(narrowed) ? { space: narrowed } : {}),
    ...(hasAny(constraints) ? { constraints } : {}),
  };
}

type Said<T> = { [K in keyof T]?: NonNullable<T[K]> };

function pickSaid<T extends object>(parts: T): Said<T> {
  return Object.fromEntries(
    Object.entries(parts).filter(([, value]) => value !== null && value !== undefined),
  ) as Said<T>;
}

function hasAny(parts: object): boolean {
  return Object.keys(parts).length > 0;
}

function featuresOf(
  choices: Choices,
  columns: readonly string[],
  engine: EngineView | null,
): NonNullable<ExperimentDraft['features']> {
  const { kept, dropped, target } = choices;
  const made = {
    ...(choices.engineering ? {} : { engineering: 'off' as const }),
    ...(choices.droppedFeatures.length > 0 ? { drop: [...choices.droppedFeatures] } : {}),
  };
  if (kept.length > 0) {
    const out = new Set([...(engine?.leftOut.map((entry) => entry.column) ?? []), ...dropped, target]);
    for (const column of kept) out.delete(column);
    return { include: columns.filter((column) => !out.has(column)), ...made };
  }
  return dropped.length > 0 ? { exclude: [...dropped], ...made } : made;
}

/** The default of every hyperparameter of a family, by name: what a configuration does not say. */
export type Defaults = Readonly<Record<string, number | string | boolean>>;

/** What the page begins with when it is opened from an experiment, a trial of it, or a feature of a trial. */
export interface Origin {
  experiment: Pick<ExperimentView, 'request' | 'target'>;
  /** its settings are fixed, and its family competes alone */
  trial?: { family: string; config: Readonly<Record<string, unknown>>; defaults: Defaults };
  /** a generated feature that is not made again */
  dropFeature?: string;
}

/** The choices that an earlier request expresses, with what is asked of it changed. Pure. */
export function choicesOf(
  { experiment, trial, dropFeature }: Origin,
  rows: number,
  columns: readonly string[],
): Choices {
  const request = experiment.request as ExperimentRequestBody;
  const first = firstChoices(experiment.target, rows);
  const { seconds, trials } = request.budget ?? {};
  const { include, exclude = [] } = request.features ?? {};
  const bytes = request.constraints?.maxModelBytes;
  const choices: Choices = {
    ...first,
    task: request.task === 'auto' || request.task === undefined ? null : request.task,
    positiveClass: request.positiveClass ?? null,
    metric: request.metric ?? null,
    budget:
      typeof seconds === 'number'
        ? { kind: 'seconds', amount: seconds }
        : typeof trials === 'number'
          ? { kind: 'trials', amount: trials }
          : first.budget,
    trialSeconds: request.trialSeconds ?? null,
    holdout: typeof request.holdout === 'number' ? request.holdout : null,
    validation: validationOf(request),
    families: request.families ?? null,
    strategy: request.strategy ?? null,
    space: request.space ?? {},
    engineering: request.features?.engineering !== 'off',
    droppedFeatures: request.features?.drop ?? [],
    ensemble: request.ensemble !== 'off',
    classWeights: request.classWeights ?? null,
    maxPredictMsPerRow: request.constraints?.maxPredictMsPerRow ?? null,
    maxModelMb: bytes === undefined ? null : bytes / 1e6,
    warmStartFrom: request.warmStartFrom ?? null,
    horizon: request.horizon ?? null,
    series: request.series ?? null,
    dateColumn: request.roles?.time ?? null,
    // of a column in both lists, which earlier versions took, the engine made no use
    kept: include?.filter((column) => !exclude.includes(column)) ?? [],
    dropped: include
      ? columns.filter(
          (column) => (!include.includes(column) || exclude.includes(column)) && column !== experiment.target,
        )
      : exclude,
    weight: request.roles?.weight ?? null,
    idColumn: request.roles?.id ?? null,
    seed: request.seed ?? null,
  };
  if (dropFeature !== undefined && !choices.droppedFeatures.includes(dropFeature)) {
    choices.droppedFeatures = [...choices.droppedFeatures, dropFeature];
  }
  if (trial) {
    choices.families = [trial.family];
    choices.space = { [trial.family]: fixedTo(trial.config, trial.defaults) };
  }
  return choices;
}

/**
 * Rows that belong together stay together, whichever way it was said. One split has neither folds nor repeats: earlier
 * versions took such requests, and made no use of them.
 */
function validationOf({ validation, roles }: ExperimentRequestBody): Choices['validation'] {
  const { kind = 'auto', folds = null, repeats = null, column = null, gap = null } = validation ?? {};
  const ofGroups = roles?.group !== undefined;
  const isOne = kind === 'holdout' || folds === 1;
  return {
    kind: ofGroups ? 'group' : kind === 'auto' ? null : kind,
    folds: kind === 'holdout' ? (ofGroups ? 1 : null) : folds,
    repeats: isOne ? null : repeats,
    column: column ?? roles?.group ?? null,
    gap,
  };
}

/** Every hyperparameter that the form knows at the value of a configuration, or at its default. */
function fixedTo(config: Readonly<Record<string, unknown>>, defaults: Defaults): Record<string, ParameterChoice> {
  const fixed: Record<string, ParameterChoice> = {};
  for (const [name, preset] of Object.entries(defaults)) {
    const value = config[name];
    const known = typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean';
    fixed[name] = { fixed: known ? value : preset };
  }
  return fixed;
}
