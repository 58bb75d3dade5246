import type { Context } from '../core/context.ts';
import type { InternalRepository } from '../types.ts';

type PreparationFunctions = Pick<InternalRepository, 'heldPreparations' | 'releasePreparation'>;

/** Reading a dataset and preparing an experiment, whose jobs a queue would give to another worker only after minutes. */
export function createPreparationFunctions({ database }: Context): PreparationFunctions {
  return {
    heldPreparations: (workerPrefix) =>
      database.query(
        `SELECT 'dataset' AS kind, id, begun_by AS worker FROM dataset
         WHERE status = 'profiling' AND starts_with(begun_by, $1)
         UNION ALL SELECT 'experiment', id, begun_by FROM experiment
         WHERE status = 'queued' AND study IS NULL AND starts_with(begun_by, $1)`,
        [workerPrefix],
      ),
    async releasePreparation({ kind, id, worker }) {
      const waiting = kind === 'dataset' ? `status = 'profiling'` : `status = 'queued' AND study IS NULL`;
      await database.tx(async (tx) => {
        const [row] = await tx.query<{ project_id: string }>(
          `UPDATE ${kind} SET begun_at = NULL, begun_by = NULL, enqueued_at = now()
           WHERE id = $1 AND begun_by = $2 AND ${waiting} RETURNING project_id`,
          [id, worker],
        );
        if (!row) return;
        const scope = { projectId: row.project_id };
        if (kind === 'dataset') tx.enqueue('profile-dataset', { datasetId: id }, scope);
        else tx.enqueue('prepare-experiment', { experimentId: id }, scope);
      });
    },
  };
}
