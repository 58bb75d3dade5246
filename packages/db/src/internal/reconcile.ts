import type { Context } from '../core/context.ts';
import type { InternalRepository } from '../types.ts';
import { lockExperiment, stepStudy } from './study.ts';
import { release } from './trials.ts';

/** A job that was put into the queue and not begun for this long is put there again; claiming sorts out doubles. */
const requeueAfterSeconds = 45;
/** Preparing or profiling that began this long ago and did not end was lost with its worker. */
const lostAfterSeconds = 600;

type ReconcileFunctions = Pick<InternalRepository, 'reconcile' | 'workerSeen' | 'workersGone' | 'liveWorkers'>;

export function createReconcileFunctions(context: Context): ReconcileFunctions {
  const { database } = context;
  return {
    async reconcile({ staleAfterMs }, study) {
      let requeued = 0;
      // While the server was down nobody could give a sign of life: silence counts from its start.
      const stale = await database.query<{ id: string; attempt_id: string; worker: string }>(
        `SELECT id, attempt_id, worker FROM trial
         WHERE status = 'running' AND greatest(heartbeat_at, pg_postmaster_start_time())
           < clock_timestamp() - $1 * interval '1 millisecond'`,
        [staleAfterMs],
      );
      for (const trial of stale) {
        const failure = { kind: 'crash' as const, message: `Worker ${trial.worker} was lost while it ran this trial.` };
        if (await database.tx((tx) => release(tx, trial.id, trial.attempt_id, failure, study))) requeued++;
      }
      requeued += await requeueForgotten(context);
      const live = await database.query<{ id: string }>(
        `SELECT id FROM experiment WHERE study IS NOT NULL
           AND (status IN ('running', 'finishing') OR (status = 'paused' AND commands <> '[]'))`,
      );
      for (const { id } of live) {
        await database.tx(async (tx) => {
          const experiment = await lockExperiment(tx, id);
          if (experiment) await stepStudy(tx, experiment, { type: 'tick' }, study);
        });
      }
      await tidy(context);
      return { requeued, ticked: live.length };
    },
    async workerSeen(worker) {
      await database.query(
        `INSERT INTO worker (id, host, pid, slots, busy) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE SET host = $2, pid = $3, slots = $4, busy = $5, seen_at = clock_timestamp()`,
        [worker.id, worker.host, worker.pid, worker.slots, worker.busy],
      );
    },
    async workersGone(ids) {
      await database.query('DELETE FROM worker WHERE id = ANY ($1)', [[...ids]]);
    },
    async liveWorkers() {
      const rows = await database.query<{
        id: string;
        host: string;
        pid: number;
        slots: number;
        busy: number;
        seen_at: Date;
      }>(
        `SELECT id, host, pid, slots, busy, seen_at FROM worker
         WHERE seen_at > clock_timestamp() - interval '30 seconds' ORDER BY id`,
      );
      return rows.map(({ seen_at, ...row }) => ({ ...row, seenAt: seen_at.toISOString() }));
    },
  };
}

/** Puts what waits without having been begun back into the outbox: the queue may have lost it. */
async function requeueForgotten({ database }: Context): Promise<number> {
  return database.tx(async (tx) => {
    const trials = await tx.query<{ id: string; project_id: string }>(
      `UPDATE trial SET queued_at = now() WHERE id IN (
         SELECT trial.id FROM trial JOIN experiment ON experiment.id = trial.experiment_id
         WHERE trial.status = 'queued' AND queued_at < now() - $1 * interval '1 second' AND experiment.status <> 'paused'
         ORDER BY queued_at LIMIT 200 FOR UPDATE OF trial SKIP LOCKED)
       RETURNING id, project_id`,
      [requeueAfterSeconds],
    );
    for (const row of trials) tx.enqueue('run-trial', { trialId: row.id }, { projectId: row.project_id });
    const forgotten = (table: 'dataset' | 'experiment', waiting: string) =>
      tx.query<{ id: string; project_id: string }>(
        `UPDATE ${table} SET enqueued_at = now(), begun_at = NULL, begun_by = NULL WHERE id IN (
           SELECT id FROM ${table} WHERE ${waiting} AND enqueued_at < now() - $1 * interval '1 second'
             AND (begun_at IS NULL OR begun_at < now() - $2 * interval '1 second')
           ORDER BY enqueued_at LIMIT 200 FOR UPDATE SKIP LOCKED)
         RETURNING id, project_id`,
        [requeueAfterSeconds, lostAfterSeconds],
      );
    const datasets = await forgotten('dataset', `status = 'profiling'`);
    for (const row of datasets) tx.enqueue('profile-dataset', { datasetId: row.id }, { projectId: row.project_id });
    const experiments = await forgotten('experiment', `status = 'queued' AND study IS NULL`);
    for (const row of experiments) {
      tx.enqueue('prepare-experiment', { experimentId: row.id }, { projectId: row.project_id });
    }
    return trials.length + datasets.length + experiments.length;
  });
}

/** Rows that only matter for a while. */
async function tidy({ database }: Context): Promise<void> {
  await database.query(`DELETE FROM worker WHERE seen_at < now() - interval '1 day'`);
  await database.query(`DELETE FROM idempotency WHERE created_at < now() - interval '1 day' AND lease_until < now()`);
  await database.query('DELETE FROM sign_in_throttle WHERE window_ends < now()');
  await database.query('DELETE FROM session WHERE expires_at < now()');
  await database.query('DELETE FROM verification WHERE expires_at < now()');
}
