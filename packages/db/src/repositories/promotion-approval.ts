import type { Actor } from '@laurel/access';
import { AppError } from '@laurel/contracts';
import { authorise, notFound } from '../core/authorise.ts';
import { json, type Tx } from '../core/sql.ts';
import { crown, lockProject } from './champions.ts';
import { readModelRows } from './models.ts';
import { contractChanges, contractOf } from './promotion-checks.ts';
import { contractChanged } from './promotion-request.ts';

interface Pending {
  id: string;
  model_id: string;
  status: string;
  requested_by: string;
  key_created_by: string | null;
  expired: boolean;
  base_sequence: number;
  artifact_sha256: string;
  new_contract: boolean;
  reason: string;
}

/**
 * Compare-and-swap under the project's lock: the request goes through only when the champion is still the one that it
 * was judged against. Ledger, request, contract and audit row are one transaction. Answers a refusal that has to be
 * committed first (stale, expired); throws the others.
 */
export async function approve(
  tx: Tx,
  actor: Actor,
  id: string,
  input: { comment: string; checklist?: Record<string, boolean> | undefined },
): Promise<AppError | null> {
  const { projectId } = await authorise(tx, actor, 'promotion.approve', 'promotion_request', id);
  const project = await lockProject(tx, projectId);
  const [request] = await tx.query<Pending>(
    `SELECT id, model_id, status, requested_by, key_created_by, expires_at <= clock_timestamp() AS expired,
       base_sequence, artifact_sha256, new_contract, reason
     FROM promotion_request WHERE id = $1 FOR UPDATE`,
    [id],
  );
  if (!request) throw notFound('promotion_request');
  await refuseSameEyes(tx, actor, projectId, request);
  if (['rejected', 'withdrawn', 'expired'].includes(request.status)) {
    throw new AppError('STATE_INVALID', `This request is ${request.status}. Make a new one to promote the model.`);
  }
  if (request.base_sequence !== project.sequence || request.status !== 'pending') {
    await settle(tx, request, 'stale');
    return new AppError(
      'APPROVAL_STALE',
      'The champion has changed since this request was made, so its checks no longer hold. Make a new request for the model.',
      { details: { championModelId: project.championModelId } },
    );
  }
  if (request.expired) {
    await settle(tx, request, 'expired');
    return new AppError('STATE_INVALID', 'This request has expired. Make a new one, with fresh checks.');
  }
  const [model] = await readModelRows(tx, { ids: [request.model_id] });
  if (!model) throw notFound('model');
  if (!model.artifact_kept || model.artifact_sha256 !== request.artifact_sha256) {
    throw new AppError('STATE_INVALID', 'The fitted model is not the one that was judged. Make a new request.');
  }
  const contract = contractOf(model);
  const changes = project.contract === null ? [] : contractChanges(project.contract, contract);
  if (changes.length > 0 && !request.new_contract) throw contractChanged(changes);

  await tx.query(
    `UPDATE promotion_request SET status = 'approved', decided_by = $2, decided_by_name = $3,
       decided_at = clock_timestamp(), comment = $4, checklist = $5 WHERE id = $1`,
    [id, actor.userId, actor.name, input.comment, json(input.checklist ?? {})],
  );
  const { sequence, stale } = await crown(tx, project, {
    actor,
    modelId: model.id,
    modelName: model.name,
    artifactSha256: model.artifact_sha256,
    contract: project.contract === null || request.new_contract ? contract : project.contract,
    requestId: id,
    reason: request.reason,
    kind: 'promotion',
  });
  tx.audit({
    actor,
    action: 'promotion.approved',
    entity: { kind: 'promotion_request', id },
    projectId,
    before: { championModelId: project.championModelId },
    after: {
      championModelId: model.id,
      artifactSha256: model.artifact_sha256,
      sequence,
      comment: input.comment,
      checklist: input.checklist ?? {},
      staleRequests: stale,
    },
  });
  return null;
}

async function settle(tx: Tx, request: Pending, status: 'stale' | 'expired'): Promise<void> {
  await tx.query(`UPDATE promotion_request SET status = $2 WHERE id = $1 AND status = 'pending'`, [request.id, status]);
}

/**
 * FOUR_EYES unless a second person decides: not the requester, not the maker of the key that asked, and nobody whom
 * one of these made, gave a role, or whose password they reset within 24 hours.
 */
async function refuseSameEyes(tx: Tx, actor: Actor, projectId: string, request: Pending): Promise<void> {
  const askers = [request.requested_by, ...(request.key_created_by === null ? [] : [request.key_created_by])];
  if (askers.includes(actor.userId)) {
    throw new AppError('FOUR_EYES', 'Whoever asked for a promotion cannot approve it. Ask another approver.');
  }
  const [row] = await tx.query<{ created: boolean; role: boolean; password: boolean }>(
    `SELECT
       coalesce(person.created_by = ANY ($3) AND person.created_at > now() - interval '24 hours', false) AS created,
       coalesce(person.role_granted_by = ANY ($3) AND person.role_granted_at > now() - interval '24 hours', false)
         OR coalesce(member.granted_by = ANY ($3) AND member.granted_at > now() - interval '24 hours', false) AS role,
       coalesce(person.password_reset_by = ANY ($3) AND person.password_reset_at > now() - interval '24 hours', false)
         AS password
     FROM "user" AS person
     LEFT JOIN project_member AS member ON member.user_id = person.id AND member.project_id = $2
     WHERE person.id = $1`,
    [actor.userId, projectId, askers],
  );
  if (!row) throw new AppError('FORBIDDEN', 'Only a person of this installation approves. Sign in to do it.');
  const what = row.created
    ? 'made your account'
    : row.role
      ? 'gave you your role'
      : row.password
        ? 'set your password'
        : null;
  if (what === null) return;
  throw new AppError(
    'FOUR_EYES',
    `The person who asked for this promotion ${what} less than 24 hours ago. Wait until then, or ask another approver.`,
  );
}
