import { endedStatuses, newId, type RunEventData, type TrialFailure } from '@laurel/contracts';
import type { Context } from '../core/context.ts';
import type { Database } from '../core/database.ts';
import { addEvents } from '../core/events.ts';
import type { Tx } from '../core/sql.ts';
import type { ClaimedTrial, InternalRepository, StudyPort, TrialReport } from '../types.ts';
import type { LockedExperiment } from './locked-experiment.ts';
import { lockExperiment, nowMs, stepStudy } from './study.ts';
import { uncountedMs } from './study-state.ts';
import { completeTrial, endAttempt, failTrial, pruneTrial, type TrialRow, trialEvent } from './trial-results.ts';

/** Starts of one trial that may be lost (killed child or worker) before it counts as failed. */
const maxAttempts = 3;

type TrialFunctions = Pick<
  InternalRepository,
  'claimTrial' | 'heartbeat' | 'finishTrial' | 'releaseTrial' | 'heldTrials' | 'ensembleMembers'
>;

/** Every write of a result names the attempt that made it; an attempt that was replaced or cancelled changes nothing. */
export function createTrialFunctions({ database }: Context): TrialFunctions {
  return {
    claimTrial: (trialId, worker, attemptId = newId('attempt')) =>
      database.tx((tx) => claim(tx, trialId, worker, attemptId)),
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
         WHERE model.experiment_id = $1 AND trial.kind = 'model' AND trial.spec -> 'rungRows' IS NULL AND model.artifact_kept
         ORDER BY trial.number`,
        [experimentId],
      ),
  };
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

async function claim(tx: Tx, trialId: string, worker: string, attemptId: string): Promise<ClaimedTrial | null> {
  const locked = await lockTrial(tx, trialId);
  if (!locked) return null;
  const { experiment, trial } = locked;
  // the answer to an earlier asking was lost with its connection: the claim stands, and is answered again
  const isOwn = trial.status === 'running' && trial.attempt_id === attemptId;
  const mayStart = trial.status === 'queued' && experiment.status !== 'paused';
  if ((!isOwn && !mayStart) || endedStatuses.includes(experiment.status)) return null;
  if (!isOwn) await start(tx, experiment, trial, worker, attemptId);
  const [row] = await tx.query<{ started_ms: string }>(
    `UPDATE experiment SET started_at = coalesce(started_at, clock_timestamp()) WHERE id = $1
     RETURNING extract(epoch FROM started_at) * 1000 AS started_ms`,
    [experiment.id],
  );
  const seconds = experiment.plan?.budget.seconds ?? null;
  const now = await nowMs(tx);
  const spentMs = now - Number(row!.started_ms) - uncountedMs(experiment.study, experiment.commands, now);
  return {
    trialId,
    attemptId,
    worker,
    experimentId: experiment.id,
    projectId: experiment.projectId,
    number: trial.number,
    kind: trial.kind,
    family: trial.family,
    config: trial.config,
    seed: trial.seed,
    capMs: trial.cap_ms,
    more: trial.spec,
    attempts: trial.attempts + (isOwn ? 0 : 1),
    budgetLeftMs: seconds === null ? null : seconds * 1000 - Math.max(0, spentMs),
  };
}

/** Makes the attempt that the claim is. */
async function start(
  tx: Tx,
  experiment: LockedExperiment,
  trial: TrialRow,
  worker: string,
  attemptId: string,
): Promise<void> {
  await tx.query(
    `UPDATE trial SET status = 'running', attempt_id = $2, attempts = attempts + 1, worker = $3, announced = false,
       heartbeat_at = clock_timestamp(), started_at = clock_timestamp() WHERE id = $1`,
    [trial.id, attemptId, worker],
  );
  await tx.query(
    `INSERT INTO trial_attempt (id, project_id, trial_id, number, worker, started_at)
     VALUES ($1, $2, $3, $4, $5, clock_timestamp())`,
    [attemptId, experiment.projectId, trial.id, trial.attempts + 1, worker],
  );
  await addEvents(tx, experiment, [trialEvent(trial, { status: 'running', worker })]);
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
    await completeTrial(tx, experiment, trial, attemptId, report.result);
    const { score, seconds, foldScores, raceScores, predictMsPerRow, artifact, stopReason, members } = report.result;
    const facts = {
      foldScores: raceScores ?? foldScores,
      predictMsPerRow,
      sizeBytes: artifact.byteLength,
      ...(members.length > 0 && report.result.notBetterThanBest === false ? { preferred: true } : {}),
      ...(stopReason ? { stopReason } : {}),
    };
    await stepStudy(tx, experiment, { type: 'trial-completed', number: trial.number, score, seconds, ...facts }, study);
    return true;
  }
  if (report.status === 'pruned') {
    await pruneTrial(tx, experiment, trial, attemptId, report.result, study);
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
  await failTrial(tx, experiment, trial, attemptId, failed, study);
  return true;
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
    await failTrial(
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
