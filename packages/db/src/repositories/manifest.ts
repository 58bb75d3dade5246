import {
  AppError,
  type ExperimentManifest,
  type ExperimentStatus,
  engineVersions,
  experimentPlan,
  type ManifestTrial,
  parseOptions,
  trialRun,
} from '@laurel/contracts';
import { notFound } from '../core/authorise.ts';
import { iso, type Sql } from '../core/sql.ts';
import { studyFacts } from '../internal/study-state.ts';

interface Row {
  status: ExperimentStatus;
  seed: number;
  plan: unknown;
  study: unknown;
  engine: unknown;
  code_version: string | null;
  split_sha256: string | null;
  winner: number | null;
  name: string;
  sha256: string;
  parse: unknown;
}

/** Everything that made the models of an experiment, as it stands now. Throws STATE_INVALID before it was prepared. */
export async function readManifest(sql: Sql, experimentId: string): Promise<ExperimentManifest> {
  const [row] = await sql.query<Row>(
    `SELECT experiment.status, experiment.seed, experiment.plan, experiment.study, experiment.engine,
       experiment.code_version, experiment.split_sha256, dataset.name, dataset.sha256,
       coalesce(dataset.profile -> 'parse', dataset.parse) AS parse,
       (SELECT trial.number FROM model JOIN trial ON trial.id = model.trial_id
        WHERE model.id = experiment.winner_model_id) AS winner
     FROM experiment JOIN dataset ON dataset.id = experiment.dataset_id WHERE experiment.id = $1`,
    [experimentId],
  );
  if (!row) throw notFound('experiment');
  if (row.plan === null || row.split_sha256 === null) {
    throw new AppError('STATE_INVALID', 'This experiment is not prepared yet. Ask again when it runs.');
  }
  const trials = await readTrials(sql, experimentId);
  const plan = experimentPlan.parse(row.plan);
  const engine = engineVersions.safeParse(row.engine);
  const unknown = { laurel: row.code_version ?? 'unknown', node: 'unknown', platform: 'unknown', kernels: {} };
  return {
    schemaVersion: 1,
    experimentId,
    status: row.status,
    data: { name: row.name, sha256: row.sha256, parse: parseOptions.nullable().catch(null).parse(row.parse) },
    splitSha256: row.split_sha256,
    engine: {
      ...(engine.success ? engine.data : unknown),
      backend: trials.find((trial) => trial.run?.backend)?.run?.backend ?? null,
    },
    seed: row.seed,
    strategy: studyFacts(row.study).strategy?.id ?? plan.strategy ?? 'unknown',
    plan,
    winner: row.winner,
    trials,
  };
}

interface TrialRow {
  number: number;
  kind: 'model' | 'ensemble';
  family: string;
  name: string;
  config: Record<string, unknown>;
  seed: number;
  spec: { rungRows?: number };
  cap_ms: number;
  status: ManifestTrial['status'];
  score: number | null;
  seconds: number | null;
  peak_mb: number | null;
  worker: string | null;
  started_at: Date | null;
  finished_at: Date | null;
  stop_reason: string | null;
  failure: ManifestTrial['failure'];
  run: unknown;
  members: ManifestTrial['members'] | null;
  predict_ms_per_row: number | null;
  artifact_sha256: string | null;
}

async function readTrials(sql: Sql, experimentId: string): Promise<ManifestTrial[]> {
  const rows = await sql.query<TrialRow>(
    `SELECT trial.number, trial.kind, trial.family, trial.name, trial.config, trial.seed, trial.spec, trial.cap_ms,
       trial.status, trial.score, trial.seconds, trial.peak_mb, trial.worker, trial.started_at, trial.finished_at,
       trial.stop_reason, trial.failure, trial.run, model.members, model.predict_ms_per_row, model.artifact_sha256
     FROM trial LEFT JOIN model ON model.trial_id = trial.id WHERE trial.experiment_id = $1
       AND model.refit_kind IS NULL ORDER BY trial.number`,
    [experimentId],
  );
  return rows.map((row) => {
    const { number, kind, family, name, config, seed, status, score, seconds, worker, failure } = row;
    return {
      ...{ number, kind, family, name, config, seed, status, score, seconds, worker, failure },
      rungRows: row.spec.rungRows ?? null,
      capMs: row.cap_ms,
      peakMb: row.peak_mb,
      startedAt: iso(row.started_at),
      finishedAt: iso(row.finished_at),
      stopReason: row.stop_reason,
      run: row.run === null ? null : trialRun.parse(row.run),
      members: (row.members ?? []).map(({ trialNumber, weight }) => ({ trialNumber, weight })),
      predictMsPerRow: row.predict_ms_per_row,
      artifactSha256: row.artifact_sha256,
    };
  });
}
