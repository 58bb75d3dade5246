import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { decodePredictions, decodePrepared, evaluateModel, type StudyState, sha256Hex } from '@laurel/automl';
import type { Evaluation } from '@laurel/contracts';
import type { BoardRow } from './board.ts';
import { laurelVersion, manifestOf } from './manifest.ts';
import type { CompletedTrial, PreparedSummary } from './protocol.ts';
import type { StudyEnd, TrialRecord } from './run-study.ts';

export interface BundleInput {
  outDir: string;
  workDir: string;
  file: string;
  prepared: PreparedSummary;
  state: StudyState;
  end: StudyEnd;
  rows: BoardRow[];
  trials: ReadonlyMap<number, CompletedTrial>;
  records: ReadonlyMap<number, TrialRecord>;
}

/** Writes the winner and what is known of it to the output folder. Answers its evaluations. */
export async function writeBundle(input: BundleInput): Promise<{ oof: Evaluation; holdout: Evaluation | null }> {
  const { outDir, workDir, prepared, state, end } = input;
  const winner = input.rows.find((row) => row.number === end.winner)!;
  const modelPath = join(workDir, `trial-${winner.number}.model`);
  const data = decodePrepared(await readFile(join(workDir, 'prepared.bin')));
  const predictions = decodePredictions(await readFile(join(workDir, `trial-${winner.number}.predictions`)));
  const { threshold } = predictions;
  const oof = evaluateModel({ prepared: data, predictions: predictions.oof, split: 'oof', threshold });
  const sealed = predictions.holdout.length > 0;
  const holdout = sealed
    ? evaluateModel({ prepared: data, predictions: predictions.holdout, split: 'holdout', threshold })
    : null;
  const trial = state.trials.find((candidate) => candidate.number === winner.number)!;
  const description = {
    schemaVersion: 1,
    createdAt: new Date().toISOString(),
    versions: { laurel: laurelVersion, node: process.version },
    data: { file: basename(input.file), sha256: prepared.fileSha256, splitSha256: prepared.splitSha256 },
    model: {
      trialNumber: winner.number,
      name: winner.trial.name,
      family: winner.family,
      config: trial.config,
      seed: trial.seed,
      members: winner.trial.members,
      artifactSha256: sha256Hex(await readFile(modelPath)),
      sizeBytes: winner.trial.sizeBytes,
      predictMsPerRow: winner.trial.predictMsPerRow,
      calibration: winner.trial.finishing.calibration?.method ?? null,
      threshold: threshold ?? null,
      learningCurves: winner.trial.learningCurves,
    },
    metric: state.plan.metric,
    score: winner.trial.validation,
    metrics: oof.metrics,
    holdoutMetrics: holdout?.metrics ?? null,
    inputs: prepared.inputs,
    seed: state.plan.seed,
    plan: state.plan,
    warnings: [...state.plan.warnings, ...state.warnings],
    message: end.message,
    leaderboard: input.rows.map((row) => boardEntry(row, state)),
    failed: state.trials
      .filter(({ status }) => status === 'failed')
      .map(({ number, family, config, failure }) => ({ number, family, config, failure })),
    pruned: state.trials
      .filter(({ status }) => status === 'pruned')
      .map(({ number, family, config, score, stopReason }) => ({ number, family, config, score, stopReason })),
  };
  await mkdir(outDir, { recursive: true });
  // Each file appears whole or not at all, the description last.
  await copyFile(modelPath, join(outDir, '.model.laurel.new'));
  await rename(join(outDir, '.model.laurel.new'), join(outDir, 'model.laurel'));
  const manifest = manifestOf({ ...input, file: basename(input.file) });
  await writeFile(join(outDir, '.manifest.json.new'), `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(join(outDir, '.manifest.json.new'), join(outDir, 'manifest.json'));
  await writeFile(join(outDir, '.model.json.new'), `${JSON.stringify(description, null, 2)}\n`);
  await rename(join(outDir, '.model.json.new'), join(outDir, 'model.json'));
  return { oof, holdout };
}

function boardEntry({ rank, number, family, trial }: BoardRow, state: StudyState) {
  const { name, validation, metrics, fitSeconds, predictMsPerRow, sizeBytes, truncated, notBetterThanBest } = trial;
  const config = state.trials.find((candidate) => candidate.number === number)?.config ?? {};
  return {
    rank,
    trialNumber: number,
    family,
    name,
    config,
    validation,
    metrics,
    fitSeconds,
    predictMsPerRow,
    sizeBytes,
    badges: [...(truncated ? ['truncated'] : []), ...(notBetterThanBest ? ['not better than the best model'] : [])],
  };
}
