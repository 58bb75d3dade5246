import type { Actor } from '@laurel/access';
import { AppError, type PromotionView, promotionStatus } from '@laurel/contracts';
import { authorise, notFound, requireAction, visibleProjects } from '../core/authorise.ts';
import type { Context } from '../core/context.ts';
import { paging } from '../core/page.ts';
import type { Tx } from '../core/sql.ts';
import type { PromotionRepository } from '../types.ts';
import { currentChampion, readHistory, rollback } from './champions.ts';
import { approve } from './promotion-approval.ts';
import { requestPromotion } from './promotion-request.ts';

export function createPromotionRepository({ database, prisma }: Context): PromotionRepository {
  async function view(id: string): Promise<PromotionView> {
    const row = await prisma.promotionRequest.findUnique({ where: { id } });
    if (!row) throw notFound('promotion_request');
    return toView(row);
  }

  return {
    async request(actor, modelId, input) {
      const id = await database.tx((tx) => requestPromotion(tx, actor, modelId, input));
      return view(id);
    },
    async list(actor, filter, page) {
      requireAction(actor, 'promotion.read');
      if (filter.projectId !== undefined)
        await authorise(database, actor, 'promotion.read', 'project', filter.projectId);
      const status = filter.status === undefined ? null : promotionStatus.safeParse(filter.status);
      if (status?.success === false) {
        throw new AppError('PARAMETER_INVALID', `status must be one of: ${promotionStatus.options.join(', ')}.`);
      }
      const paged = paging(page, { createdAt: 'date' });
      const asked = {
        ...(filter.projectId === undefined ? {} : { projectId: filter.projectId }),
        ...(status ? whereStatus(status.data) : {}),
      };
      const rows = await prisma.promotionRequest.findMany({
        where: { AND: [visibleProjects(actor), asked, paged.where] },
        orderBy: paged.orderBy,
        take: paged.take,
      });
      return paged.toPage(rows, toView);
    },
    async get(actor, id) {
      await authorise(database, actor, 'promotion.read', 'promotion_request', id);
      return view(id);
    },
    async approve(actor, id, input) {
      const refusal = await database.tx((tx) => approve(tx, actor, id, input));
      // A request found stale or expired is written as such, and the refusal comes after that commit.
      if (refusal) throw refusal;
      return view(id);
    },
    async reject(actor, id, input) {
      await database.tx(async (tx) => {
        const { projectId } = await authorise(tx, actor, 'promotion.approve', 'promotion_request', id);
        await decide(tx, actor, projectId, id, { status: 'rejected', comment: input.comment });
      });
      return view(id);
    },
    async withdraw(actor, id) {
      await database.tx(async (tx) => {
        const { projectId } = await authorise(tx, actor, 'promotion.withdraw', 'promotion_request', id);
        await decide(tx, actor, projectId, id, { status: 'withdrawn', comment: null });
      });
      return view(id);
    },
    async champion(actor, projectId) {
      await authorise(database, actor, 'promotion.read', 'project', projectId);
      const champion = await currentChampion(database, projectId);
      if (!champion)
        throw new AppError(
          'NO_CHAMPION',
          'This project has no champion yet. Request a promotion and have it approved.',
        );
      return champion;
    },
    async history(actor, projectId) {
      await authorise(database, actor, 'promotion.read', 'project', projectId);
      return readHistory(database, projectId);
    },
    async rollback(actor, projectId, input) {
      await database.tx((tx) => rollback(tx, actor, projectId, input.reason));
      const champion = await currentChampion(database, projectId);
      if (!champion) throw new AppError('NO_CHAMPION', 'This project has no champion any more.');
      return champion;
    },
  };
}

/** Rejects or withdraws a pending request, under the project's lock. */
async function decide(
  tx: Tx,
  actor: Actor,
  projectId: string,
  id: string,
  decision: { status: 'rejected' | 'withdrawn'; comment: string | null },
): Promise<void> {
  await tx.query('SELECT 1 FROM project WHERE id = $1 FOR NO KEY UPDATE', [projectId]);
  const [before] = await tx.query<{ status: string; requested_by: string }>(
    'SELECT status, requested_by FROM promotion_request WHERE id = $1 FOR UPDATE',
    [id],
  );
  if (!before) throw notFound('promotion_request');
  if (decision.status === 'withdrawn' && before.requested_by !== actor.userId && actor.installationRole !== 'admin') {
    throw new AppError('FORBIDDEN', 'Only the person who made the request withdraws it. An approver can reject it.');
  }
  if (before.status !== 'pending') {
    throw new AppError(
      'STATE_INVALID',
      `This request is already ${before.status}, so nothing can be decided about it.`,
    );
  }
  await tx.query(
    `UPDATE promotion_request SET status = $2, decided_by = $3, decided_by_name = $4, decided_at = clock_timestamp(),
       comment = $5 WHERE id = $1`,
    [id, decision.status, actor.userId, actor.name, decision.comment],
  );
  tx.audit({
    actor,
    action: `promotion.${decision.status}`,
    entity: { kind: 'promotion_request', id },
    projectId,
    after: { comment: decision.comment },
  });
}

/** A pending request past its time is shown as expired, whether or not somebody has tried to approve it since. */
function whereStatus(status: PromotionView['status']) {
  const now = new Date();
  if (status === 'pending') return { status, expiresAt: { gt: now } };
  if (status === 'expired') return { OR: [{ status }, { status: 'pending', expiresAt: { lte: now } }] };
  return { status };
}

interface RequestRow {
  id: string;
  projectId: string;
  modelId: string;
  modelName: string;
  status: string;
  reason: string;
  requestedBy: string;
  requestedByName: string;
  createdAt: Date;
  expiresAt: Date;
  baseChampionId: string | null;
  baseChampionName: string | null;
  artifactSha256: string;
  newContract: boolean;
  metric: unknown;
  snapshot: unknown;
  checks: unknown;
  decidedBy: string | null;
  decidedByName: string | null;
  decidedAt: Date | null;
  comment: string | null;
  checklist: unknown;
}

function toView(row: RequestRow): PromotionView {
  const expired = row.status === 'pending' && row.expiresAt.getTime() <= Date.now();
  return {
    id: row.id,
    projectId: row.projectId,
    modelId: row.modelId,
    modelName: row.modelName,
    status: expired ? 'expired' : (row.status as PromotionView['status']),
    reason: row.reason,
    requestedBy: { id: row.requestedBy, name: row.requestedByName },
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    baseChampionId: row.baseChampionId,
    baseChampionName: row.baseChampionName,
    artifactSha256: row.artifactSha256,
    newContract: row.newContract,
    metric: row.metric as PromotionView['metric'],
    snapshot: row.snapshot as PromotionView['snapshot'],
    checks: row.checks as PromotionView['checks'],
    decidedBy: row.decidedBy === null ? null : { id: row.decidedBy, name: row.decidedByName ?? '' },
    decidedAt: row.decidedAt?.toISOString() ?? null,
    comment: row.comment,
    checklist: row.checklist as PromotionView['checklist'],
  };
}
