import type { Actor } from '@laurel/access';
import {
  AppError,
  type ExperimentRequest,
  type ExperimentStatus,
  type ExperimentView,
  endedStatuses,
  experimentStatus,
  newId,
  type RunEvent,
  type TrialView,
} from '@laurel/contracts';
import { authorise, notFound, requireAction, visibleProjects } from '../core/authorise.ts';
import type { Context } from '../core/context.ts';
import { addEvents } from '../core/events.ts';
import { paging } from '../core/page.ts';
import { iso, json, type Tx } from '../core/sql.ts';
import { lockExperiment } from '../internal/study.ts';
import type { ExperimentRepository } from '../types.ts';
import { dropUnusedArtifacts } from './artifacts.ts';
import { commandExperiment } from './experiment-commands.ts';
import { toExperimentViews } from './experiment-view.ts';
import { readManifest } from './manifest.ts';
import { readModels } from './models.ts';

export function createExperimentRepository(context: Context): ExperimentRepository {
  const { database, prisma } = context;

  async function view(id: string): Promise<ExperimentView> {
    const row = await prisma.experiment.findUnique({ where: { id } });
    if (!row) throw notFound('experiment');
    const [only] = await toExperimentViews(database, [row]);
    return only!;
  }

  return {
    async create(actor, input) {
      const id = await database.tx((tx) => insertExperiment(tx, actor, input));
      return view(id);
    },
    async list(actor, filter, page) {
      requireAction(actor, 'experiment.read');
      if (filter.projectId !== undefined) {
        await authorise(database, actor, 'experiment.read', 'project', filter.projectId);
      }
      if (filter.datasetId !== undefined) {
        await authorise(database, actor, 'experiment.read', 'dataset', filter.datasetId);
      }
      const paged = paging(page, { createdAt: 'date', name: 'text' });
      const rows = await prisma.experiment.findMany({
        where: { AND: [visibleProjects(actor), columns(filter), paged.where] },
        orderBy: paged.orderBy,
        take: paged.take,
      });
      const { items, nextCursor } = paged.toPage(rows, (row) => row);
      return { items: await toExperimentViews(database, items), nextCursor };
    },
    async get(actor, id) {
      await authorise(database, actor, 'experiment.read', 'experiment', id);
      return view(id);
    },
    async trials(actor, id) {
      await authorise(database, actor, 'experiment.read', 'experiment', id);
      const rows = await prisma.trial.findMany({
        // a refit is a model of the experiment, but nothing that its search tried
        where: { experimentId: id, NOT: { model: { is: { refitKind: { not: null } } } } },
        orderBy: { number: 'asc' },
        include: { model: { select: { id: true } } },
      });
      return rows.map(toTrialView);
    },
    async manifest(actor, id) {
      await authorise(database, actor, 'experiment.read', 'experiment', id);
      return readManifest(database, id);
    },
    async models(actor, id) {
      await authorise(database, actor, 'model.read', 'experiment', id);
      return readModels(database, { experimentId: id });
    },
    async command(actor, id, command) {
      await database.tx((tx) => commandExperiment(tx, actor, id, command));
      return view(id);
    },
    async revealHoldout(actor, id) {
      await database.tx((tx) => revealHoldout(tx, actor, id));
      return view(id);
    },
    delete: (actor, id) => database.tx((tx) => deleteExperiment(tx, actor, id)),
    async events(actor, id, afterId, limit) {
      await authorise(database, actor, 'experiment.read', 'experiment', id);
      const rows = await database.query<{ number: number; at: Date; data: object }>(
        `SELECT number, at, data FROM experiment_event WHERE experiment_id = $1 AND number > $2
         ORDER BY number LIMIT $3`,
        [id, afterId, limit],
      );
      return rows.map(
        (row) => ({ ...row.data, id: row.number, at: row.at.toISOString(), experimentId: id }) as RunEvent,
      );
    },
  };
}

function columns(filter: Parameters<ExperimentRepository['list']>[1]) {
  const status = filter.status === undefined ? null : experimentStatus.safeParse(filter.status);
  if (status?.success === false) {
    throw new AppError('PARAMETER_INVALID', `status must be one of: ${experimentStatus.options.join(', ')}.`);
  }
  return {
    ...(filter.projectId === undefined ? {} : { projectId: filter.projectId }),
    ...(filter.datasetId === undefined ? {} : { datasetId: filter.datasetId }),
    ...(status ? { status: status.data } : {}),
  };
}

async function insertExperiment(
  tx: Tx,
  actor: Actor,
  input: { request: ExperimentRequest; seed: number },
): Promise<string> {
  const { request, seed } = input;
  const { projectId } = await authorise(tx, actor, 'experiment.create', 'dataset', request.datasetId);
  const [dataset] = await tx.query<{ name: string; version: number; status: string }>(
    'SELECT name, version, status FROM dataset WHERE id = $1 FOR SHARE',
    [request.datasetId],
  );
  if (!dataset) throw notFound('dataset');
  if (dataset.status === 'failed') {
    throw new AppError(
      'STATE_INVALID',
      'This file could not be read, so nothing can be trained on it. Upload a mended one.',
    );
  }
  // A file that is still being read is fine: preparing waits for its profile. Samples start so, in one step.
  const id = newId('experiment');
  const name = request.name ?? `${request.target} of ${dataset.name}`;
  await tx.query(
    `INSERT INTO experiment (id, project_id, dataset_id, name, target, status, request, seed, created_by, created_by_name)
     VALUES ($1, $2, $3, $4, $5, 'queued', $6, $7, $8, $9)`,
    [id, projectId, request.datasetId, name, request.target, json(request), seed, actor.userId, actor.name],
  );
  await addEvents(tx, { id, projectId }, [{ type: 'status', status: 'queued', message: null }]);
  tx.enqueue('prepare-experiment', { experimentId: id }, { projectId });
  tx.audit({
    actor,
    action: 'experiment.created',
    entity: { kind: 'experiment', id },
    projectId,
    after: { name, datasetVersion: dataset.version, request, seed },
  });
  return id;
}

async function revealHoldout(tx: Tx, actor: Actor, id: string): Promise<void> {
  const { projectId } = await authorise(tx, actor, 'holdout.reveal', 'experiment', id);
  const experiment = await lockExperiment(tx, id);
  if (!experiment) throw notFound('experiment');
  if (!endedStatuses.includes(experiment.status as ExperimentStatus)) {
    throw new AppError(
      'STATE_INVALID',
      'The holdout stays sealed while models compete. Open it when the experiment has ended.',
    );
  }
  if (!experiment.plan || experiment.plan.holdoutFraction === 0) {
    throw new AppError('STATE_INVALID', 'This experiment has no holdout: it was judged by cross-validation alone.');
  }
  await openHoldout(tx, actor, { id, projectId }, 'asked for');
}

/** Opens the seal and counts it: the more often one looks, the less a holdout says. */
export async function openHoldout(
  tx: Tx,
  actor: Actor,
  experiment: { id: string; projectId: string },
  reason: string,
): Promise<number> {
  const [row] = await tx.query<{ holdout_openings: number }>(
    'UPDATE experiment SET holdout_openings = holdout_openings + 1 WHERE id = $1 RETURNING holdout_openings',
    [experiment.id],
  );
  const openings = row!.holdout_openings;
  tx.audit({
    actor,
    action: 'holdout.opened',
    entity: { kind: 'experiment', id: experiment.id },
    projectId: experiment.projectId,
    after: { openings, reason },
  });
  return openings;
}

async function deleteExperiment(tx: Tx, actor: Actor, id: string): Promise<void> {
  const { projectId } = await authorise(tx, actor, 'experiment.delete', 'experiment', id);
  await tx.query('SELECT 1 FROM project WHERE id = $1 FOR NO KEY UPDATE', [projectId]);
  const [experiment] = await tx.query<{ name: string; status: string }>(
    'SELECT name, status FROM experiment WHERE id = $1 FOR UPDATE',
    [id],
  );
  if (!experiment) throw notFound('experiment');
  const [kept] = await tx.query(
    `SELECT 1 FROM model WHERE experiment_id = $1 AND (
       EXISTS (SELECT 1 FROM champion WHERE champion.project_id = $2 AND champion.model_id = model.id)
       OR EXISTS (SELECT 1 FROM promotion_request AS request
                  WHERE request.model_id = model.id AND request.status = 'pending')) LIMIT 1`,
    [id, projectId],
  );
  if (kept) {
    throw new AppError(
      'CONFLICT',
      'A model of this experiment is or was champion, or waits for approval, so it stays on record. Withdraw the request, or keep the experiment.',
    );
  }
  await tx.query('DELETE FROM experiment WHERE id = $1', [id]);
  await dropUnusedArtifacts(tx, projectId);
  tx.audit({ actor, action: 'experiment.deleted', entity: { kind: 'experiment', id }, projectId, before: experiment });
}

interface TrialRow {
  id: string;
  number: number;
  family: string;
  name: string;
  config: unknown;
  status: string;
  score: number | null;
  foldScores: unknown;
  startedAt: Date | null;
  finishedAt: Date | null;
  seconds: number | null;
  peakMb: number | null;
  attempts: number;
  failure: unknown;
  stopReason: string | null;
  generatedFeatures: unknown;
  worker: string | null;
  spec: unknown;
  model: { id: string } | null;
}

function toTrialView(row: TrialRow): TrialView {
  return {
    id: row.id,
    number: row.number,
    family: row.family,
    name: row.name,
    config: row.config as TrialView['config'],
    status: row.status as TrialView['status'],
    score: row.score,
    foldScores: row.foldScores as TrialView['foldScores'],
    startedAt: iso(row.startedAt),
    finishedAt: iso(row.finishedAt),
    seconds: row.seconds,
    peakMb: row.peakMb,
    attempts: row.attempts,
    modelId: row.model?.id ?? null,
    failure: row.failure as TrialView['failure'],
    stopReason: row.stopReason,
    generatedFeatures: row.generatedFeatures as NonNullable<TrialView['generatedFeatures']>,
    worker: row.worker,
    rungRows: (row.spec as { rungRows?: number }).rungRows ?? null,
  };
}
