import { systemActor } from '@laurel/access';
import { addEvents } from '../core/events.ts';
import { json, type Tx } from '../core/sql.ts';
import { dropUnusedArtifacts } from '../repositories/artifacts.ts';
import { type LockedExperiment, stopTrials } from './locked-experiment.ts';
import { type StudyFacts, studyFacts } from './study-state.ts';

/** Best models of an experiment whose artifacts stay, besides the best of each family and the ensemble's members. */
const keptBest = 20;

/** Ends a locked experiment: stops what runs, writes winner and warnings, and lets go of artifacts nobody needs. */
export async function endExperiment(
  tx: Tx,
  experiment: LockedExperiment,
  end: {
    status: 'completed' | 'failed' | 'cancelled';
    winner: number | null;
    message: string | null;
    study: unknown;
  },
): Promise<void> {
  const stopped = await stopTrials(tx, experiment.id, null);
  const winner = end.winner === null ? null : await modelOf(tx, experiment.id, end.winner);
  const listed = [
    ...(experiment.plan?.warnings ?? []),
    ...studyFacts(end.study).warnings,
    ...(await failedTrials(tx, experiment.id)),
  ];
  const unique = listed.filter((item, index) => listed.findIndex((other) => other.message === item.message) === index);
  const error =
    end.status === 'failed' ? { code: 'TRIAL_CRASHED', message: end.message ?? 'No model could be trained.' } : null;
  await tx.query(
    `UPDATE experiment SET status = $2, winner_model_id = $3, warnings = $4, error = $5, finished_at = clock_timestamp(),
       commands = '[]' WHERE id = $1`,
    [experiment.id, end.status, winner, json(unique), error === null ? null : json(error)],
  );
  await addEvents(tx, experiment, [...stopped, { type: 'status', status: end.status, message: end.message }]);
  await retainArtifacts(tx, experiment, winner);
  tx.audit({
    actor: systemActor,
    action: `experiment.${end.status === 'cancelled' ? 'ended' : end.status}`,
    entity: { kind: 'experiment', id: experiment.id },
    projectId: experiment.projectId,
    after: { status: end.status, winnerModelId: winner, message: end.message },
  });
}

async function modelOf(tx: Tx, experimentId: string, trialNumber: number): Promise<string | null> {
  const [row] = await tx.query<{ id: string }>(
    `SELECT model.id FROM model JOIN trial ON trial.id = model.trial_id
     WHERE trial.experiment_id = $1 AND trial.number = $2`,
    [experimentId, trialNumber],
  );
  return row?.id ?? null;
}

async function failedTrials(tx: Tx, experimentId: string): Promise<StudyFacts['warnings']> {
  const [row] = await tx.query<{ count: number; total: number }>(
    `SELECT count(*) FILTER (WHERE status = 'failed') AS count, count(*) AS total FROM trial WHERE experiment_id = $1`,
    [experimentId],
  );
  if (!row || row.count === 0) return [];
  const message = `${row.count} of ${row.total} trials failed; the list of trials says why.`;
  return [{ code: 'TRIALS_FAILED', message }];
}

/**
 * Artifacts stay for the winner, the ensembles with their members, the best of each family, the best twenty, and what
 * governance names. The others lose theirs; their configuration and scores stay, so they can be fitted again.
 */
async function retainArtifacts(tx: Tx, experiment: LockedExperiment, winner: string | null): Promise<void> {
  const direction = experiment.metric?.higherIsBetter === false ? 1 : -1;
  await tx.query(
    `WITH ranked AS (
       SELECT model.id, trial.kind,
         row_number() OVER (ORDER BY model.score * $2, trial.number) AS place,
         row_number() OVER (PARTITION BY model.family ORDER BY model.score * $2, trial.number) AS place_in_family
       FROM model JOIN trial ON trial.id = model.trial_id WHERE model.experiment_id = $1),
     members AS (
       SELECT member ->> 'modelId' AS id FROM model, jsonb_array_elements(model.members) AS member
       WHERE model.experiment_id = $1),
     kept AS (
       SELECT id FROM ranked WHERE place <= $3 OR place_in_family = 1 OR kind = 'ensemble' OR id = $4
       UNION SELECT id FROM members
       UNION SELECT model_id FROM champion WHERE project_id = $5
       UNION SELECT model_id FROM promotion_request WHERE project_id = $5 AND status = 'pending')
     UPDATE model SET artifact_kept = false
     WHERE experiment_id = $1 AND artifact_kept AND id NOT IN (SELECT id FROM kept WHERE id IS NOT NULL)`,
    [experiment.id, direction, keptBest, winner, experiment.projectId],
  );
  await dropUnusedArtifacts(tx, experiment.projectId);
}
