import { AppError, endedStatuses, newId, type RunEventData, type TrialFailure } from '@laurel/contracts';
import type { Context } from '../core/context.ts';
import type { Database } from '../core/database.ts';
import { addEvents } from '../core/events.ts';
import { json, type Tx } from '../core/sql.ts';
import { writeArtifact } from '../repositories/artifacts.ts';
import { baselineFamily } from '../repositories/experiment-view.ts';
import type { ClaimedTrial, CompletedTrial, InternalRepository, PrunedTrial, StudyPort, TrialReport } from '../types.ts';
import type { LockedExperiment } from './locked-experiment.ts';
import { lockExperiment, nowMs, stepStudy } from './study.ts';
import { uncountedMs } from './study-state.ts';

/** Starts of one trial that may be lost (killed child or worker) before it counts as failed. */
const maxAttempts = 3;

type TrialFunctions = Pick<
  InternalRepository,
  'claimTrial' | 'heartbeat' | 'finishTrial' | 'releaseTrial' | 'heldTrials' | 'ensembleMembers'
>;

/** Every write of a result names the attempt that made it; an attempt that was replaced or cancelled changes nothing. */
export function createTrialFunctions({ database }: Context): TrialFunctions {
  return {
    claimTrial: (trialId, worker) => database.tx((tx) => claim(tx, trialId, worker)),
    heartbeat: (trialId, attemptId, progress) => heartbeat(database, trialId, attemptId, progress),
    finishTrial: (trialId, attemptId, report, study) =>
      database.tx((tx) => finish(tx, trialId, attemptId, report, study)),
    async releaseTrial(trialId, attemptId, failure, study) {
      await database.tx((tx) => release(tx, trialId, attemptId, failure, study));
    },
    heldTrials: (workerPrefix) =>
      database.query(
        `SELECT id AS "trialId", attempt_id AS "attemptId", worker FROM trial
         WHERE status = 'running' AND starts_with(worker, $1)`,
        [workerPrefix],
      ),
    ensembleMembers: (experimentId) =>
      database.query(
        `SELECT trial.id AS "trialId", trial.number AS "trialNumber", model.name, model.score,
           model.artifact_sha256 AS "artifactSha256", model.predict_ms_per_row AS "predictMsPerRow"
         FROM model JOIN trial ON trial.id = model.trial_id
         WHERE model.experiment_id = $1 AND trial.kind = 'model' AND model.artifact_kept ORDER BY trial.number`,
        [experimentId],
      ),
  };
}

interface TrialRow {
  id: string;
  experiment_id: string;
  number: number;
  kind: 'model' | 'ensemble';
  family: string;
  name: string;
  config: Record<string, unknown>;
  seed: number;
  cap_ms: number;
  spec: Record<string, unknown>;
  status: string;
  attempt_id: string | null;
  attempts: number;
}

/** Locks the experiment, then the trial: the order that every writer keeps. */
async function lockTrial(tx: Tx, trialId: string): Promise<{ experiment: LockedExperiment; trial: TrialRow } | null> {
  const [found] = await tx.query<{ experiment_id: string }>('SELECT experiment_id FROM trial WHERE id = $1', [trialId]);
  const experiment = found ? await lockExperiment(tx, found.experiment_id) : null;
  if (!experiment) return null;
  const [trial] = await tx.query<TrialRow>(
    `SELECT id, experiment_id, number, kind, family, name, config, seed, cap_ms, spec, status, attempt_id, attempts
     FROM trial WHERE id = $1 FOR NO KEY UPDATE`,
    [trialId],
  );
  return trial ? { experiment, trial } : null;
}

async function claim(tx: Tx, trialId: string, worker: string): Promise<ClaimedTrial | null> {
  const locked = await lockTrial(tx, trialId);
  if (!locked) return null;
  const { experiment, trial } = locked;
  if (trial.status !== 'queued' || experiment.status === 'paused' || endedStatuses.includes(experiment.status))
    return null;
  const attemptId = newId('attempt');
  await tx.query(
    `UPDATE trial SET status = 'running', attempt_id = $2, attempts = attempts + 1, worker = $3, announced = false,
       heartbeat_at = clock_timestamp(), started_at = clock_timestamp() WHERE id = $1`,
    [trialId, attemptId, worker],
  );
  await tx.query(
    `INSERT INTO trial_attempt (id, project_id, trial_id, number, worker, started_at)
     VALUES ($1, $2, $3, $4, $5, clock_timestamp())`,
    [attemptId, experiment.projectId, trialId, trial.attempts + 1, worker],
  );
  const [row] = await tx.query<{ started_ms: string }>(
    `UPDATE experiment SET started_at = coalesce(started_at, clock_timestamp()) WHERE id = $1
     RETURNING extract(epoch FROM started_at) * 1000 AS started_ms`,
    [experiment.id],
  );
  await addEvents(tx, experiment, [trialEvent(trial, { status: 'running' })]);
  const seconds = experiment.plan?.budget.seconds ?? null;
  const now = await nowMs(tx);
  const spentMs = now - Number(row!.started_ms) - uncountedMs(experiment.study, experiment.commands, now);
  return {
    trialId,
    attemptId,
    experimentId: experiment.id,
    projectId: experiment.projectId,
    number: trial.number,
    kind: trial.kind,
    family: trial.family,
    config: trial.config,
    seed: trial.seed,
    capMs: trial.cap_ms,
    more: trial.spec,
    attempts: trial.attempts + 1,
    budgetLeftMs: seconds === null ? null : seconds * 1000 - Math.max(0, spentMs),
  };
}

async function heartbeat(
  database: Database,
  trialId: string,
  attemptId: string,
  progress: Extract<RunEventData, { type: 'trial-progress' }> | null,
): Promise<boolean> {
  const beat = `UPDATE trial SET heartbeat_at = clock_timestamp()
    WHERE id = $1 AND attempt_id = $2 AND status = 'running' RETURNING id`;
  if (progress === null) return (await database.query(beat, [trialId, attemptId])).length > 0;
  return database.tx(async (tx) => {
    const locked = await lockTrial(tx, trialId);
    if (!locked || (await tx.query(beat, [trialId, attemptId])).length === 0) return false;
    await addEvents(tx, locked.experiment, [{ ...progress, trialId }]);
    return true;
  });
}

async function finish(
  tx: Tx,
  trialId: string,
  attemptId: string,
  report: TrialReport,
  study: StudyPort,
): Promise<boolean> {
  const locked = await lockTrial(tx, trialId);
  if (!locked) return false;
  const { experiment, trial } = locked;
  if (trial.attempt_id !== attemptId || trial.status !== 'running' || endedStatuses.includes(experiment.status)) {
    return false;
  }
  if (report.status === 'completed' && Number.isFinite(report.result.score)) {
    await complete(tx, experiment, trial, attemptId, report.result);
    const { score, seconds, foldScores, predictMsPerRow, artifact, stopReason } = report.result;
    const facts = { foldScores, predictMsPerRow, sizeBytes: artifact.byteLength, ...(stopReason ? { stopReason } : {}) };
    await stepStudy(tx, experiment, { type: 'trial-completed', number: trial.number, score, seconds, ...facts }, study);
    return true;
  }
  if (report.status === 'pruned') {
    await prune(tx, experiment, trial, attemptId, report.result, study);
    return true;
  }
  const failed =
    report.status === 'failed'
      ? report
      : {
          failure: { kind: 'nan' as const, message: 'The score of this model is not a number.' },
          seconds: report.result.seconds,
          peakMb: report.result.peakMb,
        };
  await fail(tx, experiment, trial, attemptId, failed, study);
  return true;
}

async function prune(
  tx: Tx,
  experiment: LockedExperiment,
  trial: TrialRow,
  attemptId: string,
  result: PrunedTrial,
  study: StudyPort,
): Promise<void> {
  const { name, score, foldScores, cause, reason, seconds, peakMb } = result;
  await tx.query(
    `UPDATE trial SET status = 'pruned', name = $3, score = $4, fold_scores = $5, seconds = $6, peak_mb = $7,
       stop_reason = $8, finished_at = clock_timestamp() WHERE id = $1 AND attempt_id = $2`,
    [trial.id, attemptId, name, score, json(foldScores), seconds, peakMb, reason],
  );
  await endAttempt(tx, attemptId, 'completed', null);
  await addEvents(tx, experiment, [trialEvent(trial, { status: 'pruned', name, score })]);
  const event = { type: 'trial-pruned' as const, number: trial.number, score, foldScores, seconds, cause, reason };
  await stepStudy(tx, experiment, event, study);
}

async function complete(
  tx: Tx,
  experiment: LockedExperiment,
  trial: TrialRow,
  attemptId: string,
  result: CompletedTrial,
): Promise<void> {
  const sha256 = await writeArtifact(tx, experiment.projectId, result.artifact);
  await tx.query(
    `UPDATE trial SET status = 'completed', name = $3, score = $4, fold_scores = $5, seconds = $6, peak_mb = $7,
       finished_at = clock_timestamp() WHERE id = $1 AND attempt_id = $2`,
    [trial.id, attemptId, result.name, result.score, json(result.foldScores), result.seconds, result.peakMb],
  );
  await endAttempt(tx, attemptId, 'completed', null);
  const modelId = newId('model');
  await tx.query(
    `INSERT INTO model (id, project_id, experiment_id, trial_id, family, name, score, validation, metrics,
       holdout_metrics, learning_curves, members, artifact_sha256, size_bytes, fit_seconds, predict_ms_per_row)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
      modelId,
      experiment.projectId,
      experiment.id,
      trial.id,
      trial.family,
      result.name,
      result.score,
      json(result.validation),
      json(result.metrics),
      result.holdoutMetrics === null ? null : json(result.holdoutMetrics),
      json(result.learningCurves),
      json(await memberModels(tx, experiment.id, result.members)),
      sha256,
      result.artifact.byteLength,
      result.fitSeconds,
      result.predictMsPerRow,
    ],
  );
  const done = trialEvent(trial, { status: 'completed', name: result.name, score: result.score, modelId });
  await addEvents(tx, experiment, [done, ...(await bestEvent(tx, experiment, modelId, result.score))]);
}

async function memberModels(tx: Tx, experimentId: string, members: CompletedTrial['members']) {
  if (members.length === 0) return [];
  const rows = await tx.query<{ modelId: string; trialNumber: number; name: string }>(
    `SELECT model.id AS "modelId", trial.number AS "trialNumber", model.name FROM model
     JOIN trial ON trial.id = model.trial_id WHERE model.experiment_id = $1 AND trial.number = ANY ($2)`,
    [experimentId, members.map((member) => member.trialNumber)],
  );
  const byNumber = new Map(rows.map((row) => [row.trialNumber, row]));
  return members.map((member) => {
    const row = byNumber.get(member.trialNumber);
    if (!row) throw new AppError('INTERNAL', `The ensemble names trial ${member.trialNumber}, which has no model.`);
    return { ...row, weight: member.weight };
  });
}

/** The `best` event when this model leads now. Ties stay with the earlier one. */
async function bestEvent(
  tx: Tx,
  experiment: LockedExperiment,
  modelId: string,
  score: number,
): Promise<RunEventData[]> {
  const [before] = await tx.query<{ score: number }>('SELECT score FROM model WHERE id = $1', [experiment.bestModelId]);
  const higherIsBetter = experiment.metric?.higherIsBetter ?? true;
  if (before && (higherIsBetter ? score <= before.score : score >= before.score)) return [];
  await tx.query('UPDATE experiment SET best_model_id = $2 WHERE id = $1', [experiment.id, modelId]);
  const [baseline] = await tx.query<{ score: number }>(
    'SELECT score FROM model WHERE experiment_id = $1 AND family = $2 LIMIT 1',
    [experiment.id, baselineFamily],
  );
  return [{ type: 'best', modelId, score, baselineScore: baseline?.score ?? null }];
}

async function fail(
  tx: Tx,
  experiment: LockedExperiment,
  trial: TrialRow,
  attemptId: string,
  report: { failure: TrialFailure; seconds: number; peakMb: number | null },
  study: StudyPort,
): Promise<void> {
  const { failure, seconds, peakMb } = report;
  await tx.query(
    `UPDATE trial SET status = 'failed', failure = $3, seconds = $4, peak_mb = $5, finished_at = clock_timestamp()
     WHERE id = $1 AND attempt_id = $2`,
    [trial.id, attemptId, json(failure), seconds, peakMb],
  );
  await endAttempt(tx, attemptId, 'failed', failure);
  await addEvents(tx, experiment, [trialEvent(trial, { status: 'failed', failure })]);
  await stepStudy(tx, experiment, { type: 'trial-failed', number: trial.number, seconds, failure }, study);
}

/** The attempt was lost. The study sends the trial back to the queue, or it fails after too many losses. */
export async function release(
  tx: Tx,
  trialId: string,
  attemptId: string,
  failure: TrialFailure,
  study: StudyPort,
): Promise<boolean> {
  const locked = await lockTrial(tx, trialId);
  if (!locked) return false;
  const { experiment, trial } = locked;
  if (trial.attempt_id !== attemptId || trial.status !== 'running' || endedStatuses.includes(experiment.status)) {
    return false;
  }
  // attempts that a pause gave back are no losses
  const [lost] = await tx.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM trial_attempt WHERE trial_id = $1 AND outcome = 'lost'`,
    [trialId],
  );
  const losses = lost!.count + 1;
  if (losses >= maxAttempts) {
    const message = `${failure.message} It was lost ${losses} times and is not tried again.`;
    const [row] = await tx.query<{ seconds: number }>(
      'SELECT extract(epoch FROM clock_timestamp() - started_at)::float8 AS seconds FROM trial WHERE id = $1',
      [trialId],
    );
    await fail(
      tx,
      experiment,
      trial,
      attemptId,
      { failure: { ...failure, message }, seconds: row!.seconds, peakMb: null },
      study,
    );
    return true;
  }
  await endAttempt(tx, attemptId, 'lost', failure);
  await stepStudy(tx, experiment, { type: 'trial-lost', number: trial.number }, study);
  // When the study gave no order (it did not know the attempt), the trial still must not stay with a lost one.
  const left = await tx.query(
    `UPDATE trial SET status = 'queued', attempt_id = NULL, announced = false, queued_at = now()
     WHERE id = $1 AND attempt_id = $2 AND status = 'running' RETURNING id`,
    [trialId, attemptId],
  );
  if (left.length > 0) tx.enqueue('run-trial', { trialId }, { projectId: experiment.projectId });
  return true;
}

async function endAttempt(
  tx: Tx,
  attemptId: string,
  outcome: 'completed' | 'failed' | 'lost',
  failure: TrialFailure | null,
): Promise<void> {
  await tx.query('UPDATE trial_attempt SET outcome = $2, failure = $3, finished_at = clock_timestamp() WHERE id = $1', [
    attemptId,
    outcome,
    failure === null ? null : json(failure),
  ]);
}

function trialEvent(
  trial: TrialRow,
  change: Partial<Extract<RunEventData, { type: 'trial' }>>,
): Extract<RunEventData, { type: 'trial' }> {
  return {
    type: 'trial',
    trialId: trial.id,
    number: trial.number,
    family: trial.family,
    name: trial.name,
    status: 'queued',
    score: null,
    modelId: null,
    failure: null,
    ...change,
  };
}
