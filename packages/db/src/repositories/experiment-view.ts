import {
  type ExperimentPlan,
  type ExperimentStatus,
  type ExperimentView,
  endedStatuses,
  experimentPlan,
} from '@laurel/contracts';
import type { Sql } from '../core/sql.ts';
import { uncountedMs } from '../internal/study-state.ts';

export interface ExperimentRow {
  id: string;
  projectId: string;
  datasetId: string;
  name: string;
  target: string;
  status: string;
  request: unknown;
  seed: bigint;
  plan: unknown;
  metric: unknown;
  study: unknown;
  commands: unknown;
  warnings: unknown;
  error: unknown;
  winnerModelId: string | null;
  bestModelId: string | null;
  holdoutOpenings: number;
  createdByName: string;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

export type Metric = { id: string; label: string; higherIsBetter: boolean };

interface Counts {
  experiment_id: string;
  done: number;
  failed: number;
  running: number;
  best_score: number | null;
  baseline_score: number | null;
  now_ms: number;
}

/** The id of the family that every other one is measured against (api.md lists it). */
export const baselineFamily = 'baseline';

/** Views of these rows, with counts of their trials from one query. */
export async function toExperimentViews(sql: Sql, rows: ExperimentRow[]): Promise<ExperimentView[]> {
  if (rows.length === 0) return [];
  const counts = await sql.query<Counts>(
    `SELECT experiment.id AS experiment_id,
       count(*) FILTER (WHERE trial.status = 'completed' AND model.refit_kind IS NULL) AS done,
       count(*) FILTER (WHERE trial.status = 'failed') AS failed,
       count(*) FILTER (WHERE trial.status = 'running') AS running,
       max(trial.score) FILTER (WHERE model.id = experiment.best_model_id) AS best_score,
       max(trial.score) FILTER (WHERE trial.family = $2 AND trial.status = 'completed' AND model.refit_kind IS NULL)
         AS baseline_score,
       (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms
     FROM experiment
     LEFT JOIN trial ON trial.experiment_id = experiment.id
     LEFT JOIN model ON model.trial_id = trial.id
     WHERE experiment.id = ANY ($1) GROUP BY experiment.id`,
    [rows.map((row) => row.id), baselineFamily],
  );
  const byId = new Map(counts.map((count) => [count.experiment_id, count]));
  return rows.map((row) => toView(row, byId.get(row.id)));
}

function toView(row: ExperimentRow, counts: Counts | undefined): ExperimentView {
  const plan = row.plan === null ? null : experimentPlan.parse(row.plan);
  const error = row.error as { code: string; message: string } | null;
  return {
    id: row.id,
    projectId: row.projectId,
    datasetId: row.datasetId,
    name: row.name,
    target: row.target,
    status: row.status as ExperimentStatus,
    progress: progress(row, plan, counts),
    metric: row.metric as Metric | null,
    plan,
    request: row.request as Record<string, unknown>,
    seed: Number(row.seed),
    winnerModelId: row.winnerModelId,
    warnings: row.warnings as ExperimentView['warnings'],
    error: error === null ? null : { code: error.code, message: error.message },
    holdoutOpenings: row.holdoutOpenings,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    createdBy: row.createdByName,
  };
}

function progress(row: ExperimentRow, plan: ExperimentPlan | null, counts: Counts | undefined) {
  const ended = endedStatuses.includes(row.status as ExperimentStatus);
  const done = counts?.done ?? 0;
  const failed = counts?.failed ?? 0;
  const secondsSpent = spentMs(row, counts?.now_ms ?? 0) / 1000;
  const secondsBudget = plan?.budget.seconds ?? null;
  const trialsBudget = plan?.budget.trials ?? null;
  const shares = [
    secondsBudget === null ? null : secondsSpent / secondsBudget,
    trialsBudget === null ? null : (done + failed) / trialsBudget,
  ].filter((share) => share !== null);
  const fraction = ended ? 1 : Math.min(1, Math.max(0, ...shares));
  return {
    fraction,
    trialsDone: done,
    trialsFailed: failed,
    trialsRunning: counts?.running ?? 0,
    secondsSpent,
    secondsBudget,
    etaSeconds: eta(ended, fraction, secondsSpent, secondsBudget),
    bestScore: counts?.best_score ?? null,
    baselineScore: counts?.baseline_score ?? null,
  };
}

function eta(ended: boolean, fraction: number, spent: number, budget: number | null): number | null {
  if (ended) return 0;
  const byShare = fraction > 0 ? (spent / fraction) * (1 - fraction) : null;
  const byBudget = budget === null ? null : Math.max(0, budget - spent);
  if (byShare === null || byBudget === null) return byShare ?? byBudget;
  return Math.min(byShare, byBudget);
}

/** Milliseconds from the first claim to now or the end, without pauses and times in which no worker was alive. */
export function spentMs(
  row: { startedAt: Date | null; finishedAt: Date | null; study: unknown; commands: unknown },
  nowMs: number,
): number {
  if (row.startedAt === null) return 0;
  const end = row.finishedAt?.getTime() ?? nowMs;
  return Math.max(0, end - row.startedAt.getTime() - uncountedMs(row.study, row.commands, end));
}
