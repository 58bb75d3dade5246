import type { Context } from '../core/context.ts';
import { json } from '../core/sql.ts';
import type { InternalRepository, RefitSource } from '../types.ts';
import { insertModel } from './model-row.ts';

type RefitFunctions = Pick<InternalRepository, 'modelForRefit' | 'modelRefitted'>;

export function createRefitFunctions({ database }: Context): RefitFunctions {
  return {
    async modelForRefit(modelId) {
      const [row] = await database.query<RefitSource>(
        `SELECT model.id AS "modelId", model.project_id AS "projectId", model.experiment_id AS "experimentId",
           model.name, model.family, trial.seed::float8 AS seed, experiment.status AS "experimentStatus",
           CASE WHEN model.artifact_kept THEN model.artifact_sha256 END AS "artifactSha256"
         FROM model JOIN trial ON trial.id = model.trial_id JOIN experiment ON experiment.id = model.experiment_id
         WHERE model.id = $1`,
        [modelId],
      );
      return row ?? null;
    },
    modelRefitted: (source, { kind, trialId, result, seconds, peakMb }) =>
      database.tx(async (tx) => {
        const { projectId, experimentId } = source;
        await tx.query('SELECT id FROM experiment WHERE id = $1 FOR NO KEY UPDATE', [experimentId]);
        const [known] = await tx.query<{ id: string }>('SELECT id FROM model WHERE trial_id = $1', [trialId]);
        if (known) return known.id;
        await tx.query(
          `INSERT INTO trial (id, project_id, experiment_id, number, kind, family, name, config, seed, cap_ms, status,
             score, fold_scores, seconds, peak_mb, started_at, finished_at)
           SELECT $1, $2, $3, coalesce(max(number), 0) + 1, 'model', $4, $5, $6, $7, 0, 'completed', $8, $9, $10, $11,
             clock_timestamp() - make_interval(secs => $10), clock_timestamp()
           FROM trial WHERE experiment_id = $3`,
          [
            trialId,
            projectId,
            experimentId,
            source.family,
            result.name,
            json({ refit: kind, of: source.modelId }),
            source.seed,
            result.score,
            json(result.foldScores),
            seconds,
            peakMb,
          ],
        );
        const { family, modelId: of } = source;
        return insertModel(tx, { projectId, experimentId, trialId, family, members: [], refit: { of, kind } }, result);
      }),
  };
}
