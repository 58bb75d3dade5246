import type { ExperimentPlan, FailureKind, FoldFit, LearningCurves, ModelInput, TaskKind } from '@laurel/contracts';
import type { Table } from '@laurel/tabular';
import type { Finishing } from './finish/finishing.ts';
import type { SeriesHistory } from './models/types.ts';
import type { ForecastData } from './tasks/forecast/data.ts';

/** What the engine may ask of the outside: it has no clock and no randomness of its own. */
export interface EngineContext {
  /** monotonic milliseconds */
  now: () => number;
  signal?: AbortSignal;
  /** resident memory at which this process is ended; without it fits take 2 GiB at most */
  processLimitBytes?: number;
  onEvent?: (event: EngineEvent) => void;
}

export type EngineEvent =
  | { type: 'fold-started'; fold: number; folds: number }
  /** a validation score of the fold under way, in the plan's metric */
  | { type: 'iteration'; fold: number; iteration: number; score: number }
  | { type: 'fold-finished'; fold: number; score: number };

/**
 * Everything the trials of one experiment share, made once: features as columns, the target, the sealed holdout
 * and the folds. `encodePrepared` writes it to one file that each child reads once.
 */
export interface PreparedData {
  plan: ExperimentPlan;
  /** feature columns only, in plan order; all usable rows: training first, holdout last */
  features: Table;
  /** class index (0..labels-1) or the value, per row */
  target: Float64Array;
  /** row number in the dataset as uploaded (0-based), per row */
  rowIds: Int32Array;
  trainingRows: number;
  /** fold of each training row, per repeat: folds[r][i] in 0..plan.validation.folds-1; -1 trains always (holdout validation) */
  folds: Int8Array[];
  /** rows in order of time: fold f trains on the rows before trainEnds[f] alone, whatever their own fold */
  trainEnds?: Int32Array;
  /** per row: rows of one number belong together (a group, a stretch of time) and are resampled together */
  blocks?: Int32Array;
  /** forecasts: the series that the rows are made of */
  forecast?: ForecastData;
  inputs: ModelInput[];
  /** weight of each row in fits and metrics, >= 0, from the column that the plan names; absent: equal weights */
  weights?: Float64Array;
  /** sha256 over rowIds and folds, hex */
  splitSha256: string;
}

export interface TrialSpec {
  number: number;
  kind: 'model' | 'ensemble';
  family: string;
  config: Record<string, unknown>;
  seed: number;
  /** soft limit of the whole trial; it returns the best it has when the limit comes. Without a limit: 11 days */
  capMs: number;
  /** what the study keeps for the ensemble: a model trial that waited ends this long before the budget does */
  reserveMs?: number;
  /** successive halving: at most this many training rows of each fold; absent: all */
  rungRows?: number;
  /** its process was ended for its memory before: at most this many training rows of each fold now */
  rowLimit?: number;
  /** fold scores to race against: it is given up when, after two folds or more, it is clearly worse */
  race?: Race;
  /** repeats a trial: the same rows and the same decisions of the clock, fold by fold. Give it no cap and no race */
  repeat?: readonly Pick<FoldFit, 'rows' | 'decided'>[];
}

/** What a trial is compared with while it runs, fold by fold. */
export interface Race {
  /** number of the best trial so far */
  against: number;
  /** its score on every fold, in the order of the folds */
  foldScores: number[];
  /** in the metric: a model that is worse by less can still help an ensemble, and is not given up */
  margin: number;
}

/** A feature that was made of others, for lists and lineage. */
export interface GeneratedFeature {
  name: string;
  /** the columns it is made of */
  from: string[];
  /** in words: "mean target of the other folds", "ratio", "distance to cluster 3" */
  how: string;
}

/** What a trial gives. `oof` is rows x outputs, row-major, over the training rows; NaN where a row was never validated. */
export interface TrialResult {
  score: number;
  /** of the finished out-of-fold predictions on the rows of each fold, as those of every other model */
  foldScores: number[];
  /** the model of each fold by itself, before anything was learnt from all folds: what trials that run are raced against */
  raceScores?: number[];
  /** every metric of the task on the out-of-fold predictions */
  metrics: Record<string, number | null>;
  /** score with interval and standard deviation over folds, for the leaderboard */
  validation: { mean: number; std: number; ciLow: number | null; ciHigh: number | null };
  fitSeconds: number;
  predictMsPerRow: number;
  oof: Float32Array;
  /** holdout predictions of the bag of fold models, rows x outputs; empty without a holdout. Sealed: stored, shown only after an opening */
  holdout: Float32Array;
  learningCurves: LearningCurves;
  /** a name for people: family and what is special in the config */
  name: string;
  artifact: Uint8Array;
  members: { trialNumber: number; weight: number }[];
  truncated: boolean;
  /** how each fold was fitted; of an ensemble what the clock cut short, and mostly nothing */
  fits: FoldFit[];
  /** in words, when the fit was ended before it was done */
  stopReason?: string;
  /** features that its models use beside the columns of the table; absent: none */
  generatedFeatures?: GeneratedFeature[];
  /** what was learnt from the out-of-fold predictions: calibration, threshold, residuals for intervals */
  finishing: Finishing;
  /** ensemble: its cross-fitted score is not better than that of the best single model; the leaderboard shows a badge */
  notBetterThanBest: boolean;
}

export type TrialOutcome =
  | ({ status: 'completed' } & TrialResult)
  | ({ status: 'pruned' } & PrunedTrial)
  | { status: 'failed'; failure: { kind: FailureKind; message: string } };

/** A trial that was given up before its last fold. There is no model of it. */
export interface PrunedTrial {
  name: string;
  /** mean of the folds that were fitted */
  score: number;
  foldScores: number[];
  /** `race`: clearly worse than the best so far; `time`: its other folds would not have been ready */
  cause: PruneCause;
  /** in words, for people */
  reason: string;
  fitSeconds: number;
  fits: FoldFit[];
}

export type PruneCause = 'race' | 'time';

/** A member handed to the ensemble: what was stored of a completed trial. */
export interface EnsembleMember {
  trialNumber: number;
  name: string;
  score: number;
  oof: Float32Array;
  holdout: Float32Array;
  artifact: Uint8Array;
  /** of the artifact, where it is known without reading it */
  sizeBytes?: number;
  predictMsPerRow: number;
}

/** A model read back from its artifact. Predictions do not depend on other rows of the call. */
export interface LoadedModel {
  task: TaskKind;
  target: string;
  labels: string[];
  positiveClass: string | null;
  family: string;
  inputs: ModelInput[];
  /** probabilities rows x labels (binary too: two columns), or values rows x 1; row-major */
  predict(table: Table): Float64Array;
  /** what is done to its predictions: calibration (which `predict` applies already), threshold, residuals */
  finishing: Finishing;
  /** class index per row of predictions: from the threshold of a binary model, else the most probable */
  decide(predictions: Float64Array): Int32Array;
  /** regression: rows x 2, lower and upper ends that hold the actual value in `level` of cases (0.9); null without residuals. Forecasts need the table too */
  intervals(predictions: Float64Array, level?: number, table?: Table): Float64Array | null;
  /** how many fold models each bag has, in the order repeat by repeat, fold by fold */
  foldModels: number;
  /** the same by the models of one fold alone: for rows of that fold these are out-of-fold predictions */
  predictWithFold(fold: number, table: Table, history?: SeriesHistory): Float64Array;
  /** the same as `predict`, of features as the trials have them; forecasts are given the series too */
  predictPrepared(features: Table, history?: SeriesHistory): Float64Array;
  /** frees what its runtime holds; the model must not be used afterwards */
  dispose(): void;
}
