import type {
  DataFacts,
  PlanRequest,
  PrunedTrial,
  RefitKind,
  selectSoFar,
  TrialOutcome,
  TrialResult,
  TrialSpec,
} from '@laurel/automl';
import type { DatasetProfile, ExperimentPlan, Interval, ModelInput, TrialRun } from '@laurel/contracts';
import type { ProfileFileInput } from '@laurel/tabular/readers';

/** What a child of the engine answers. Data goes by file, named by absolute path; results come back by IPC. */
export type EngineProtocol = {
  /** reads an uploaded file, writes it as a table file, describes it */
  profile: { request: ProfileFileInput; result: DatasetProfile; event: never };
  /** reads a file and writes it as a table file, without statistics; for tables to predict */
  'read-table': { request: ProfileFileInput; result: TableSummary; event: never };
  /** plan, leak check, split: everything that the trials share, written to one file */
  prepare: { request: PrepareRequest; result: PreparedSummary; event: never };
  /** weights of the best ensemble of finished trials so far */
  select: { request: SelectRequest; result: ReturnType<typeof selectSoFar>; event: never };
  trial: { request: TrialRequest; result: TrialAnswer; event: TrialProgress };
  ensemble: { request: EnsembleRequest; result: TrialAnswer; event: TrialProgress };
  /** a new model of one that was trained, see automl's `refitModel` */
  refit: { request: RefitRequest; result: TrialAnswer; event: never };
};

export interface TableSummary {
  rows: number;
  columns: string[];
  warnings: DatasetProfile['findings'];
  parse: DatasetProfile['parse'];
}

export interface PrepareRequest {
  tablePath: string;
  profile: DatasetProfile;
  request: PlanRequest;
  seed: number;
  /** where the prepared data is written */
  outPath: string;
}

export interface PreparedSummary {
  /** completed by the data: labels, row counts, columns that give the target away left out. Store this one */
  plan: ExperimentPlan;
  inputs: ModelInput[];
  splitSha256: string;
  /** for `createStudy` */
  facts: DataFacts;
}

export interface TrialRequest {
  preparedPath: string;
  /** names the content of that file: a child reads it once and keeps it until another key comes */
  preparedKey: string;
  spec: TrialSpec;
  /** what is left of the experiment's seconds; the trial's own cap is cut to it */
  budgetLeftMs: number | null;
}

export interface SelectRequest {
  preparedPath: string;
  preparedKey: string;
  members: Pick<StoredMember, 'trialNumber' | 'score' | 'predictionsPath'>[];
}

export interface RefitRequest {
  preparedPath: string;
  preparedKey: string;
  artifactPath: string;
  how: RefitKind;
  /** of the model that is fitted again */
  name: string;
  seed: number;
}

export interface EnsembleRequest extends TrialRequest {
  members: StoredMember[];
}

/** A finished trial as it lies in files. */
export interface StoredMember {
  trialNumber: number;
  name: string;
  score: number;
  predictMsPerRow: number;
  /** automl's `encodePredictions` */
  predictionsPath: string;
  artifactPath: string;
}

/** A trial's result with its predictions encoded (`decodePredictions`), ready to be stored. */
export type TrialAnswer =
  | ({
      status: 'completed';
      predictions: Uint8Array;
      holdoutMetrics: Record<string, Interval> | null;
      run: TrialRun;
    } & Omit<TrialResult, 'oof' | 'holdout' | 'fits'>)
  | ({ status: 'pruned'; run: TrialRun } & Omit<PrunedTrial, 'fits'>)
  | Extract<TrialOutcome, { status: 'failed' }>;

/** At most four a second. */
export interface TrialProgress {
  fold: number;
  folds: number;
  /** [iteration, validation score] of the fold under way, at most 60 points */
  curve: [number, number][];
}

/** Keys for `RunOptions.keys`, so that the trials of an experiment meet the child that has read its data. */
export function trialKeys(request: Pick<TrialRequest, 'preparedKey' | 'spec'>): string[] {
  return [`prepared ${request.preparedKey}`, `family ${request.spec.family}`];
}
