import type {
  DataFacts,
  EngineEvent,
  EnsembleMember,
  PlanRequest,
  RefitKind,
  selectSoFar,
  TrialOutcome,
  TrialSpec,
} from '@laurel/automl';
import type { Evaluation, ExperimentPlan, ModelInput, ParseOptions, TrialRun } from '@laurel/contracts';

/** What the ensemble's child needs to find a finished trial. */
export type MemberRef = Omit<EnsembleMember, 'oof' | 'holdout' | 'artifact'>;

export interface PreparedSummary {
  plan: ExperimentPlan;
  facts: DataFacts;
  inputs: ModelInput[];
  splitSha256: string;
  fileSha256: string;
  /** how the file was read */
  parse: ParseOptions;
}

type Outcome<S extends TrialOutcome['status']> = Extract<TrialOutcome, { status: S }>;
export type CompletedTrial = Omit<Outcome<'completed'>, 'artifact' | 'oof' | 'holdout' | 'fits'> & {
  sizeBytes: number;
  artifactSha256: string;
  run: TrialRun;
};
export type PrunedTrial = Omit<Outcome<'pruned'>, 'fits'> & { run: TrialRun };
/** A trial's outcome without its arrays, which are files in the work directory. */
export type TrialReport = CompletedTrial | PrunedTrial | Outcome<'failed'>;

/** A model that was fitted again, without its bytes, which are `refit.model` in the work directory. */
export interface RefitReport {
  name: string;
  refitOf: { name: string; artifactSha256: string };
  score: number;
  validation: CompletedTrial['validation'];
  oof: Evaluation;
  holdout: Evaluation | null;
  predictMsPerRow: number;
  sizeBytes: number;
  artifactSha256: string;
  calibration: string | null;
  threshold: number | null;
}

/** What the children of the command line answer. */
export type CliProtocol = {
  prepare: {
    request: { file: string; request: PlanRequest; seed: number; workDir: string };
    result: PreparedSummary;
    event: never;
  };
  /** the same split again, by the plan that was made then */
  'prepare-again': {
    request: { file: string; parse: ParseOptions | null; plan: ExperimentPlan; workDir: string };
    result: { splitSha256: string };
    event: never;
  };
  /** a new model of one that was trained, see automl's `refitModel` */
  refit: {
    request: { workDir: string; modelPath: string; name: string; how: RefitKind; seed: number };
    result: RefitReport;
    event: never;
  };
  /** weights of the best ensemble of finished trials so far */
  select: {
    request: { workDir: string; members: MemberRef[] };
    result: ReturnType<typeof selectSoFar>;
    event: never;
  };
  trial: {
    /**
     * `endAtMs`: when the trial has to be over, by Date.now(); null without a time limit. `processLimitBytes`: the
     * memory that a trial which is repeated had; else that of this process
     */
    request: {
      workDir: string;
      spec: TrialSpec;
      endAtMs: number | null;
      members: MemberRef[];
      processLimitBytes?: number;
    };
    result: TrialReport;
    event: EngineEvent;
  };
};
