import type { Actor, InstallationAction, ProjectAction } from '@laurel/access';
import type {
  AuditRow,
  AuditVerification,
  ChampionEntry,
  ChampionView,
  ColumnType,
  DatasetProfile,
  DatasetView,
  ExperimentManifest,
  ExperimentRequest,
  ExperimentView,
  LearningCurves,
  ModelContract,
  ModelView,
  ParseOptions,
  ProjectRole,
  PromotionView,
  RunEvent,
  TrialView,
} from '@laurel/contracts';
import type { PrismaClient } from './generated/client.ts';
import type { InternalRepository } from './types-internal.ts';

export * from './types-internal.ts';

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
  /** the role in the projects that this person makes */
  defaultRole: ProjectRole;
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

export type ExperimentCommand =
  | { type: 'finish' | 'cancel' | 'pause' | 'resume' }
  | { type: 'extend'; seconds?: number | undefined; trials?: number | undefined };

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
  /** everything that made its models, for the record and for `laurel replay` */
  manifest(actor: Actor, id: string): Promise<ExperimentManifest>;
  /** models of the experiment with their metrics, best first by the plan's metric; holdout only when it was opened */
  models(actor: Actor, id: string): Promise<ModelView[]>;
  /** cancels at once; the others are told to the study, whose next step a job brings about */
  command(actor: Actor, id: string, command: ExperimentCommand): Promise<ExperimentView>;
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

export interface NewUser {
  email: string;
  name: string;
  /** `admin` of the installation, or the role in the projects that the person makes and, with projectId, in that one */
  role: 'admin' | ProjectRole;
  password?: string | undefined;
  projectId?: string | undefined;
}

export interface UserRepository {
  /** administrators only; without a password the answer holds an invitation, whose token is shown once */
  create(
    actor: Actor,
    input: NewUser,
  ): Promise<{ user: UserView; invitation: { token: string; expiresAt: string } | null }>;
  /** administrators see everybody; others themselves and the people of their projects */
  list(actor: Actor, page: PageRequest): Promise<Page<UserView>>;
  get(actor: Actor, id: string): Promise<UserView>;
  /** by an administrator: a new password, which ends the person's sessions and counts for the 24 h rule */
  resetPassword(actor: Actor, id: string, password: string): Promise<void>;
  /** by oneself, with the current password; ends all sessions */
  changePassword(actor: Actor, input: { current: string; next: string }): Promise<void>;
  setRole(actor: Actor, id: string, role: 'admin' | ProjectRole): Promise<UserView>;
  delete(actor: Actor, id: string): Promise<void>;
  /** sets the first password of an invited person; NOT_FOUND for an unknown, used or expired token */
  acceptInvitation(token: string, password: string): Promise<{ userId: string }>;
}

/** Counts failed sign-ins. Keys are made by access; they say account and address. */
export interface SignInThrottle {
  /** counts one try per key before the password is looked at; not allowed when a key is over its limit */
  attempt(keys: readonly { key: string; limit: number; windowSeconds: number }[]): Promise<{
    allowed: boolean;
    retryAfterSeconds: number;
  }>;
  /** forgets the tries of these keys, after a right password */
  clear(keys: readonly string[]): Promise<void>;
  /** takes one try back from each of these keys, which many people share */
  refund(keys: readonly string[]): Promise<void>;
}

/** Work that a person waits for, such as a batch prediction. */
export interface JobView {
  id: string;
  projectId: string;
  kind: string;
  status: 'queued' | 'running' | 'completed' | 'failed';
  input: unknown;
  result: unknown;
  error: { code: string; message: string } | null;
  createdAt: string;
  finishedAt: string | null;
}
export interface JobRepository {
  /** also writes the outbox row: job name = kind, payload { jobId }. Needs `action` in the project */
  create(
    actor: Actor,
    input: { id: string; projectId: string; kind: string; action: ProjectAction; input: unknown },
  ): Promise<JobView>;
  get(actor: Actor, id: string): Promise<JobView>;
}

/** Asks for permission without reading more: for routes that serve answers, such as predict. */
export interface AccessRepository {
  /** NOT_FOUND for what the actor may not see, FORBIDDEN for what may be seen but not done */
  check(
    actor: Actor,
    action: ProjectAction,
    entity: {
      kind: 'project' | 'dataset' | 'experiment' | 'trial' | 'model' | 'promotion_request' | 'job';
      id: string;
    },
  ): Promise<{ projectId: string; role: ProjectRole | 'admin' }>;
  /** FORBIDDEN when the actor may not do this in the installation */
  require(actor: Actor, action: InstallationAction): void;
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
  jobs: JobRepository;
  access: AccessRepository;
  signIns: SignInThrottle;
  /** the Prisma client, for access's authentication factory */
  prisma: PrismaClient;
  internal: InternalRepository;
  /** throws when the database cannot be reached */
  ping(): Promise<void>;
  close(): Promise<void>;
}
