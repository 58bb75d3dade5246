import { systemActor } from '@laurel/access';
import { type DatasetProfile, datasetProfile, type ParseOptions, type SerialisedError } from '@laurel/contracts';
import type { Context } from '../core/context.ts';
import { json } from '../core/sql.ts';
import { withColumnTypes } from '../repositories/datasets.ts';
import type { InternalRepository } from '../types.ts';

type DatasetFunctions = Pick<
  InternalRepository,
  'datasetForProfiling' | 'datasetReady' | 'datasetFailed' | 'datasetProfile'
>;

export function createDatasetFunctions({ database }: Context): DatasetFunctions {
  /** Ends the profiling once; a second report, or one for a deleted dataset, changes nothing. */
  async function settle(id: string, change: { profile: DatasetProfile } | { error: SerialisedError }): Promise<void> {
    await database.tx(async (tx) => {
      const ready = 'profile' in change;
      const [row] = await tx.query<{ project_id: string }>(
        `UPDATE dataset SET status = $2, profile = $3, rows = $4, error = $5
         WHERE id = $1 AND status = 'profiling' RETURNING project_id`,
        [
          id,
          ready ? 'ready' : 'failed',
          ready ? json(datasetProfile.parse(change.profile)) : null,
          ready ? change.profile.rows : null,
          ready ? null : json(change.error),
        ],
      );
      if (!row) return;
      tx.audit({
        actor: systemActor,
        action: ready ? 'dataset.ready' : 'dataset.failed',
        entity: { kind: 'dataset', id },
        projectId: row.project_id,
        after: ready
          ? { rows: change.profile.rows, columns: change.profile.columns.length }
          : { code: change.error.code, message: change.error.message },
      });
    });
  }

  return {
    async datasetForProfiling(datasetId, worker) {
      const [row] = await database.query<{
        id: string;
        project_id: string;
        name: string;
        content_type: string;
        parse: ParseOptions;
      }>(
        `UPDATE dataset SET begun_at = clock_timestamp(), begun_by = coalesce($2, begun_by) WHERE id = $1 AND status = 'profiling'
         RETURNING id, project_id, name, content_type, parse`,
        [datasetId, worker ?? null],
      );
      if (!row) return null;
      return {
        id: row.id,
        projectId: row.project_id,
        name: row.name,
        contentType: row.content_type,
        parse: row.parse,
      };
    },
    datasetReady: (datasetId, profile) => settle(datasetId, { profile }),
    datasetFailed: (datasetId, error) => settle(datasetId, { error }),
    async datasetProfile(datasetId) {
      const [row] = await database.query<{ profile: unknown; column_types: unknown }>(
        `SELECT profile, column_types FROM dataset WHERE id = $1 AND status = 'ready'`,
        [datasetId],
      );
      return row ? withColumnTypes(row.profile, row.column_types) : null;
    },
  };
}
