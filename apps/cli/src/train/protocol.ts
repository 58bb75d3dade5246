import type {
  DataFacts,
  EngineEvent,
  EnsembleMember,
  PlanRequest,
  selectSoFar,
  TrialOutcome,
  TrialSpec,
} from '@laurel/automl';
import type { ExperimentPlan, ModelInput, ParseOptions, TrialRun } from '@laurel/contracts';

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
