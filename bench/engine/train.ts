import { spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { residentMb } from '../platform/processes.ts';
import { root } from '../record.ts';
import { type LoadedSet, type Scorer, splitFold } from './datasets.ts';

export interface FoldResult {
  metric: string;
  score: number;
  trainSeconds: number;
  predictSeconds: number;
  /** sum of the resident memory of the program and its children at its highest, looked at four times a second */
  peakMb: number;
  /** what won, and how many models were compared */
  winner: string;
  models: number;
}

/**
 * Trains on nine folds with the command line, predicts the tenth, scores it. Two processes train, as the peers' two
 * threads. `more` are further options of `laurel train`.
 */
export async function runFold(
  scorer: Scorer,
  set: LoadedSet,
  fold: number,
  budgetSeconds: number,
  more: readonly string[] = [],
): Promise<FoldResult> {
  const folder = mkdtempSync(join(tmpdir(), 'laurel-bench-'));
  try {
    const at = (name: string) => join(folder, name);
    const { train, test } = splitFold(set, fold);
    writeFileSync(at('train.csv'), train);
    writeFileSync(at('test.csv'), test);
    const { task, target } = set.info;
    const options = [
      '--target',
      target,
      '--task',
      task,
      '--budget',
      `${budgetSeconds}s`,
      '--holdout',
      '0',
      '--seed',
      '1',
      ...more,
    ];
    const trained = await laurel(['train', at('train.csv'), ...options, '--out', at('model')], at('train.out'));
    const probabilities = task === 'regression' ? [] : ['--probabilities'];
    const out = at('predictions.csv');
    const predicted = await laurel(['predict', at('model'), at('test.csv'), ...probabilities], out);
    const { metric, score } = scorer.score(set, fold, scorer.parseCsv(readFileSync(out, 'utf8')));
    const { model, leaderboard } = JSON.parse(readFileSync(at('model/model.json'), 'utf8')) as {
      model: { name: string };
      leaderboard: unknown[];
    };
    return {
      metric,
      score,
      trainSeconds: trained.seconds,
      predictSeconds: predicted.seconds,
      peakMb: Math.max(trained.peakMb, predicted.peakMb),
      winner: model.name,
      models: leaderboard.length,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A finished model, as `laurel train` reports it to a log: number, name and score. The baseline is none. */
const finishedModel = /^ *[0-9.]+ s +#[0-9]+ (?!Baseline).*: -?[0-9]/m;

/**
 * Runs a command of the bundled program with its standard output in a file. It first speaks when it has read its data;
 * `firstModelSeconds` is when the first model besides the baseline was finished, null where there was none.
 */
export async function laurel(
  args: string[],
  outputFile: string,
): Promise<{ seconds: number; firstWordsSeconds: number; firstModelSeconds: number | null; peakMb: number }> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [join(root, 'apps/cli/dist/main.js'), ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', LAUREL_ROOT: root, LAUREL_WORKERS: '2' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let peakMb = 0;
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, residentMb(child.pid as number));
  }, 250);
  let said = '';
  let firstWordsAt = startedAt;
  let firstModelAt: number | null = null;
  child.stderr.once('data', () => {
    firstWordsAt = performance.now();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-20_000);
    if (firstModelAt === null && finishedModel.test(said)) firstModelAt = performance.now();
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  await pipeline(child.stdout, createWriteStream(outputFile));
  const code = await ended;
  clearInterval(watch);
  if (code !== 0)
    throw new Error(`laurel ${args[0]} ended with code ${code}: ${said.trimEnd().split('\n').slice(-5).join(' ')}`);
  const secondsTo = (atMs: number) => (atMs - startedAt) / 1000;
  return {
    seconds: secondsTo(performance.now()),
    firstWordsSeconds: secondsTo(firstWordsAt),
    firstModelSeconds: firstModelAt === null ? null : secondsTo(firstModelAt),
    peakMb: Math.round(peakMb),
  };
}
