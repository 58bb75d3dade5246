import {
  AppError,
  type ExperimentStatus,
  endedStatuses,
  experimentPlan,
  newId,
  type RunEventData,
} from '@laurel/contracts';
import { z } from 'zod';
import { addEvents } from '../core/events.ts';
import { json, type Tx } from '../core/sql.ts';
import type { StudyPort } from '../types.ts';
import { endExperiment } from './experiment-end.ts';
import { type LockedExperiment, stopTrials } from './locked-experiment.ts';

const trialSpec = z.object({
  number: z.number().int(),
  kind: z.enum(['model', 'ensemble']),
  family: z.string(),
  config: z.record(z.string(), z.unknown()),
  seed: z.number(),
  capMs: z.number(),
});
const studyAction = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run-trial'), trial: trialSpec }),
  z.object({ type: z.literal('stop-trials'), numbers: z.array(z.number().int()) }),
  z.object({
    type: z.literal('end'),
    status: z.enum(['completed', 'failed', 'cancelled']),
    winner: z.number().int().nullable(),
    message: z.string().nullable(),
  }),
]);
type StudyAction = z.infer<typeof studyAction>;

/** Takes the experiment's lock. Every writer of an experiment takes it first, then trials, then artifacts. */
export async function lockExperiment(tx: Tx, id: string): Promise<LockedExperiment | null> {
  const [row] = await tx.query<{
    id: string;
    project_id: string;
    status: ExperimentStatus;
    plan: unknown;
    metric: LockedExperiment['metric'];
    study: unknown;
    command: 'finish' | null;
    best_model_id: string | null;
  }>(
    `SELECT id, project_id, status, plan, metric, study, command, best_model_id
     FROM experiment WHERE id = $1 FOR NO KEY UPDATE`,
    [id],
  );
  if (!row) return null;
  return {
    id: row.id,
    projectId: row.project_id,
    status: row.status,
    plan: row.plan === null ? null : experimentPlan.parse(row.plan),
    metric: row.metric,
    study: row.study,
    command: row.command,
    bestModelId: row.best_model_id,
  };
}

export async function nowMs(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ ms: string }>('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms');
  return Number(row!.ms);
}

/** A study event without its time, which is the database's. */
export type TimelessEvent =
  | { type: 'begin'; parallelism: number }
  | { type: 'trial-completed'; number: number; score: number; seconds: number }
  | { type: 'trial-failed'; number: number; seconds: number; failure: unknown }
  | { type: 'trial-lost'; number: number }
  | { type: 'finish' }
  | { type: 'cancel' }
  | { type: 'tick' };

/**
 * Steps the study of a locked experiment and carries out its actions, all in the caller's transaction: new trials with
 * their outbox rows, cancelled trials, the end. Trials claimed since the last step and a waiting `finish` come first.
 * Does nothing for an experiment that has ended or was not prepared.
 */
export async function stepStudy(
  tx: Tx,
  experiment: LockedExperiment,
  event: TimelessEvent,
  port: StudyPort,
): Promise<void> {
  if (endedStatuses.includes(experiment.status) || experiment.study === null) return;
  const events: object[] = await claimedTrials(tx, experiment.id);
  const atMs = await nowMs(tx);
  events.push({ ...event, atMs });
  if (experiment.command === 'finish' && event.type !== 'finish') events.push({ type: 'finish', atMs });
  let state: unknown = experiment.study;
  const actions: StudyAction[] = [];
  for (const item of events) {
    const step = port.step(state, item);
    state = step.state;
    actions.push(...step.actions.map(parseAction));
  }
  await tx.query('UPDATE experiment SET study = $2, command = NULL WHERE id = $1', [experiment.id, json(state)]);
  await carryOut(tx, { ...experiment, study: state }, actions);
}

function parseAction(action: unknown): StudyAction {
  const parsed = studyAction.safeParse(action);
  if (parsed.success) return parsed.data;
  throw new AppError('INTERNAL', `The study answered an action that is not known: ${parsed.error.message}`);
}

async function claimedTrials(tx: Tx, experimentId: string): Promise<object[]> {
  const rows = await tx.query<{ number: number; started_ms: string }>(
    `UPDATE trial SET announced = true
     WHERE experiment_id = $1 AND NOT announced AND attempt_id IS NOT NULL
     RETURNING number, extract(epoch FROM started_at) * 1000 AS started_ms`,
    [experimentId],
  );
  rows.sort((a, b) => Number(a.started_ms) - Number(b.started_ms));
  return rows.map((row) => ({ type: 'trial-started', number: row.number, atMs: Number(row.started_ms) }));
}

async function carryOut(tx: Tx, experiment: LockedExperiment, actions: StudyAction[]): Promise<void> {
  const events: RunEventData[] = [];
  for (const action of actions) {
    if (action.type === 'run-trial') events.push(await queueTrial(tx, experiment, action.trial));
    else if (action.type === 'stop-trials') events.push(...(await stopTrials(tx, experiment.id, action.numbers)));
  }
  const end = actions.find((action) => action.type === 'end');
  const status = studyStatus(experiment.study);
  if (!end && status !== null && status !== experiment.status) {
    await tx.query('UPDATE experiment SET status = $2 WHERE id = $1', [experiment.id, status]);
    events.push({ type: 'status', status, message: null });
  }
  await addEvents(tx, experiment, events);
  if (end) await endExperiment(tx, experiment, { ...end, study: experiment.study });
}

/** Running and finishing follow the study; the ends come as actions. */
function studyStatus(study: unknown): 'running' | 'finishing' | null {
  const status = (study as { status?: unknown } | null)?.status;
  return status === 'running' || status === 'finishing' ? status : null;
}

async function queueTrial(
  tx: Tx,
  experiment: LockedExperiment,
  spec: z.infer<typeof trialSpec>,
): Promise<RunEventData> {
  // The same number comes again when an attempt was lost: then the trial goes back to the queue.
  const [row] = await tx.query<{ id: string; name: string }>(
    `INSERT INTO trial (id, project_id, experiment_id, number, kind, family, name, config, seed, cap_ms, status)
     VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, 'queued')
     ON CONFLICT (experiment_id, number) DO UPDATE
       SET status = 'queued', cap_ms = excluded.cap_ms, attempt_id = NULL, announced = false, worker = NULL,
         heartbeat_at = NULL, queued_at = now()
     RETURNING id, name`,
    [
      newId('trial'),
      experiment.projectId,
      experiment.id,
      spec.number,
      spec.kind,
      spec.family,
      json(spec.config),
      spec.seed,
      spec.capMs,
    ],
  );
  tx.enqueue('run-trial', { trialId: row!.id }, { projectId: experiment.projectId });
  return {
    type: 'trial',
    trialId: row!.id,
    number: spec.number,
    family: spec.family,
    name: row!.name,
    status: 'queued',
    score: null,
    modelId: null,
    failure: null,
  };
}
