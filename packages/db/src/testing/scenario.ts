import { randomBytes } from 'node:crypto';
import { type Actor, systemActor } from '@laurel/access';
import {
  type DatasetProfile,
  type ExperimentPlan,
  type ExperimentRequest,
  experimentRequest,
  type ModelInput,
  newId,
  type ProjectRole,
} from '@laurel/contracts';
import { type ClaimedTrial, type CompletedTrial, createDb, type Db, type StudyPort } from '../index.ts';
import { type TestDatabase, testDatabase } from '../testing.ts';

/** A database with people, made through the repositories alone. */
export interface Scenario {
  db: Db;
  database: TestDatabase;
  admin: Actor;
  close(): Promise<void>;
}

export async function openScenario(poolSize = 10): Promise<Scenario> {
  const database = await testDatabase();
  const db = createDb({ connectionString: database.connectionString, poolSize });
  const { userId } = await db.internal.ensureAdministrator({
    email: 'Ada@example.org',
    name: 'Ada',
    password: 'correct horse battery',
  });
  return {
    db,
    database,
    admin: person(userId, 'Ada', 'admin'),
    async close() {
      await db.close();
      await database.drop();
    },
  };
}

export function person(userId: string, name: string, role: Actor['installationRole'] = 'member'): Actor {
  return {
    kind: 'user',
    userId,
    name,
    apiKeyId: null,
    installationRole: role,
    scopes: null,
    mayApprove: true,
    requestId: null,
  };
}

let people = 0;

/** A person without a password; made by the system, so that the 24 h rule does not concern them. */
export async function addPerson(
  { db, admin }: Scenario,
  role: 'admin' | ProjectRole = 'editor',
  madeBy: Actor = { ...admin, userId: 'system' },
): Promise<Actor> {
  const name = `Person ${++people}`;
  const email = `person${people}-${randomBytes(3).toString('hex')}@example.org`;
  const { user } = await db.users.create(madeBy, { email, name, role });
  return person(user.id, name, role === 'admin' ? 'admin' : 'member');
}

export const inputs: ModelInput[] = [
  { name: 'length', type: 'numeric', min: 1, max: 9, median: 5, example: 5 },
  { name: 'island', type: 'categorical', levels: ['Dream', 'Biscoe'], example: 'Dream' },
];

export function profile(): DatasetProfile {
  const column = { inferredType: 'numeric' as const, missing: 0, distinct: 9 };
  return {
    schemaVersion: 1,
    rows: 100,
    columns: [
      { name: 'length', type: 'numeric', ...column },
      { name: 'island', type: 'categorical', ...column, inferredType: 'categorical' },
      { name: 'species', type: 'categorical', ...column, inferredType: 'categorical', distinct: 2 },
    ],
    duplicateRows: 0,
    correlations: null,
    findings: [],
    parse: { format: 'csv', encoding: 'utf-8', delimiter: ',' },
    visuals: [],
  };
}

export async function addDataset(db: Db, actor: Actor, projectId?: string): Promise<{ id: string; projectId: string }> {
  const id = newId('dataset');
  const dataset = await db.datasets.create(actor, {
    id,
    projectId,
    name: 'penguins',
    bytes: 1234,
    sha256: 'ab'.repeat(32),
    contentType: 'text/csv',
    parse: {},
    source: { kind: 'upload', note: null },
  });
  await db.internal.datasetReady(id, profile());
  return { id, projectId: dataset.projectId };
}

export function request(datasetId: string): ExperimentRequest {
  return experimentRequest.parse({ datasetId, target: 'species' });
}

export function plan(change: Partial<ExperimentPlan> = {}): ExperimentPlan {
  return {
    schemaVersion: 1,
    task: 'binary',
    target: 'species',
    labels: ['Adelie', 'Gentoo'],
    positiveClass: 'Gentoo',
    metric: 'roc_auc',
    budget: { seconds: 30, trials: null },
    holdoutFraction: 0.2,
    validation: { kind: 'kfold', folds: 5, repeats: 1 },
    rows: { total: 100, usable: 100, training: 80, holdout: 20 },
    features: [
      { column: 'length', type: 'numeric' },
      { column: 'island', type: 'categorical' },
    ],
    excluded: [],
    families: ['baseline', 'linear'],
    seed: 7,
    warnings: [],
    sentences: ['Predict species from 2 columns.'],
    ...change,
  };
}

export const metric = { id: 'roc_auc', label: 'ROC AUC', higherIsBetter: true };

/** A small scheduler: `total` trials, two at a time, then the end with the best as the winner. */
export function smallStudy(total: number): StudyPort {
  type Trial = { number: number; status: string; score: number | null };
  type State = {
    status: string;
    trials: Trial[];
    stopping: boolean;
    started: number[];
    total: number;
    pausedAtMs: number | null;
    pausedMs: number;
  };
  const spec = (number: number) => ({
    number,
    kind: 'model',
    family: number === 1 ? 'baseline' : 'linear',
    config: { number },
    seed: number,
    capMs: 1000,
  });
  const advance = (state: State, actions: unknown[]) => {
    const active = () => state.trials.filter((trial) => trial.status === 'queued' || trial.status === 'running');
    while (!state.stopping && active().length < 2 && state.trials.length < state.total) {
      const number = state.trials.length + 1;
      state.trials.push({ number, status: 'queued', score: null });
      actions.push({ type: 'run-trial', trial: spec(number) });
    }
    if (active().length > 0 || (state.trials.length < state.total && !state.stopping)) return;
    const best = state.trials.filter((trial) => trial.score !== null).sort((a, b) => b.score! - a.score!)[0];
    state.status = best ? 'completed' : 'failed';
    actions.push({ type: 'end', status: state.status, winner: best?.number ?? null, message: null });
  };
  return {
    create: () =>
      ({
        ...{ status: 'queued', trials: [], stopping: false, started: [], total, pausedAtMs: null, pausedMs: 0 },
      }) satisfies State,
    step(before, raw) {
      const event = raw as { type: string; atMs: number; number?: number; score?: number; trials?: number };
      const state = structuredClone(before) as State;
      const actions: unknown[] = [];
      const trial = state.trials.find((item) => item.number === event.number);
      if (event.type === 'begin') state.status = 'running';
      if (event.type === 'trial-started' && trial) {
        trial.status = 'running';
        state.started.push(trial.number);
      }
      if (event.type === 'trial-completed' && trial) Object.assign(trial, { status: 'completed', score: event.score });
      if (event.type === 'trial-failed' && trial) trial.status = 'failed';
      if (event.type === 'trial-pruned' && trial) {
        trial.status = 'pruned';
        actions.push({ type: 'select', members: [] });
      }
      if (event.type === 'trial-lost' && trial) {
        trial.status = 'queued';
        actions.push({ type: 'run-trial', trial: spec(trial.number) });
      }
      if (event.type === 'pause') {
        Object.assign(state, { status: 'paused', pausedAtMs: event.atMs });
        const running = state.trials.filter((item) => item.status === 'running');
        for (const item of running) item.status = 'queued';
        actions.push({ type: 'release-trials', numbers: running.map((item) => item.number) });
      }
      if (event.type === 'resume') {
        state.pausedMs += event.atMs - state.pausedAtMs!;
        Object.assign(state, { status: 'running', pausedAtMs: null });
        for (const item of state.trials) {
          if (item.status === 'queued') actions.push({ type: 'run-trial', trial: spec(item.number) });
        }
      }
      if (event.type === 'extend') state.total += event.trials ?? 0;
      if (state.status === 'paused') return { state, actions };
      if (event.type === 'finish') {
        state.stopping = true;
        const numbers = state.trials
          .filter((item) => ['queued', 'running'].includes(item.status))
          .map((item) => item.number);
        for (const item of state.trials) if (numbers.includes(item.number)) item.status = 'cancelled';
        actions.push({ type: 'stop-trials', numbers });
      }
      advance(state, actions);
      return { state, actions };
    },
  };
}

export async function addExperiment(
  db: Db,
  actor: Actor,
  input: { datasetId: string; study: StudyPort; plan?: ExperimentPlan; inputs?: ModelInput[] },
): Promise<string> {
  const { id } = await db.experiments.create(actor, { request: request(input.datasetId), seed: 7 });
  const prepared = {
    plan: input.plan ?? plan(),
    inputs: input.inputs ?? inputs,
    splitSha256: 'cd'.repeat(32),
    codeVersion: '0.1.0',
    parallelism: 2,
    metric,
  };
  await db.internal.experimentPrepared(id, prepared, input.study);
  return id;
}

export function result(score: number, artifact: Uint8Array = randomBytes(64)): CompletedTrial {
  return {
    name: `Model ${score}`,
    score,
    foldScores: [score, score],
    metrics: { roc_auc: score, log_loss: 1 - score },
    holdoutMetrics: { roc_auc: { value: score, ciLow: score - 0.1, ciHigh: score + 0.1 } },
    validation: { mean: score, std: 0.01, ciLow: score - 0.02, ciHigh: score + 0.02 },
    fitSeconds: 0.5,
    predictMsPerRow: 0.01,
    seconds: 1,
    peakMb: 100,
    learningCurves: { iterations: [], iterationLabel: 'iteration', sampleSize: [] },
    members: [],
    artifact,
  };
}

/** Claims the queued trials of an experiment in order of number. */
export async function claimQueued(db: Db, experimentId: string, worker = 'w1'): Promise<ClaimedTrial[]> {
  const trials = await db.experiments.trials(systemActor, experimentId);
  const claimed: ClaimedTrial[] = [];
  for (const trial of trials.filter((item) => item.status === 'queued')) {
    const one = await db.internal.claimTrial(trial.id, worker);
    if (one) claimed.push(one);
  }
  return claimed;
}

/** Runs all trials to the end of the experiment; trial n scores `score(n)`. */
export async function runToEnd(
  db: Db,
  experimentId: string,
  study: StudyPort,
  score: (number: number) => number = (number) => 0.5 + number / 1000,
): Promise<void> {
  for (;;) {
    const claimed = await claimQueued(db, experimentId);
    if (claimed.length === 0) return;
    for (const trial of claimed) {
      const report = { status: 'completed' as const, result: result(score(trial.number)) };
      await db.internal.finishTrial(trial.trialId, trial.attemptId, report, study);
    }
  }
}
