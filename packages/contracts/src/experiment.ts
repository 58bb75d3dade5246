import { z } from 'zod';

export const taskKinds = ['binary', 'multiclass', 'regression', 'forecast'] as const;
export const taskKind = z.enum(taskKinds);
export type TaskKind = z.infer<typeof taskKind>;

/** True where a prediction is one number, and not a probability for each class. */
export function predictsValues(task: TaskKind): boolean {
  return task === 'regression' || task === 'forecast';
}

/** Limits that the API, the form and the engine agree on. */
export const budgetLimits = { minSeconds: 5, maxSeconds: 86_400, minTrials: 1, maxTrials: 1000 } as const;

/** What a user says of one hyperparameter: one value, or less than its whole range. */
export const parameterChoice = z.union([
  z.strictObject({ fixed: z.union([z.number(), z.string(), z.boolean()]) }),
  z.strictObject({ min: z.number().optional(), max: z.number().optional() }),
  z.strictObject({ values: z.array(z.union([z.number(), z.string(), z.boolean()])).min(1) }),
]);
export type ParameterChoice = z.infer<typeof parameterChoice>;

/** family -> hyperparameter -> choice; what is not named keeps the family's own range */
export const spaceChoices = z.record(z.string(), z.record(z.string(), parameterChoice));
export type SpaceChoices = z.infer<typeof spaceChoices>;

/** `auto` lets the search try both; `balanced` is the inverse of the classes' shares, capped at 10 */
export const classWeightChoice = z.union([
  z.enum(['auto', 'none', 'balanced']),
  z.record(z.string(), z.number().positive()),
]);
export type ClassWeightChoice = z.infer<typeof classWeightChoice>;

export const modelConstraints = z.strictObject({
  maxPredictMsPerRow: z.number().positive().optional(),
  maxModelBytes: z.number().int().positive().optional(),
});
export type ModelConstraints = z.infer<typeof modelConstraints>;

/** A configuration to try first: a family by id, and its hyperparameters. */
export const warmStart = z.strictObject({ family: z.string(), config: z.record(z.string(), z.unknown()) });

export const experimentRequest = z.strictObject({
  datasetId: z.string(),
  target: z.string().min(1).max(500),
  task: z.enum(['auto', ...taskKinds]).default('auto'),
  positiveClass: z.string().optional(),
  metric: z.string().optional(),
  budget: z.strictObject({ seconds: z.unknown().optional(), trials: z.unknown().optional() }).optional(),
  holdout: z.union([z.literal('auto'), z.number()]).default('auto'),
  validation: z
    .strictObject({
      kind: z.enum(['auto', 'kfold', 'holdout', 'time', 'group']).default('auto'),
      folds: z.number().int().optional(),
      repeats: z.number().int().optional(),
      column: z.string().optional(),
      /** time: rows left out between training and validation, in distinct times of the column */
      gap: z.number().int().min(0).optional(),
    })
    .optional(),
  features: z
    .strictObject({
      include: z.array(z.string()).optional(),
      exclude: z.array(z.string()).optional(),
      /** whether the search may add features made of the columns; `auto` lets it try */
      engineering: z.enum(['auto', 'off']).optional(),
      /** generated features by name that are never made */
      drop: z.array(z.string()).optional(),
    })
    .optional(),
  roles: z
    .strictObject({
      weight: z.string().optional(),
      group: z.string().optional(),
      time: z.string().optional(),
      id: z.string().optional(),
    })
    .optional(),
  families: z.array(z.string()).optional(),
  /** id of a search strategy */
  strategy: z.string().optional(),
  space: spaceChoices.optional(),
  /** `off`: no models are combined, the best single one wins */
  ensemble: z.enum(['auto', 'off']).optional(),
  classWeights: classWeightChoice.optional(),
  constraints: modelConstraints.optional(),
  /** longest time of one trial */
  trialSeconds: z.number().positive().optional(),
  /** an earlier experiment of the project, whose best configurations are tried first */
  warmStartFrom: z.string().optional(),
  /** configurations that are tried first; those of `warmStartFrom` are added to them */
  warmStarts: z.array(warmStart).max(20).optional(),
  /** forecast: how many steps ahead */
  horizon: z.number().int().positive().optional(),
  /** forecast: column that tells several series apart */
  series: z.string().optional(),
  seed: z.number().int().min(0).max(4_294_967_295).optional(),
  name: z.string().max(200).optional(),
});
export type ExperimentRequest = z.infer<typeof experimentRequest>;
/** The request as it is sent: what has a default may be left out. */
export type ExperimentRequestBody = z.input<typeof experimentRequest>;

/** What is added to the budget of a run that goes on: of what limits it. */
export const experimentExtension = z
  .strictObject({
    seconds: z.number().min(1).max(budgetLimits.maxSeconds).optional(),
    trials: z.number().int().min(1).max(budgetLimits.maxTrials).optional(),
  })
  .refine(({ seconds, trials }) => seconds !== undefined || trials !== undefined, {
    message: 'Give seconds, trials, or both.',
  });
export type ExperimentExtension = z.infer<typeof experimentExtension>;

export const excludedFeature = z.object({
  column: z.string(),
  /** a code of the finding: ID_LIKE, LEAK, CONSTANT, ALL_MISSING, DUPLICATE_OF, ASKED, ROLE */
  code: z.string(),
  reason: z.string(),
});

export const planFeature = z.object({
  column: z.string(),
  type: z.enum(['numeric', 'categorical', 'boolean', 'datetime', 'text', 'id']),
});

/** What a forecast looks at and how far ahead; step and season are found in the data when the experiment is prepared. */
export const forecastPlan = z.object({
  /** the column of dates, or of whole numbers that count steps */
  date: z.string(),
  /** the column that tells several series apart */
  series: z.string().optional(),
  /** steps ahead */
  horizon: z.number().int(),
  /** distance of two neighbours: `count` milliseconds, calendar months, or units of a column of numbers */
  step: z.object({ unit: z.enum(['ms', 'month', 'number']), count: z.number() }),
  /** steps after which the pattern comes again; 1: no season */
  season: z.number().int(),
  /** columns whose future values are known beforehand */
  known: z.array(z.string()),
  /** forecasts of one horizon each that a fold is validated on */
  windows: z.number().int(),
  /** mean absolute error of the seasonal naive forecast within the training part: the unit of MASE */
  scale: z.number().optional(),
});
export type ForecastPlan = z.infer<typeof forecastPlan>;

/** All that is decided before the first trial. Stored with the experiment; the same plan and seed give the same run. */
export const experimentPlan = z.object({
  schemaVersion: z.literal(1),
  task: taskKind,
  target: z.string(),
  /** class labels in the fixed order of every probability vector; empty for regression */
  labels: z.array(z.string()),
  positiveClass: z.string().nullable(),
  metric: z.string(),
  budget: z.object({ seconds: z.number().nullable(), trials: z.number().int().nullable() }),
  holdoutFraction: z.number(),
  validation: z.object({
    kind: z.enum(['kfold', 'holdout', 'time', 'group']),
    folds: z.number().int(),
    repeats: z.number().int(),
    /** the column of times or groups */
    column: z.string().optional(),
    gap: z.number().int().optional(),
  }),
  rows: z.object({ total: z.number(), usable: z.number(), training: z.number(), holdout: z.number() }),
  features: z.array(planFeature),
  excluded: z.array(excludedFeature),
  /** columns asked for by name: a suspicion of a leak does not leave them out */
  included: z.array(z.string()).optional(),
  families: z.array(z.string()),
  /** id of the search strategy; the default one where it is absent */
  strategy: z.string().optional(),
  space: spaceChoices.optional(),
  /** `off`: models see the columns as they are. Absent: the search may add features */
  engineering: z.enum(['auto', 'off']).optional(),
  droppedFeatures: z.array(z.string()).optional(),
  /** `off`: no models are combined. Absent: an ensemble is tried at the end */
  ensemble: z.enum(['auto', 'off']).optional(),
  classWeights: classWeightChoice.optional(),
  /** column of row weights */
  weight: z.string().optional(),
  constraints: modelConstraints.optional(),
  forecast: forecastPlan.optional(),
  trialSeconds: z.number().optional(),
  /** configurations of an earlier experiment, tried right after the baseline */
  warmStarts: z.array(warmStart).optional(),
  warmStartFrom: z.string().optional(),
  seed: z.number(),
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
  /** the plan in words, one sentence each, for the form and the record */
  sentences: z.array(z.string()),
});
export type ExperimentPlan = z.infer<typeof experimentPlan>;

export const experimentStatus = z.enum([
  'queued',
  'running',
  'paused',
  'finishing',
  'completed',
  'failed',
  'cancelled',
]);
export type ExperimentStatus = z.infer<typeof experimentStatus>;
export const endedStatuses: readonly ExperimentStatus[] = ['completed', 'failed', 'cancelled'];

export const trialStatus = z.enum(['queued', 'running', 'completed', 'pruned', 'failed', 'cancelled']);
export type TrialStatus = z.infer<typeof trialStatus>;
export const failureKind = z.enum(['crash', 'oom', 'timeout', 'nan', 'invalid', 'storage']);
export type FailureKind = z.infer<typeof failureKind>;
export const trialFailure = z.object({ kind: failureKind, message: z.string() });
export type TrialFailure = z.infer<typeof trialFailure>;

/** A feature made of others: a name to read, the columns it is made of, and how, in words. */
export const generatedFeature = z.object({ name: z.string(), from: z.array(z.string()), how: z.string() });
export type GeneratedFeature = z.infer<typeof generatedFeature>;

export const trialView = z.object({
  id: z.string(),
  number: z.number().int(),
  family: z.string(),
  name: z.string(),
  config: z.record(z.string(), z.unknown()),
  status: trialStatus,
  score: z.number().nullable(),
  foldScores: z.array(z.number().nullable()),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  seconds: z.number().nullable(),
  peakMb: z.number().nullable(),
  attempts: z.number().int(),
  modelId: z.string().nullable(),
  failure: trialFailure.nullable(),
  /** why it was stopped before its whole fit, in words; null when it was not */
  stopReason: z.string().nullable().optional(),
  /** generated features that its models use */
  generatedFeatures: z.array(generatedFeature).optional(),
  /** worker and slot that ran it, for the timeline */
  worker: z.string().nullable().optional(),
  /** successive halving: training rows of a fold at most; null: all */
  rungRows: z.number().int().nullable().optional(),
});
export type TrialView = z.infer<typeof trialView>;

export const experimentProgress = z.object({
  fraction: z.number(),
  trialsDone: z.number().int(),
  trialsFailed: z.number().int(),
  trialsRunning: z.number().int(),
  secondsSpent: z.number(),
  secondsBudget: z.number().nullable(),
  etaSeconds: z.number().nullable(),
  bestScore: z.number().nullable(),
  baselineScore: z.number().nullable(),
});

export const experimentView = z.object({
  id: z.string(),
  projectId: z.string(),
  datasetId: z.string(),
  name: z.string(),
  target: z.string(),
  status: experimentStatus,
  progress: experimentProgress,
  metric: z.object({ id: z.string(), label: z.string(), higherIsBetter: z.boolean() }).nullable(),
  plan: experimentPlan.nullable(),
  request: z.record(z.string(), z.unknown()),
  seed: z.number(),
  winnerModelId: z.string().nullable(),
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  holdoutOpenings: z.number().int(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  createdBy: z.string(),
});
export type ExperimentView = z.infer<typeof experimentView>;

export const interval = z.object({
  value: z.number().nullable(),
  ciLow: z.number().nullable(),
  ciHigh: z.number().nullable(),
});
export type Interval = z.infer<typeof interval>;

export const leaderboardRow = z.object({
  rank: z.number().int(),
  modelId: z.string(),
  trialNumber: z.number().int(),
  family: z.string(),
  name: z.string(),
  validation: z.object({
    mean: z.number().nullable(),
    std: z.number().nullable(),
    ciLow: z.number().nullable(),
    ciHigh: z.number().nullable(),
  }),
  holdout: interval.nullable(),
  metrics: z.record(z.string(), z.number().nullable()),
  fitSeconds: z.number(),
  predictMsPerRow: z.number(),
  sizeBytes: z.number().int(),
  tiedWithBest: z.boolean().nullable(),
  badges: z.array(z.string()),
  champion: z.boolean(),
});
export type LeaderboardRow = z.infer<typeof leaderboardRow>;
export const leaderboard = z.object({
  metric: z.object({ id: z.string(), label: z.string(), higherIsBetter: z.boolean() }),
  rows: z.array(leaderboardRow),
});
export type Leaderboard = z.infer<typeof leaderboard>;
