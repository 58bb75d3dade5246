import type { Actor } from '@laurel/access';
import { AppError, newId } from '@laurel/contracts';
import { authorise, notFound } from '../core/authorise.ts';
import { json, type Tx } from '../core/sql.ts';
import { lockProject } from './champions.ts';
import { baselineFamily } from './experiment-view.ts';
import { openHoldout } from './experiments.ts';
import { type ModelRow, readModelRows } from './models.ts';
import { contractChanges, contractOf, makeChecks, takeSnapshot } from './promotion-checks.ts';

const daysToDecide = 14;

/**
 * Stores a request with all that it is judged by: the champion of this moment, the artifact's hash, the scores of
 * both, the checks. Opens the experiment's holdout, which is counted. Answers the id.
 */
export async function requestPromotion(
  tx: Tx,
  actor: Actor,
  modelId: string,
  input: { reason: string; newContract?: boolean | undefined },
): Promise<string> {
  const { projectId } = await authorise(tx, actor, 'promotion.request', 'model', modelId);
  const project = await lockProject(tx, projectId);
  const [candidate] = await readModelRows(tx, { ids: [modelId] });
  if (!candidate) throw notFound('model');
  await refuseUnfit(tx, candidate);
  const champion = project.championModelId === null ? null : await readOne(tx, project.championModelId);
  const newContract = input.newContract ?? false;
  const changes = project.contract === null ? [] : contractChanges(project.contract, contractOf(candidate));
  if (changes.length > 0 && !newContract) throw contractChanged(changes);

  const openings =
    candidate.holdout_metrics === null
      ? 0
      : await openHoldout(tx, actor, { id: candidate.experiment_id, projectId }, 'promotion request');
  const snapshot = takeSnapshot(candidate, champion);
  const checks = makeChecks({
    candidate,
    champion,
    baselineScore: await baselineScore(tx, candidate.experiment_id),
    snapshot,
    changes,
    firstContract: project.contract === null,
    openings,
  });
  const id = newId('promotionRequest');
  await tx.query(
    `INSERT INTO promotion_request (id, project_id, model_id, model_name, status, reason, requested_by,
       requested_by_name, key_created_by, expires_at, base_champion_id, base_champion_name, base_sequence,
       artifact_sha256, new_contract, metric, snapshot, checks)
     VALUES ($1, $2, $3, $4, 'pending', $5, $6, $7, (SELECT created_by FROM api_key WHERE id = $8),
       now() + $9 * interval '1 day', $10, $11, $12, $13, $14, $15, $16, $17)`,
    [
      id,
      projectId,
      modelId,
      candidate.name,
      input.reason,
      actor.userId,
      actor.name,
      actor.apiKeyId,
      daysToDecide,
      project.championModelId,
      champion?.name ?? null,
      project.sequence,
      candidate.artifact_sha256,
      newContract,
      json(candidate.metric),
      json(snapshot),
      json(checks),
    ],
  );
  tx.audit({
    actor,
    action: 'promotion.requested',
    entity: { kind: 'promotion_request', id },
    projectId,
    after: {
      modelId,
      reason: input.reason,
      baseChampionId: project.championModelId,
      artifactSha256: candidate.artifact_sha256,
      newContract,
      checks: checks.map((check) => ({ id: check.id, outcome: check.outcome })),
    },
  });
  return id;
}

async function refuseUnfit(tx: Tx, candidate: ModelRow): Promise<void> {
  if (candidate.champion) throw new AppError('CONFLICT', 'This model is the champion already.');
  if (!candidate.artifact_kept) {
    throw new AppError(
      'STATE_INVALID',
      'The fitted form of this model was not kept, so it cannot be promoted. Train it again from its configuration.',
    );
  }
  // A pending request past its time makes room for a new one.
  await tx.query(
    `UPDATE promotion_request SET status = 'expired' WHERE model_id = $1 AND status = 'pending' AND expires_at <= now()`,
    [candidate.id],
  );
  const [pending] = await tx.query<{ id: string }>(
    `SELECT id FROM promotion_request WHERE model_id = $1 AND status = 'pending'`,
    [candidate.id],
  );
  if (pending) {
    throw new AppError('CONFLICT', 'A promotion of this model is waiting for approval already.', {
      details: { promotionRequestId: pending.id },
    });
  }
}

export function contractChanged(changes: string[]): AppError {
  return new AppError(
    'CONTRACT_CHANGED',
    `Callers of the champion would notice a change: ${changes.join('; ')}. Say newContract: true when that is intended.`,
    { details: { changes } },
  );
}

async function readOne(tx: Tx, modelId: string): Promise<ModelRow | null> {
  return (await readModelRows(tx, { ids: [modelId] }))[0] ?? null;
}

async function baselineScore(tx: Tx, experimentId: string): Promise<number | null> {
  const [row] = await tx.query<{ score: number }>(
    'SELECT score FROM model WHERE experiment_id = $1 AND family = $2 LIMIT 1',
    [experimentId, baselineFamily],
  );
  return row?.score ?? null;
}
