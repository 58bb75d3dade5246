import { newId } from '@laurel/contracts';
import { json, type Tx } from '../core/sql.ts';
import { writeArtifact } from '../repositories/artifacts.ts';
import type { CompletedTrial } from '../types.ts';

export interface ModelOrigin {
  projectId: string;
  experimentId: string;
  trialId: string;
  family: string;
  /** models that it is made of, by id */
  members: unknown[];
  /** the model that it is a refit of, and how */
  refit?: { of: string; kind: string };
}

type Scored = Omit<CompletedTrial, 'members' | 'seconds' | 'peakMb'>;

/** Stores a model and its artifact in the transaction that records its trial; answers its id. */
export async function insertModel(tx: Tx, origin: ModelOrigin, result: Scored): Promise<string> {
  const modelId = newId('model');
  const sha256 = await writeArtifact(tx, origin.projectId, result.artifact);
  await tx.query(
    `INSERT INTO model (id, project_id, experiment_id, trial_id, family, name, score, validation, metrics,
       holdout_metrics, learning_curves, members, artifact_sha256, size_bytes, fit_seconds, predict_ms_per_row, finishing,
       refit_of, refit_kind)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
    [
      modelId,
      origin.projectId,
      origin.experimentId,
      origin.trialId,
      origin.family,
      result.name,
      result.score,
      json(result.validation),
      json(result.metrics),
      result.holdoutMetrics === null ? null : json(result.holdoutMetrics),
      json(result.learningCurves),
      json(origin.members),
      sha256,
      result.artifact.byteLength,
      result.fitSeconds,
      result.predictMsPerRow,
      finishingOf(result),
      origin.refit?.of ?? null,
      origin.refit?.kind ?? null,
    ],
  );
  return modelId;
}

/** What of the finishing people are told; the artifact has all of it. */
function finishingOf({ finishing }: Pick<CompletedTrial, 'finishing'>): string | null {
  if (!finishing) return null;
  return json({ calibration: finishing.calibration?.method, threshold: finishing.threshold });
}
