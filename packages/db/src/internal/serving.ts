import { experimentPlan, type SerialisedError } from '@laurel/contracts';
import type { Context } from '../core/context.ts';
import { json } from '../core/sql.ts';
import { readArtifact } from '../repositories/artifacts.ts';
import type { InternalRepository } from '../types.ts';

type ServingFunctions = Pick<
  InternalRepository,
  'modelForServing' | 'champions' | 'readArtifact' | 'jobStarted' | 'jobFinished' | 'getSetting' | 'setSetting'
>;

export function createServingFunctions({ database }: Context): ServingFunctions {
  return {
    async modelForServing(modelId) {
      const [row] = await database.query<{
        id: string;
        project_id: string;
        experiment_id: string;
        dataset_id: string;
        trial_id: string;
        artifact_sha256: string;
        artifact_kept: boolean;
        plan: unknown;
      }>(
        `SELECT model.id, model.project_id, model.experiment_id, experiment.dataset_id, model.trial_id,
           model.artifact_sha256, model.artifact_kept, experiment.plan
         FROM model JOIN experiment ON experiment.id = model.experiment_id WHERE model.id = $1`,
        [modelId],
      );
      if (!row) return null;
      return {
        id: row.id,
        projectId: row.project_id,
        experimentId: row.experiment_id,
        datasetId: row.dataset_id,
        trialId: row.trial_id,
        artifactSha256: row.artifact_kept ? row.artifact_sha256 : null,
        plan: experimentPlan.parse(row.plan),
      };
    },
    champions: () =>
      database.query(
        `SELECT project_id AS "projectId", model_id AS "modelId", artifact_sha256 AS "artifactSha256", sequence
         FROM champion WHERE ended_at IS NULL ORDER BY project_id`,
      ),
    readArtifact: (sha256) => readArtifact(database, sha256),
    async jobStarted(jobId) {
      const [row] = await database.query<{ id: string; project_id: string; kind: string; input: unknown }>(
        `UPDATE job SET status = 'running', started_at = coalesce(started_at, clock_timestamp())
         WHERE id = $1 AND status IN ('queued', 'running') RETURNING id, project_id, kind, input`,
        [jobId],
      );
      return row ? { id: row.id, projectId: row.project_id, kind: row.kind, input: row.input } : null;
    },
    async jobFinished(jobId: string, outcome: { result: unknown } | { error: SerialisedError }) {
      const done = 'result' in outcome;
      await database.query(
        `UPDATE job SET status = $2, result = $3, error = $4, finished_at = clock_timestamp()
         WHERE id = $1 AND status IN ('queued', 'running')`,
        [
          jobId,
          done ? 'completed' : 'failed',
          done ? json(outcome.result) : null,
          done ? null : json({ code: outcome.error.code, message: outcome.error.message }),
        ],
      );
    },
    async getSetting<T>(key: string) {
      const [row] = await database.query<{ value: T }>('SELECT value FROM setting WHERE key = $1', [key]);
      return row ? row.value : null;
    },
    async setSetting(key, value) {
      await database.query(
        `INSERT INTO setting (key, value) VALUES ($1, $2)
         ON CONFLICT (key) DO UPDATE SET value = $2, updated_at = now()`,
        [key, json(value)],
      );
    },
  };
}
