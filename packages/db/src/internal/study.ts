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
import { type LockedExperiment, releaseTrials, stopTrials } from './locked-experiment.ts';
import { studyFacts, type WaitingCommand, waitingCommand } from './study-state.ts';

/** What the study asks of a trial beyond these is kept as it is, and handed to whoever runs it. */
const trialSpec = z.looseObject({
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
  z.object({ type: z.literal('release-trials'), numbers: z.array(z.number().int()) }),
  z.object({ type: z.literal('select') }),
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
    commands: WaitingCommand[];
    best_model_id: string | null;
  }>(
    `SELECT id, project_id, status, plan, metric, study, commands, best_model_id
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
    commands: z.array(waitingCommand).parse(row.commands),
    bestModelId: row.best_model_id,
  };
}

export async function nowMs(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ ms: string }>('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms');
  return Number(row!.ms);
}

/** The best ensemble so far, as the study keeps it. */
export interface SelectedModels {
  type: 'selected';
  score: number;
  members: { trialNumber: number; weight: number }[];
}

/** A study event without its time, which is the database's. */
export type TimelessEvent =
  | { type: 'begin'; parallelism: number }
  | { type: 'trial-completed'; number: number; score: number; seconds: number; [fact: string]: unknown }
  | {
      type: 'trial-pruned';
      number: number;
      score: number;
      foldScores: number[];
      seconds: number;
      cause: string;
      reason: string;
    }
  | { type: 'trial-failed'; number: number; seconds: number; failure: unknown }
  | { type: 'trial-lost'; number: number }
  | SelectedModels
  | { type: 'finish' }
  | { type: 'cancel' }
  | { type: 'tick' };

/**
 * Steps the study of a locked experiment and carries out its actions, all in the caller's transaction: new trials with
 * their outbox rows, cancelled trials, the end. Trials claimed since the last step and what people asked for come first,
 * in the order of their times.
 * Does nothing for an experiment that has ended or was not prepared.
 */
export async function stepStudy(
  tx: Tx,
  experiment: LockedExperiment,
  event: TimelessEvent,
  port: StudyPort,
): Promise<void> {
  if (endedStatuses.includes(experiment.status) || experiment.study === null) return;
  const claimed = await claimedTrials(tx, experiment.id);
  const atMs = await nowMs(tx);
  const commands = experiment.commands.map((command) => ({ ...command, atMs: command.atMs ?? atMs }));
  // sorting is stable: of the same moment a claim comes before a command, as it did
  const waiting = [...claimed, ...commands].sort((a, b) => a.atMs - b.atMs);
  const events: object[] = [...waiting, { ...event, atMs }];
  let state: unknown = experiment.study;
  const actions: StudyAction[] = [];
  for (const item of events) {
    const step = port.step(state, item);
    state = step.state;
    actions.push(...step.actions.map(parseAction));
  }
  await tx.query(`UPDATE experiment SET study = $2, commands = '[]' WHERE id = $1`, [experiment.id, json(state)]);
  await carryOut(tx, { ...experiment, study: state, plan: await extendedPlan(tx, experiment, state) }, actions);
}

function parseAction(action: unknown): StudyAction {
  const parsed = studyAction.safeParse(action);
  if (parsed.success) return parsed.data;
  throw new AppError('INTERNAL', `The study answered an action that is not known: ${parsed.error.message}`);
}

/** The plan with the study's budget, which grows when a run is extended. */
async function extendedPlan(tx: Tx, { id, plan }: LockedExperiment, study: unknown): Promise<LockedExperiment['plan']> {
  const { budget, sentences = plan?.sentences ?? [] } = studyFacts(study).plan ?? {};
  if (!plan || !budget) return plan;
  if (budget.seconds === plan.budget.seconds && budget.trials === plan.budget.trials) return plan;
  const extended = { ...plan, budget, sentences };
  await tx.query('UPDATE experiment SET plan = $2 WHERE id = $1', [id, json(extended)]);
  return extended;
}

async function claimedTrials(tx: Tx, experimentId: string): Promise<{ atMs: number }[]> {
  const rows = await tx.query<{ number: number; started_ms: string }>(
    `UPDATE trial SET announced = true
     WHERE experiment_id = $1 AND NOT announced AND attempt_id IS NOT NULL
     RETURNING number, extract(epoch FROM started_at) * 1000 AS started_ms`,
    [experimentId],
  );
  return rows.map((row) => ({ type: 'trial-started', number: row.number, atMs: Number(row.started_ms) }));
}

async function carryOut(tx: Tx, experiment: LockedExperiment, actions: StudyAction[]): Promise<void> {
  const events: RunEventData[] = [];
  for (const action of actions) {
    if (action.type === 'run-trial') events.push(await queueTrial(tx, experiment, action.trial));
    else if (action.type === 'stop-trials') events.push(...(await stopTrials(tx, experiment.id, action.numbers)));
    else if (action.type === 'select')
      tx.enqueue('select-models', { experimentId: experiment.id }, { projectId: experiment.projectId });
    else if (action.type === 'release-trials') events.push(...(await releaseTrials(tx, experiment.id, action.numbers)));
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

/** Running, paused and finishing follow the study; the ends come as actions. */
function studyStatus(study: unknown): 'running' | 'paused' | 'finishing' | null {
  const { status } = studyFacts(study);
  return status === 'running' || status === 'paused' || status === 'finishing' ? status : null;
}

async function queueTrial(
  tx: Tx,
  experiment: LockedExperiment,
  spec: z.infer<typeof trialSpec>,
): Promise<RunEventData> {
  const { number, kind, family, config, seed, capMs, ...more } = spec;
  // The same number comes again when an attempt was lost or paused: then the trial goes back to the queue.
  const [row] = await tx.query<{ id: string; name: string }>(
    `INSERT INTO trial (id, project_id, experiment_id, number, kind, family, name, config, seed, cap_ms, spec, status)
     VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10, 'queued')
     ON CONFLICT (experiment_id, number) DO UPDATE
       SET status = 'queued', cap_ms = excluded.cap_ms, spec = excluded.spec, attempt_id = NULL, announced = false, worker = NULL,
         failure = NULL, seconds = NULL, finished_at = NULL,
         heartbeat_at = NULL, queued_at = now()
     RETURNING id, name`,
    [newId('trial'), experiment.projectId, experiment.id, number, kind, family, json(config), seed, capMs, json(more)],
  );
  tx.enqueue('run-trial', { trialId: row!.id }, { projectId: experiment.projectId });
  return {
    type: 'trial',
    trialId: row!.id,
    number,
    family,
    name: row!.name,
    status: 'queued',
    score: null,
    modelId: null,
    failure: null,
  };
}
