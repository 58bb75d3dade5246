import type { Actor } from '@laurel/access';
import { AppError, type ChampionEntry, type ChampionView, type ModelContract, modelContract } from '@laurel/contracts';
import { authorise, notFound } from '../core/authorise.ts';
import { iso, json, type Sql, type Tx } from '../core/sql.ts';

export interface LockedProject {
  id: string;
  contract: ModelContract | null;
  /** number of the ledger's newest entry; what approvals compare */
  sequence: number;
  championModelId: string | null;
}

/** Takes the project's lock, under which requests, decisions and champions change one at a time. */
export async function lockProject(tx: Tx, projectId: string): Promise<LockedProject> {
  const [row] = await tx.query<{ id: string; contract: unknown; champion_count: number }>(
    'SELECT id, contract, champion_count FROM project WHERE id = $1 FOR NO KEY UPDATE',
    [projectId],
  );
  if (!row) throw notFound('project');
  const [champion] = await tx.query<{ model_id: string }>(
    'SELECT model_id FROM champion WHERE project_id = $1 AND ended_at IS NULL',
    [projectId],
  );
  return {
    id: row.id,
    contract: row.contract === null ? null : modelContract.parse(row.contract),
    sequence: row.champion_count,
    championModelId: champion?.model_id ?? null,
  };
}

/** Ends the current entry of the ledger, writes the next one, and makes what was judged against the old one stale. */
export async function crown(
  tx: Tx,
  project: LockedProject,
  next: {
    actor: Actor;
    modelId: string;
    modelName: string;
    artifactSha256: string;
    contract: ModelContract;
    requestId: string | null;
    reason: string;
    kind: 'promotion' | 'rollback';
  },
): Promise<{ sequence: number; stale: string[] }> {
  const sequence = project.sequence + 1;
  const [now] = await tx.query<{ at: Date }>(`SELECT date_trunc('milliseconds', clock_timestamp()) AS at`);
  await tx.query('UPDATE champion SET ended_at = $2 WHERE project_id = $1 AND ended_at IS NULL', [project.id, now!.at]);
  await tx.query(
    `INSERT INTO champion (project_id, sequence, model_id, model_name, artifact_sha256, contract, started_at,
       approved_by, approved_by_name, request_id, reason, kind)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      project.id,
      sequence,
      next.modelId,
      next.modelName,
      next.artifactSha256,
      json(next.contract),
      now!.at,
      next.actor.userId,
      next.actor.name,
      next.requestId,
      next.reason,
      next.kind,
    ],
  );
  await tx.query('UPDATE project SET champion_count = $2, contract = $3 WHERE id = $1', [
    project.id,
    sequence,
    json(next.contract),
  ]);
  const stale = await tx.query<{ id: string }>(
    `UPDATE promotion_request SET status = 'stale' WHERE project_id = $1 AND status = 'pending' RETURNING id`,
    [project.id],
  );
  tx.notify('champion', project.id);
  return { sequence, stale: stale.map((row) => row.id) };
}

/** One step back: the model of the entry before becomes champion again, under the contract that it had. */
export async function rollback(tx: Tx, actor: Actor, projectId: string, reason: string): Promise<void> {
  await authorise(tx, actor, 'champion.rollback', 'project', projectId);
  const project = await lockProject(tx, projectId);
  if (project.championModelId === null) {
    throw new AppError('NO_CHAMPION', 'This project has no champion, so there is nothing to go back from.');
  }
  const [target] = await tx.query<{
    model_id: string;
    model_name: string;
    artifact_sha256: string;
    contract: unknown;
    kept: boolean;
  }>(
    `SELECT champion.model_id, champion.model_name, champion.artifact_sha256, champion.contract,
       EXISTS (SELECT 1 FROM model WHERE model.id = champion.model_id AND model.artifact_kept) AS kept
     FROM champion WHERE project_id = $1 AND sequence = $2`,
    [projectId, project.sequence - 1],
  );
  if (!target) throw new AppError('STATE_INVALID', 'This is the first champion, so there is none to go back to.');
  if (!target.kept)
    throw new AppError('STATE_INVALID', 'The champion before is no longer stored, so it cannot come back.');
  const { sequence, stale } = await crown(tx, project, {
    actor,
    modelId: target.model_id,
    modelName: target.model_name,
    artifactSha256: target.artifact_sha256,
    contract: modelContract.parse(target.contract),
    requestId: null,
    reason,
    kind: 'rollback',
  });
  tx.audit({
    actor,
    action: 'champion.rolled_back',
    entity: { kind: 'project', id: projectId },
    projectId,
    before: { championModelId: project.championModelId },
    after: { championModelId: target.model_id, sequence, reason, staleRequests: stale },
  });
}

interface LedgerRow {
  sequence: number;
  model_id: string;
  model_name: string;
  artifact_sha256: string;
  contract: unknown;
  started_at: Date;
  ended_at: Date | null;
  approved_by: string;
  approved_by_name: string;
  request_id: string | null;
  reason: string;
  kind: ChampionEntry['kind'];
}

export async function currentChampion(sql: Sql, projectId: string): Promise<ChampionView | null> {
  const [row] = await sql.query<LedgerRow>('SELECT * FROM champion WHERE project_id = $1 AND ended_at IS NULL', [
    projectId,
  ]);
  if (!row) return null;
  return { ...toEntry(row), contract: modelContract.parse(row.contract), artifactSha256: row.artifact_sha256 };
}

/** The whole ledger, newest first. */
export async function readHistory(sql: Sql, projectId: string): Promise<ChampionEntry[]> {
  const rows = await sql.query<LedgerRow>('SELECT * FROM champion WHERE project_id = $1 ORDER BY sequence DESC', [
    projectId,
  ]);
  return rows.map(toEntry);
}

function toEntry(row: LedgerRow): ChampionEntry {
  return {
    sequence: row.sequence,
    modelId: row.model_id,
    modelName: row.model_name,
    startedAt: row.started_at.toISOString(),
    endedAt: iso(row.ended_at),
    approvedBy: { id: row.approved_by, name: row.approved_by_name },
    requestId: row.request_id,
    reason: row.reason,
    kind: row.kind,
  };
}
