import { kernelHashes, type StudyState } from '@laurel/automl';
import type { ExperimentManifest, ManifestTrial } from '@laurel/contracts';
import program from '../../package.json' with { type: 'json' };
import type { CompletedTrial, PreparedSummary } from './protocol.ts';
import type { StudyEnd, TrialRecord } from './run-study.ts';

export interface ManifestInput {
  /** name of the data file */
  file: string;
  prepared: PreparedSummary;
  state: StudyState;
  end: StudyEnd;
  trials: ReadonlyMap<number, CompletedTrial>;
  records: ReadonlyMap<number, TrialRecord>;
}

export const laurelVersion = program.version;

/** Everything that made the models of a run, as `GET /experiments/{id}/manifest` says it of an experiment. */
export function manifestOf({ file, prepared, state, end, trials, records }: ManifestInput): ExperimentManifest {
  const described = state.trials.map((trial) => describe(trial, trials.get(trial.number), records.get(trial.number)));
  return {
    schemaVersion: 1,
    experimentId: null,
    status: end.status,
    data: { name: file, sha256: prepared.fileSha256, parse: prepared.parse },
    splitSha256: prepared.splitSha256,
    engine: {
      laurel: laurelVersion,
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      backend: described.find((trial) => trial.run?.backend)?.run?.backend ?? null,
      kernels: kernelHashes(),
    },
    seed: state.plan.seed,
    strategy: (state.strategy as { id: string }).id,
    plan: state.plan,
    winner: end.winner,
    trials: described,
  };
}

function describe(
  trial: StudyState['trials'][number],
  completed: CompletedTrial | undefined,
  record: TrialRecord | undefined,
): ManifestTrial {
  const { number, kind, family, config, seed, status, score, seconds, failure } = trial;
  return {
    ...{ number, kind, family, config, seed, status, score, seconds, failure },
    name: completed?.name ?? family,
    rungRows: trial.rungRows ?? null,
    capMs: record?.capMs ?? 0,
    peakMb: record?.peakMb ?? null,
    worker: record?.worker ?? null,
    startedAt: record?.startedAt ?? null,
    finishedAt: record?.finishedAt ?? null,
    stopReason: trial.stopReason ?? null,
    run: record?.run ?? null,
    members: completed?.members ?? [],
    predictMsPerRow: completed?.predictMsPerRow ?? null,
    artifactSha256: completed?.artifactSha256 ?? null,
  };
}
