import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@laurel/contracts';
import { metricById } from '@laurel/evaluation';
import { type Pool, resultOf } from '@laurel/pool';
import { readEngineSettings } from '../env.ts';
import { boardLines, rankTrials, score } from './board.ts';
import { writeBundle } from './bundle.ts';
import { readTrainOptions, type TrainOptions, trainUsage } from './options.ts';
import { trainingPool } from './pool.ts';
import { Progress } from './progress.ts';
import type { CliProtocol, CompletedTrial, PreparedSummary } from './protocol.ts';
import { runStudy, type TrialRecord } from './run-study.ts';

/** `laurel train`: the engine alone, no server. Everything it says goes to standard error; the model to a folder. */
export async function trainCommand(args: string[]): Promise<number> {
  const options = readTrainOptions(args);
  if (!options) {
    process.stdout.write(`${trainUsage}\n`);
    return 0;
  }
  if (!existsSync(options.file)) {
    throw new AppError('NOT_FOUND', `There is no file ${options.file}. Check the name.`);
  }
  const settings = readEngineSettings();
  const workDir = await mkdtemp(join(tmpdir(), 'laurel-train-'));
  const pool = trainingPool(settings);
  try {
    pool.warm();
    return await train(options, pool, settings.workers, workDir);
  } finally {
    await pool.close();
    await rm(workDir, { recursive: true, force: true });
  }
}

async function train(
  options: TrainOptions,
  pool: Pool<CliProtocol>,
  workers: number,
  workDir: string,
): Promise<number> {
  const { file, request, seed } = options;
  const prepared = resultOf(await pool.run({ kind: 'prepare', file, request, seed, workDir }));
  say(prepared.plan.sentences.join('\n'));
  for (const warning of prepared.plan.warnings) say(`Note: ${warning.message}`);
  say('');
  const metric = metricById(prepared.plan.metric)!;
  // Milliseconds since this program started: the budget includes reading the file.
  const now = () => performance.now();
  const progress = new Progress({ out: process.stderr, prepared, higherIsBetter: metric.higherIsBetter, now });
  const trials = new Map<number, CompletedTrial>();
  const records = new Map<number, TrialRecord>();
  const { state, end } = await runStudy({
    prepared,
    pool,
    workers,
    workDir,
    now,
    onTrial: (number, trial) => {
      trials.set(number, trial);
      progress.completed(number, trial);
    },
    onRecord: (number, record) => void records.set(number, record),
    onProgress: (number, event) => progress.event(number, event),
    onState: (next) => progress.update(next),
    onStop: (listener) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, listener);
    },
  }).finally(() => progress.stop());
  if (end.winner === null) {
    say(end.message ?? 'No model could be trained.');
    return 1;
  }
  const rows = rankTrials(state, trials, metric.higherIsBetter);
  const { holdout } = await writeBundle({
    ...{ outDir: options.outDir, workDir, file, prepared, state, end, rows, trials, records },
  });
  const direction = metric.higherIsBetter ? 'higher is better' : 'lower is better';
  say(`Leaderboard by ${metric.label} (${direction}), scored on rows that a model had not seen:`);
  say(boardLines(rows, 15, process.stderr.columns ?? 120).join('\n'));
  sayRest(prepared, state, end.message);
  const winner = rows.find((row) => row.number === end.winner)!;
  const sealed = holdout?.metrics[metric.id];
  const test =
    sealed?.value == null
      ? ''
      : ` On the sealed rows: ${score(sealed.value)} [${score(sealed.ciLow ?? Number.NaN)}, ${score(sealed.ciHigh ?? Number.NaN)}].`;
  say(`\nBest: ${winner.trial.name}, ${metric.label} ${score(winner.trial.score)}.${test}`);
  say(
    `Written to ${options.outDir} after ${(now() / 1000).toFixed(1)} s. Predict with: laurel predict ${options.outDir} FILE`,
  );
  return 0;
}

function sayRest(
  prepared: PreparedSummary,
  state: { trials: { status: string }[]; warnings: { message: string }[] },
  message: string | null,
): void {
  const failed = state.trials.filter((trial) => trial.status === 'failed').length;
  if (failed > 0) say(`${failed} of ${state.trials.length} trials failed; model.json says why.`);
  for (const warning of state.warnings) say(`Note: ${warning.message}`);
  if (message && prepared.plan.budget.seconds !== null) say(message);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
