import type { ExperimentPlan, ExperimentStatus, TrialFailure } from '@laurel/contracts';
import type { DataFacts } from '../models/types.ts';
import type { PruneCause, TrialSpec } from '../types.ts';

/**
 * The scheduler of an experiment as a pure state machine: `step(state, event) -> { state, actions }`. The command
 * line and the worker are two executors of it. `state` is plain JSON and lives in the experiment's row.
 */
export interface StudyState {
  schemaVersion: 1;
  plan: ExperimentPlan;
  /** rows, columns and classes, for the families' starting configurations */
  facts: DataFacts;
  phase: 'search' | 'ensemble' | 'ended';
  status: ExperimentStatus;
  /** trials that may run at the same time (workers x children); never changes what is proposed in trial-count mode */
  parallelism: number;
  /** milliseconds of the executor's clock at the first claim; null until then. Budget counts from here */
  startedAtMs: number | null;
  /** time of the newest event; a clock that jumps back does not move it */
  lastEventAtMs: number | null;
  /** a silence longer than this had no live worker and does not count; null: every silence counts */
  idleGapMs: number | null;
  /** time without a live worker, which does not count */
  idleMs: number;
  /** when it was paused, on the executor's clock; null or absent while it is not */
  pausedAtMs?: number | null;
  /** time of the pauses that are over, which does not count */
  pausedMs?: number;
  /** what was added to the budget while it ran; `plan.budget` has the sum */
  extensions?: { atMs: number; seconds: number; trials: number }[];
  /** the best so far as an ensemble, every one better than those before; absent where the executor makes none */
  selections?: Selected[];
  /** tenth of the budget in which the last selection was asked for */
  selectionPart?: number;
  /** when the ensemble has to be ready, from its phase on and with a time limit only */
  ensembleByMs: number | null;
  nextNumber: number;
  trials: StudyTrial[];
  /** state of the search strategy, opaque here */
  strategy: unknown;
  stopping: 'no' | 'budget' | 'finish' | 'cancel';
  warnings: { code: string; message: string }[];
}

export interface StudyTrial {
  number: number;
  kind: TrialSpec['kind'];
  family: string;
  config: Record<string, unknown>;
  seed: number;
  /** trial-count mode: proposed together with the others of this generation; 0 otherwise */
  generation: number;
  /** at most so many training rows of each fold; absent: all. Such a trial takes no part in the ensemble */
  rungRows?: number;
  /** as `rungRows`, since its process was ended for its memory; such a model is as good as any */
  rowLimit?: number;
  /** the trial it is raced against, its incumbent when it was proposed, and by how much it may be worse */
  race?: { against: number; margin: number };
  status: 'queued' | 'running' | 'completed' | 'pruned' | 'failed' | 'cancelled';
  /** of a pruned trial: the mean of the folds it has */
  score: number | null;
  foldScores?: number[];
  /** why it was pruned, or ended before its whole fit */
  stopReason?: string;
  pruned?: PruneCause;
  sizeBytes?: number;
  predictMsPerRow?: number;
  /** see `CompletedFacts` */
  preferred?: boolean;
  seconds: number | null;
  failure: TrialFailure | null;
  /** attempts that were lost with their worker */
  lost: number;
  /** the search strategy knows the result */
  told: boolean;
}

/** An ensemble of what was complete at some time: weights that sum to 1, scored on a part of the rows. */
export interface Selected {
  atMs: number;
  /** of the budget */
  spentMs: number;
  score: number;
  members: { trialNumber: number; weight: number }[];
}

/** What the study uses of a result where it is told: races need the folds, limits of the plan the sizes. */
export interface CompletedFacts {
  /** an ensemble that is better than the best single model where both are chosen and scored on different rows */
  preferred?: boolean;
  foldScores?: number[];
  sizeBytes?: number;
  predictMsPerRow?: number;
  stopReason?: string;
}

export type StudyEvent =
  | { type: 'begin'; atMs: number; parallelism: number }
  | { type: 'trial-started'; number: number; atMs: number }
  | ({ type: 'trial-completed'; number: number; atMs: number; score: number; seconds: number } & CompletedFacts)
  /** given up before its last fold: it has a score to learn from and no model */
  | {
      type: 'trial-pruned';
      number: number;
      atMs: number;
      score: number;
      foldScores: number[];
      seconds: number;
      cause: PruneCause;
      reason: string;
    }
  | { type: 'trial-failed'; number: number; atMs: number; seconds: number; failure: TrialFailure }
  /** the attempt was lost (killed worker); the trial goes back to the queue under the same number */
  | { type: 'trial-lost'; number: number; atMs: number }
  /** what a `select` came to; late ones count as well */
  | { type: 'selected'; atMs: number; score: number; members: { trialNumber: number; weight: number }[] }
  | { type: 'finish'; atMs: number }
  /** nothing runs until `resume`; what ran is given back and starts again. The pause does not count */
  | { type: 'pause'; atMs: number }
  | { type: 'resume'; atMs: number }
  /** more of what limits the run: seconds where there is a limit of seconds, trials where there is one of trials */
  | { type: 'extend'; atMs: number; seconds?: number; trials?: number }
  | { type: 'cancel'; atMs: number }
  /** sent by the executor at least every second while anything runs, and by the reconciler */
  | { type: 'tick'; atMs: number };

export type StudyAction =
  | { type: 'run-trial'; trial: TrialSpec }
  /** stop these now; their results no longer count */
  | { type: 'stop-trials'; numbers: number[] }
  /** stop these now without a result: a later `run-trial` starts them again under the same number */
  | { type: 'release-trials'; numbers: number[] }
  /** run `selectSoFar` on these completed trials beside the others and answer `selected`; it may be left out */
  | { type: 'select'; members: number[] }
  /** the end: the winner is a trial number, null when nothing completed */
  | { type: 'end'; status: 'completed' | 'failed' | 'cancelled'; winner: number | null; message: string | null };

export interface StudyStep {
  state: StudyState;
  actions: StudyAction[];
}
