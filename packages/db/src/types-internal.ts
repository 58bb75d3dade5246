import type {
  DatasetProfile,
  EngineVersions,
  ExperimentPlan,
  ExperimentRequest,
  ExperimentStatus,
  GeneratedFeature,
  LearningCurves,
  ModelInput,
  ParseOptions,
  RunEventData,
  SerialisedError,
  TrialFailure,
  TrialRun,
} from '@laurel/contracts';

/** What the worker needs to know of one trial to run it. */
export interface ClaimedTrial {
  trialId: string;
  attemptId: string;
  /** as the claim named it */
  worker: string;
  experimentId: string;
  projectId: string;
  number: number;
  kind: 'model' | 'ensemble';
  family: string;
  config: Record<string, unknown>;
  seed: number;
  capMs: number;
  /** what else the study asks of it, such as the rows of a rung */
  more: Record<string, unknown>;
  attempts: number;
  /** milliseconds left of the experiment's budget by database time; null without a seconds budget */
  budgetLeftMs: number | null;
}

/** Work before the first trial that a worker has begun and not ended. */
export interface HeldPreparation {
  kind: 'dataset' | 'experiment';
  id: string;
  worker: string;
}

export interface CompletedTrial {
  name: string;
  score: number;
  foldScores: number[];
  /** the folds' models by themselves, where that differs: what the study races later trials against */
  raceScores?: number[];
  metrics: Record<string, number | null>;
  holdoutMetrics: Record<string, { value: number | null; ciLow: number | null; ciHigh: number | null }> | null;
  validation: { mean: number; std: number; ciLow: number | null; ciHigh: number | null };
  fitSeconds: number;
  predictMsPerRow: number;
  seconds: number;
  peakMb: number;
  learningCurves: LearningCurves;
  members: { trialNumber: number; weight: number }[];
  /** in words, why the fit ended before it was done */
  stopReason?: string;
  /** what was learnt from its out-of-fold predictions */
  finishing?: { calibration?: { method: string } | undefined; threshold?: number | undefined };
  /** ensemble: its guard did not find it better than the best single model */
  notBetterThanBest?: boolean;
  artifact: Uint8Array;
  generatedFeatures?: GeneratedFeature[];
  /** how its folds were fitted, for the manifest */
  run?: TrialRun;
}

/** A trial that was given up before its last fold: no model, and no failure. */
export interface PrunedTrial {
  name: string;
  /** mean of the folds it has */
  score: number;
  foldScores: number[];
  /** of automl's study, which is told it */
  cause: string;
  /** in words */
  reason: string;
  seconds: number;
  peakMb: number;
  run?: TrialRun;
}

export type TrialReport =
  | { status: 'completed'; result: CompletedTrial }
  | { status: 'pruned'; result: PrunedTrial }
  | { status: 'failed'; failure: TrialFailure; seconds: number; peakMb: number };

/**
 * The engine's scheduler, handed in by the worker so that db does not import the engine. `event` and the returned
 * actions are those of automl/study; db persists `state`, turns `run-trial` into trial and outbox rows, `stop-trials`
 * into cancelled rows, `end` into the experiment's end (winner, warnings), all in the caller's transaction.
 */
export interface StudyPort {
  create(plan: ExperimentPlan): unknown;
  step(state: unknown, event: unknown): { state: unknown; actions: unknown[] };
}

/** For worker, serve and launcher. Times are the database's. */
export interface RefitSource {
  modelId: string;
  projectId: string;
  experimentId: string;
  name: string;
  family: string;
  seed: number;
  /** null when its artifact was not kept */
  artifactSha256: string | null;
  experimentStatus: ExperimentStatus;
}

export interface RefittedModel {
  kind: 'full' | 'distilled';
  /** of the trial that it is recorded as; its predictions are stored under it */
  trialId: string;
  result: Omit<CompletedTrial, 'members' | 'seconds' | 'peakMb'>;
  seconds: number;
  peakMb: number;
}

export interface InternalRepository {
  // datasets
  /** `worker`: who begins; when it dies, `heldPreparations` tells */
  datasetForProfiling(
    datasetId: string,
    worker?: string,
  ): Promise<{
    id: string;
    projectId: string;
    name: string;
    contentType: string;
    parse: ParseOptions;
  } | null>;
  datasetReady(datasetId: string, profile: DatasetProfile): Promise<void>;
  datasetFailed(datasetId: string, error: SerialisedError): Promise<void>;
  datasetProfile(datasetId: string): Promise<DatasetProfile | null>;
  // experiments
  experimentForPreparing(
    experimentId: string,
    worker?: string,
  ): Promise<{
    id: string;
    projectId: string;
    datasetId: string;
    request: ExperimentRequest;
    seed: number;
    status: ExperimentStatus;
  } | null>;
  /** stores plan and inputs, creates the study, steps `begin`: trials and outbox rows in one transaction */
  experimentPrepared(
    experimentId: string,
    input: {
      plan: ExperimentPlan;
      inputs: ModelInput[];
      splitSha256: string;
      codeVersion: string;
      /** versions and kernels of the program that prepares it, for the manifest */
      engine?: EngineVersions;
      parallelism: number;
      /** of the plan's metric: evaluation's registry knows it, this package does not */
      metric: { id: string; label: string; higherIsBetter: boolean };
    },
    study: StudyPort,
  ): Promise<void>;
  experimentFailed(experimentId: string, error: SerialisedError): Promise<void>;
  /** lock, step, persist, insert trials/outbox/events, commit; a step on an ended experiment does nothing */
  stepStudy(experimentId: string, event: 'finish' | 'cancel' | 'tick', study: StudyPort): Promise<void>;
  /** tells the study the best ensemble so far of its completed trials; one that is no better changes nothing */
  modelsSelected(
    experimentId: string,
    selected: { score: number; members: { trialNumber: number; weight: number }[] },
    study: StudyPort,
  ): Promise<void>;
  // trials
  /**
   * Null when it is not to be run (ended, cancelled, running elsewhere with a fresh heartbeat). Asked again under the same
   * attempt it answers the same: whoever lost the connection does not know whether the claim was made.
   */
  claimTrial(trialId: string, worker: string, attemptId?: string): Promise<ClaimedTrial | null>;
  /** false: fenced off, cancelled or ended: stop the child. Also carries live progress into the event log */
  heartbeat(
    trialId: string,
    attemptId: string,
    progress: Extract<RunEventData, { type: 'trial-progress' }> | null,
  ): Promise<boolean>;
  /** fenced by attempt; writes result, model, artifact chunks, event, and steps the study in ONE transaction; false when fenced off */
  finishTrial(trialId: string, attemptId: string, report: TrialReport, study: StudyPort): Promise<boolean>;
  /** the child or worker died: back to queued, or failed after 3 attempts (kind crash) */
  releaseTrial(trialId: string, attemptId: string, failure: TrialFailure, study: StudyPort): Promise<void>;
  /** running trials of the workers whose id begins so: a worker that starts gives back those of dead ones of its host */
  heldTrials(workerPrefix: string): Promise<{ trialId: string; attemptId: string; worker: string }[]>;
  /** the same of datasets that are read and experiments that are prepared */
  heldPreparations(workerPrefix: string): Promise<HeldPreparation[]>;
  /** puts it into the queue again; nothing when it was done or begun anew meanwhile */
  releasePreparation(held: HeldPreparation): Promise<void>;
  ensembleMembers(experimentId: string): Promise<
    {
      trialId: string;
      trialNumber: number;
      name: string;
      score: number;
      artifactSha256: string;
      predictMsPerRow: number;
    }[]
  >;
  // reconciler
  /** requeues trials without a fresh heartbeat, ticks running studies, re-enqueues prepare/profile without a job */
  reconcile(input: { staleAfterMs: number }, study: StudyPort): Promise<{ requeued: number; ticked: number }>;
  workerSeen(worker: { id: string; host: string; pid: number; slots: number; busy: number }): Promise<void>;
  /** workers that left or are known to be dead: their slots must not be counted until their silence shows it */
  workersGone(ids: readonly string[]): Promise<void>;
  liveWorkers(): Promise<{ id: string; host: string; pid: number; slots: number; busy: number; seenAt: string }[]>;
  // outbox
  /** takes due rows with SKIP LOCKED, calls `deliver`, deletes those that were delivered */
  relayOutbox(
    limit: number,
    deliver: (row: { id: string; job: string; payload: unknown }) => Promise<void>,
  ): Promise<number>;
  /** resolves with an unsubscribe; `onNotify` is called after commits that wrote outbox rows (LISTEN/NOTIFY) */
  listen(channel: 'outbox' | 'events' | 'champion', onNotify: (payload: string) => void): Promise<() => Promise<void>>;
  // models fitted again
  /** null when there is no such model */
  modelForRefit(modelId: string): Promise<RefitSource | null>;
  /** stores the new model beside the others of its experiment, under a trial of its own; answers its id */
  modelRefitted(source: RefitSource, made: RefittedModel): Promise<string>;
  // jobs of people
  jobStarted(jobId: string): Promise<{ id: string; projectId: string; kind: string; input: unknown } | null>;
  jobFinished(jobId: string, outcome: { result: unknown } | { error: SerialisedError }): Promise<void>;
  // first start
  /** makes the first administrator when there is none; else answers an existing one's id */
  ensureAdministrator(input: {
    email: string;
    password: string;
    name: string;
  }): Promise<{ created: boolean; userId: string }>;
  /** a key with all rights of that user; approvals only with mayApprove. Answers the key, which is not kept */
  createApiKeyFor(userId: string, name: string, options?: { mayApprove?: boolean }): Promise<string>;
  /** null when it was never set */
  getSetting<T>(key: string): Promise<T | null>;
  setSetting(key: string, value: unknown): Promise<void>;
  // serving
  modelForServing(modelId: string): Promise<{
    id: string;
    projectId: string;
    experimentId: string;
    datasetId: string;
    trialId: string;
    artifactSha256: string | null;
    plan: ExperimentPlan;
  } | null>;
  champions(): Promise<{ projectId: string; modelId: string; artifactSha256: string; sequence: number }[]>;
  readArtifact(sha256: string): Promise<Uint8Array>; // ARTIFACT_CORRUPT when the hash differs
}
