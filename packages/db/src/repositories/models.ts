import {
  type ExperimentPlan,
  experimentPlan,
  type Interval,
  learningCurves,
  type ModelInput,
  type ModelView,
} from '@laurel/contracts';
import { authorise, notFound, requireAction } from '../core/authorise.ts';
import type { Context } from '../core/context.ts';
import { paging } from '../core/page.ts';
import type { Sql } from '../core/sql.ts';
import type { ModelRepository } from '../types.ts';
import type { Metric } from './experiment-view.ts';

export function createModelRepository({ database, prisma }: Context): ModelRepository {
  return {
    async list(actor, filter, page) {
      requireAction(actor, 'model.read');
      if (filter.projectId !== undefined) await authorise(database, actor, 'model.read', 'project', filter.projectId);
      if (filter.experimentId !== undefined) {
        await authorise(database, actor, 'model.read', 'experiment', filter.experimentId);
      }
      const paged = paging(page, { createdAt: 'date', name: 'text' });
      const mine =
        actor.installationRole === 'admin' ? {} : { project: { members: { some: { userId: actor.userId } } } };
      const asked = {
        ...(filter.projectId === undefined ? {} : { projectId: filter.projectId }),
        ...(filter.experimentId === undefined ? {} : { experimentId: filter.experimentId }),
      };
      const rows = await prisma.model.findMany({
        where: { AND: [mine, asked, paged.where] },
        orderBy: paged.orderBy,
        take: paged.take,
        select: { id: true, createdAt: true, name: true },
      });
      const { items, nextCursor } = paged.toPage(rows, (row) => row.id);
      const views = new Map((await readModels(database, { ids: items })).map((view) => [view.id, view]));
      return { items: items.flatMap((id) => views.get(id) ?? []), nextCursor };
    },
    async get(actor, id) {
      await authorise(database, actor, 'model.read', 'model', id);
      const [view] = await readModels(database, { ids: [id] });
      if (!view) throw notFound('model');
      return view;
    },
    async learningCurves(actor, id) {
      await authorise(database, actor, 'model.read', 'model', id);
      const row = await prisma.model.findUnique({ where: { id }, select: { learningCurves: true } });
      if (!row) throw notFound('model');
      return learningCurves.parse(row.learningCurves);
    },
  };
}

export interface ModelRow {
  id: string;
  project_id: string;
  experiment_id: string;
  number: number;
  family: string;
  name: string;
  score: number;
  validation: ModelView['score'];
  metrics: Record<string, number | null>;
  holdout_metrics: Record<string, Interval> | null;
  config: Record<string, unknown>;
  members: ModelView['lineage']['members'];
  artifact_sha256: string;
  artifact_kept: boolean;
  size_bytes: number;
  fit_seconds: number;
  predict_ms_per_row: number;
  finishing: { calibration?: 'temperature' | 'isotonic'; threshold?: number } | null;
  refit_of: string | null;
  refit_kind: 'full' | 'distilled' | null;
  created_at: Date;
  stop_reason: string | null;
  generated_features: NonNullable<ModelView['generatedFeatures']>;
  plan: unknown;
  metric: Metric;
  inputs: ModelInput[];
  split_sha256: string;
  code_version: string;
  holdout_openings: number;
  dataset_id: string;
  dataset_name: string;
  dataset_version: number;
  dataset_sha256: string;
  champion: boolean;
}

const select = `SELECT model.id, model.project_id, model.experiment_id, trial.number, model.family, model.name,
    model.score, model.validation, model.metrics, model.holdout_metrics, trial.config, model.members,
    model.artifact_sha256, model.artifact_kept, model.size_bytes, model.fit_seconds, model.predict_ms_per_row,
    model.finishing, model.refit_of, model.refit_kind, model.created_at, trial.stop_reason, trial.generated_features, experiment.plan, experiment.metric, experiment.inputs, experiment.split_sha256,
    experiment.code_version, experiment.holdout_openings, dataset.id AS dataset_id, dataset.name AS dataset_name,
    dataset.version AS dataset_version, dataset.sha256 AS dataset_sha256,
    EXISTS (SELECT 1 FROM champion WHERE champion.project_id = model.project_id AND champion.model_id = model.id
            AND champion.ended_at IS NULL) AS champion
  FROM model
  JOIN trial ON trial.id = model.trial_id
  JOIN experiment ON experiment.id = model.experiment_id
  JOIN dataset ON dataset.id = experiment.dataset_id`;

/** Rows with everything a view needs. Unscoped: callers have asked `authorise` for the ids or the experiment. */
export function readModelRows(sql: Sql, which: { ids: string[] } | { experimentId: string }): Promise<ModelRow[]> {
  return 'ids' in which
    ? sql.query<ModelRow>(`${select} WHERE model.id = ANY ($1)`, [which.ids])
    : sql.query<ModelRow>(`${select} WHERE model.experiment_id = $1`, [which.experimentId]);
}

/** Views, best first by the plan's metric; of equal scores the earlier trial first. */
export async function readModels(sql: Sql, which: { ids: string[] } | { experimentId: string }): Promise<ModelView[]> {
  const rows = await readModelRows(sql, which);
  rows.sort((a, b) => (a.metric.higherIsBetter ? b.score - a.score : a.score - b.score) || a.number - b.number);
  return rows.map((row) => toModelView(row, experimentPlan.parse(row.plan)));
}

function toModelView(row: ModelRow, plan: ExperimentPlan): ModelView {
  const opened = row.holdout_openings > 0;
  return {
    id: row.id,
    projectId: row.project_id,
    experimentId: row.experiment_id,
    trialNumber: row.number,
    family: row.family,
    name: row.name,
    task: plan.task,
    target: plan.target,
    labels: plan.labels,
    positiveClass: plan.positiveClass,
    metric: row.metric,
    score: row.validation,
    metrics: row.metrics,
    holdout: (opened && row.holdout_metrics?.[plan.metric]) || null,
    config: row.config,
    inputs: row.inputs,
    lineage: {
      datasetId: row.dataset_id,
      datasetName: row.dataset_name,
      datasetVersion: row.dataset_version,
      datasetSha256: row.dataset_sha256,
      splitSha256: row.split_sha256,
      seed: plan.seed,
      codeVersion: row.code_version,
      artifactSha256: row.artifact_sha256,
      members: row.members,
      calibration: row.finishing?.calibration ?? null,
      threshold: row.finishing?.threshold ?? null,
      refitOf: row.refit_of && row.refit_kind ? { modelId: row.refit_of, kind: row.refit_kind } : null,
    },
    stopReason: row.stop_reason,
    generatedFeatures: row.generated_features,
    sizeBytes: row.size_bytes,
    fitSeconds: row.fit_seconds,
    predictMsPerRow: row.predict_ms_per_row,
    hasArtifact: row.artifact_kept,
    champion: row.champion,
    createdAt: row.created_at.toISOString(),
  };
}
