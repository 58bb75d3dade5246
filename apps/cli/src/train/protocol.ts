import type { DataFacts, EngineEvent, EnsembleMember, PlanRequest, TrialOutcome, TrialSpec } from '@laurel/automl';
import type { ExperimentPlan, ModelInput } from '@laurel/contracts';

/** What the ensemble's child needs to find a finished trial. */
export type MemberRef = Omit<EnsembleMember, 'oof' | 'holdout' | 'artifact'>;

export interface PreparedSummary {
  plan: ExperimentPlan;
  facts: DataFacts;
  inputs: ModelInput[];
  splitSha256: string;
  fileSha256: string;
}

type Completed = Extract<TrialOutcome, { status: 'completed' }>;
export type CompletedTrial = Omit<Completed, 'artifact' | 'oof' | 'holdout'> & { sizeBytes: number };
/** A trial's outcome without its arrays, which are files in the work directory. */
export type TrialReport = CompletedTrial | Exclude<TrialOutcome, { status: 'completed' }>;

/** What the children of the command line answer. */
export type CliProtocol = {
  prepare: {
    request: { file: string; request: PlanRequest; seed: number; workDir: string };
    result: PreparedSummary;
    event: never;
  };
  trial: {
    /** `endAtMs`: when the trial has to be over, by Date.now(); null without a time limit */
    request: { workDir: string; spec: TrialSpec; endAtMs: number | null; members: MemberRef[] };
    result: TrialReport;
    event: EngineEvent;
  };
};
