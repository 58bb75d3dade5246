import type { Actor } from '@laurel/access';
import type {
  AuditRow,
  AuditVerification,
  ChampionEntry,
  ChampionView,
  ColumnType,
  DatasetProfile,
  DatasetView,
  ExperimentPlan,
  ExperimentRequest,
  ExperimentStatus,
  ExperimentView,
  LearningCurves,
  ModelContract,
  ModelInput,
  ModelView,
  ParseOptions,
  ProjectRole,
  PromotionView,
  RunEvent,
  RunEventData,
  SerialisedError,
  TrialFailure,
  TrialView,
} from '@laurel/contracts';

/** A page of a list. `cursor` is opaque; `sort` is a field of the list's allow-list, with `-` for descending. */
export interface PageRequest {
  limit?: number | undefined;
  cursor?: string | undefined;
  sort?: string | undefined;
}
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface ProjectView {
  id: string;
  name: string;
  description: string;
  role: ProjectRole | 'admin';
  contract: ModelContract | null;
  championModelId: string | null;
  createdAt: string;
  counts: { datasets: number; experiments: number; models: number };
}
export interface MemberView {
  userId: string;
  name: string;
  email: string;
  role: ProjectRole;
}
export interface UserView {
  id: string;
  name: string;
  email: string;
  role: 'admin' | 'member';
  createdAt: string;
}
export interface ApiKeyView {
  id: string;
  name: string;
  prefix: string;
  userId: string;
  scopes: string[] | null;
  mayApprove: boolean;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
}

/**
 * Every function that a person's request can reach takes the actor and answers NOT_FOUND for what the actor may not
 * see, exactly as for an unknown id; FORBIDDEN when it may be seen but not changed. Each change writes its audit row
 * in the same transaction. Functions of `internal` serve workers, serve and the launcher, and take ids only.
 */
export interface ProjectRepository {
  create(actor: Actor, input: { name: string; description?: string | undefined }): Promise<ProjectView>;
  list(actor: Actor, page: PageRequest): Promise<Page<ProjectView>>;
  get(actor: Actor, id: string): Promise<ProjectView>;
  update(
    actor: Actor,
    id: string,
    input: { name?: string | undefined; description?: string | undefined },
  ): Promise<ProjectView>;
  delete(actor: Actor, id: string): Promise<void>;
  members(actor: Actor, id: string): Promise<MemberView[]>;
  /** replaces all members; needs the approver role or an administrator */
  setMembers(
    actor: Actor,
    id: string,
    members: { userId?: string | undefined; email?: string | undefined; role: ProjectRole }[],
  ): Promise<MemberView[]>;
}

export interface DatasetRepository {
  /** also writes the outbox row of `profile-dataset`; without a projectId a project of the same name is made */
  create(
    actor: Actor,
    input: {
      id: string;
      projectId?: string | undefined;
      name: string;
      bytes: number;
      sha256: string;
      contentType: string;
      parse: ParseOptions;
      source: DatasetView['source'];
    },
  ): Promise<DatasetView>;
  list(actor: Actor, filter: { projectId?: string | undefined }, page: PageRequest): Promise<Page<DatasetView>>;
  get(actor: Actor, id: string): Promise<DatasetView>;
  profile(actor: Actor, id: string): Promise<DatasetProfile>;
  setColumnType(actor: Actor, id: string, column: string, type: ColumnType): Promise<DatasetView>;
  delete(actor: Actor, id: string): Promise<void>;
}

export interface ExperimentRepository {
  /** status queued, plus the outbox row of `prepare-experiment` */
  create(actor: Actor, input: { request: ExperimentRequest; seed: number }): Promise<ExperimentView>;
  list(
    actor: Actor,
    filter: { projectId?: string | undefined; datasetId?: string | undefined; status?: string | undefined },
    page: PageRequest,
  ): Promise<Page<ExperimentView>>;
  get(actor: Actor, id: string): Promise<ExperimentView>;
  trials(actor: Actor, id: string): Promise<TrialView[]>;
  /** models of the experiment with their metrics, best first by the plan's metric; holdout only when it was opened */
  models(actor: Actor, id: string): Promise<ModelView[]>;
  /** writes the command (`finish`, `cancel`) and steps the study through `StudyPort`; see internal.stepStudy */
  command(actor: Actor, id: string, command: 'finish' | 'cancel'): Promise<ExperimentView>;
  /** counts and records the opening */
  revealHoldout(actor: Actor, id: string): Promise<ExperimentView>;
  delete(actor: Actor, id: string): Promise<void>;
  /** events after `afterId`, in commit order, at most `limit` */
  events(actor: Actor, id: string, afterId: number, limit: number): Promise<RunEvent[]>;
}

export interface ModelRepository {
  list(
    actor: Actor,
    filter: { projectId?: string | undefined; experimentId?: string | undefined },
    page: PageRequest,
  ): Promise<Page<ModelView>>;
  get(actor: Actor, id: string): Promise<ModelView>;
  learningCurves(actor: Actor, id: string): Promise<LearningCurves>;
}

export interface PromotionRepository {
  /** opens the holdout if it is sealed (recorded); checks are made here from stored metrics */
  request(
    actor: Actor,
    modelId: string,
    input: { reason: string; newContract?: boolean | undefined },
  ): Promise<PromotionView>;
  list(
    actor: Actor,
    filter: { projectId?: string | undefined; status?: string | undefined },
    page: PageRequest,
  ): Promise<Page<PromotionView>>;
  get(actor: Actor, id: string): Promise<PromotionView>;
  /** compare-and-swap on the base champion under the project's advisory lock: FOUR_EYES, APPROVAL_STALE */
  approve(
    actor: Actor,
    id: string,
    input: { comment: string; checklist?: Record<string, boolean> | undefined },
  ): Promise<PromotionView>;
  reject(actor: Actor, id: string, input: { comment: string }): Promise<PromotionView>;
  withdraw(actor: Actor, id: string): Promise<PromotionView>;
  champion(actor: Actor, projectId: string): Promise<ChampionView>;
  history(actor: Actor, projectId: string): Promise<ChampionEntry[]>;
  rollback(actor: Actor, projectId: string, input: { reason: string }): Promise<ChampionView>;
}

export interface AuditRepository {
  list(
    actor: Actor,
    filter: {
      actor?: string | undefined;
      action?: string | undefined;
      entity?: string | undefined;
      projectId?: string | undefined;
      from?: string | undefined;
      to?: string | undefined;
      q?: string | undefined;
    },
    page: PageRequest,
  ): Promise<Page<AuditRow>>;
  verify(actor: Actor): Promise<AuditVerification>;
  /** for events that change no row of ours: sign-in, failed authorisation, download */
  record(
    actor: Actor,
    entry: {
      action: string;
      entity: { kind: string; id: string };
      projectId?: string | null;
      before?: unknown;
      after?: unknown;
    },
  ): Promise<void>;
}

export interface UserRepository {
  list(actor: Actor, page: PageRequest): Promise<Page<UserView>>;
  get(actor: Actor, id: string): Promise<UserView>;
  delete(actor: Actor, id: string): Promise<void>;
}

export interface ApiKeyRepository {
  create(
    actor: Actor,
    input: {
      name: string;
      scopes?: string[] | undefined;
      expiresAt?: string | undefined;
      userId?: string | undefined;
    },
  ): Promise<{ id: string; key: string }>;
  list(actor: Actor, page: PageRequest): Promise<Page<ApiKeyView>>;
  delete(actor: Actor, id: string): Promise<void>;
  /** null for an unknown, revoked or expired key; constant time; the actor of the key's owner otherwise */
  verify(key: string): Promise<Actor | null>;
}

export interface SessionRepository {
  /** by the bearer token of a session; null when it is unknown or has expired; the actor of the person otherwise */
  verify(token: string): Promise<Actor | null>;
}

export interface IdempotencyRepository {
  /** runs `work` once per (actor, key); the same key with another body is IDEMPOTENCY_MISMATCH; others wait and get the stored answer */
  once<T>(
    actor: Actor,
    key: string,
    bodySha256: string,
    work: () => Promise<{ status: number; body: T }>,
  ): Promise<{ status: number; body: T }>;
}

/** What the worker needs to know of one trial to run it. */
export interface ClaimedTrial {
  trialId: string;
  attemptId: string;
  experimentId: string;
  projectId: string;
  number: number;
  kind: 'model' | 'ensemble';
  family: string;
  config: Record<string, unknown>;
  seed: number;
  capMs: number;
  attempts: number;
  /** milliseconds left of the experiment's budget by database time; null without a seconds budget */
  budgetLeftMs: number | null;
}

export interface CompletedTrial {
  name: string;
  score: number;
  foldScores: number[];
  metrics: Record<string, number | null>;
  holdoutMetrics: Record<string, { value: number | null; ciLow: number | null; ciHigh: number | null }> | null;
  validation: { mean: number; std: number; ciLow: number | null; ciHigh: number | null };
  fitSeconds: number;
  predictMsPerRow: number;
  seconds: number;
  peakMb: number;
  learningCurves: LearningCurves;
  members: { trialNumber: number; weight: number }[];
  artifact: Uint8Array;
}

export type TrialReport =
  | { status: 'completed'; result: CompletedTrial }
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
export interface InternalRepository {
  // datasets
  datasetForProfiling(datasetId: string): Promise<{
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
  experimentForPreparing(experimentId: string): Promise<{
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
      parallelism: number;
    },
    study: StudyPort,
  ): Promise<void>;
  experimentFailed(experimentId: string, error: SerialisedError): Promise<void>;
  /** lock, step, persist, insert trials/outbox/events, commit; a step on an ended experiment does nothing */
  stepStudy(experimentId: string, event: 'finish' | 'cancel' | 'tick', study: StudyPort): Promise<void>;
  // trials
  /** null when it is not to be run (ended, cancelled, running elsewhere with a fresh heartbeat) */
  claimTrial(trialId: string, worker: string): Promise<ClaimedTrial | null>;
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
  liveWorkers(): Promise<{ id: string; host: string; pid: number; slots: number; busy: number; seenAt: string }[]>;
  // outbox
  /** takes due rows with SKIP LOCKED, calls `deliver`, deletes those that were delivered */
  relayOutbox(
    limit: number,
    deliver: (row: { id: string; job: string; payload: unknown }) => Promise<void>,
  ): Promise<number>;
  /** resolves with an unsubscribe; `onNotify` is called after commits that wrote outbox rows (LISTEN/NOTIFY) */
  listen(channel: 'outbox' | 'events' | 'champion', onNotify: (payload: string) => void): Promise<() => Promise<void>>;
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
  /** the project of what the actor may predict with (action `predict`); NOT_FOUND or FORBIDDEN as everywhere */
  mayPredict(actor: Actor, kind: 'project' | 'model', id: string): Promise<{ projectId: string }>;
  champions(): Promise<{ projectId: string; modelId: string; artifactSha256: string; sequence: number }[]>;
  readArtifact(sha256: string): Promise<Uint8Array>; // ARTIFACT_CORRUPT when the hash differs
}

export interface Db {
  projects: ProjectRepository;
  datasets: DatasetRepository;
  experiments: ExperimentRepository;
  models: ModelRepository;
  promotions: PromotionRepository;
  audit: AuditRepository;
  users: UserRepository;
  apiKeys: ApiKeyRepository;
  sessions: SessionRepository;
  idempotency: IdempotencyRepository;
  internal: InternalRepository;
  /** throws when the database cannot be reached */
  ping(): Promise<void>;
  close(): Promise<void>;
}
