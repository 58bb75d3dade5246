import { AppError, type RunEventData, type TrialFailure } from '@laurel/contracts';
import { addEvents } from '../core/events.ts';
import { json, type Tx } from '../core/sql.ts';
import { baselineFamily } from '../repositories/experiment-view.ts';
import type { CompletedTrial, PrunedTrial, StudyPort } from '../types.ts';
import type { LockedExperiment } from './locked-experiment.ts';
import { insertModel } from './model-row.ts';
import { stepStudy } from './study.ts';

/** A trial as it is locked for a change. */
export interface TrialRow {
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

export async function pruneTrial(
  tx: Tx,
  experiment: LockedExperiment,
  trial: TrialRow,
  attemptId: string,
  result: PrunedTrial,
  study: StudyPort,
): Promise<void> {
  const { name, score, foldScores, cause, reason, seconds, peakMb, run } = result;
  await tx.query(
    `UPDATE trial SET status = 'pruned', name = $3, score = $4, fold_scores = $5, seconds = $6, peak_mb = $7,
       stop_reason = $8, run = $9, finished_at = clock_timestamp() WHERE id = $1 AND attempt_id = $2`,
    [trial.id, attemptId, name, score, json(foldScores), seconds, peakMb, reason, run ? json(run) : null],
  );
  await endAttempt(tx, attemptId, 'pruned', null);
  await addEvents(tx, experiment, [trialEvent(trial, { status: 'pruned', name, score, stopReason: reason })]);
  const event = { type: 'trial-pruned' as const, number: trial.number, score, foldScores, seconds, cause, reason };
  await stepStudy(tx, experiment, event, study);
}

export async function completeTrial(
  tx: Tx,
  experiment: LockedExperiment,
  trial: TrialRow,
  attemptId: string,
  result: CompletedTrial,
): Promise<void> {
  await tx.query(
    `UPDATE trial SET status = 'completed', name = $3, score = $4, fold_scores = $5, seconds = $6, peak_mb = $7,
       stop_reason = $8, generated_features = $9, run = $10, finished_at = clock_timestamp()
     WHERE id = $1 AND attempt_id = $2`,
    [
      trial.id,
      attemptId,
      result.name,
      result.score,
      json(result.foldScores),
      result.seconds,
      result.peakMb,
      result.stopReason ?? null,
      json(result.generatedFeatures ?? []),
      result.run ? json(result.run) : null,
    ],
  );
  await endAttempt(tx, attemptId, 'completed', null);
  const origin = {
    projectId: experiment.projectId,
    experimentId: experiment.id,
    trialId: trial.id,
    family: trial.family,
    members: await memberModels(tx, experiment.id, result.members),
  };
  const modelId = await insertModel(tx, origin, result);
  const { name, score, stopReason = null } = result;
  const done = trialEvent(trial, { status: 'completed', name, score, modelId, stopReason });
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

export async function failTrial(
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

export async function endAttempt(
  tx: Tx,
  attemptId: string,
  outcome: 'completed' | 'pruned' | 'failed' | 'lost',
  failure: TrialFailure | null,
): Promise<void> {
  await tx.query('UPDATE trial_attempt SET outcome = $2, failure = $3, finished_at = clock_timestamp() WHERE id = $1', [
    attemptId,
    outcome,
    failure === null ? null : json(failure),
  ]);
}

export function trialEvent(
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
