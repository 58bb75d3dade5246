import type { ExperimentPlan, ExperimentStatus, RunEventData } from '@laurel/contracts';
import type { Tx } from '../core/sql.ts';
import type { WaitingCommand } from './study-state.ts';

/** An experiment whose row is locked until the commit. */
export interface LockedExperiment {
  id: string;
  projectId: string;
  status: ExperimentStatus;
  plan: ExperimentPlan | null;
  metric: { id: string; label: string; higherIsBetter: boolean } | null;
  study: unknown;
  commands: WaitingCommand[];
  bestModelId: string | null;
}

/** Cancels queued and running trials (all with numbers = null); their attempts are fenced off by the change of status. */
export async function stopTrials(tx: Tx, experimentId: string, numbers: number[] | null): Promise<RunEventData[]> {
  const rows = await tx.query<{ id: string; number: number; family: string; name: string; attempt_id: string | null }>(
    `UPDATE trial SET status = 'cancelled', finished_at = now(),
       seconds = extract(epoch FROM clock_timestamp() - started_at)
     WHERE experiment_id = $1 AND status IN ('queued', 'running') AND ($2::int[] IS NULL OR number = ANY ($2))
     RETURNING id, number, family, name, attempt_id`,
    [experimentId, numbers],
  );
  await tx.query(
    `UPDATE trial_attempt SET outcome = 'cancelled', finished_at = now() WHERE id = ANY ($1) AND outcome IS NULL`,
    [rows.map((row) => row.attempt_id).filter((id) => id !== null)],
  );
  return rows.map((row) => ({
    type: 'trial',
    trialId: row.id,
    number: row.number,
    family: row.family,
    name: row.name,
    status: 'cancelled',
    score: null,
    modelId: null,
    failure: null,
  }));
}

/**
 * Gives running trials back to the queue, where they wait until the study starts them again. What their attempts
 * still answer no longer counts.
 */
export async function releaseTrials(tx: Tx, experimentId: string, numbers: number[]): Promise<RunEventData[]> {
  await tx.query(
    `UPDATE trial_attempt SET outcome = 'cancelled', finished_at = clock_timestamp() WHERE outcome IS NULL AND id IN (
       SELECT attempt_id FROM trial WHERE experiment_id = $1 AND status = 'running' AND number = ANY ($2))`,
    [experimentId, numbers],
  );
  const rows = await tx.query<{ id: string; number: number; family: string; name: string }>(
    `UPDATE trial SET status = 'queued', attempt_id = NULL, announced = false, worker = NULL, heartbeat_at = NULL
     WHERE experiment_id = $1 AND status = 'running' AND number = ANY ($2) RETURNING id, number, family, name`,
    [experimentId, numbers],
  );
  return rows.map(({ id, ...row }) => ({
    ...{ type: 'trial', trialId: id, ...row, status: 'queued' },
    ...{ score: null, modelId: null, failure: null },
  }));
}
