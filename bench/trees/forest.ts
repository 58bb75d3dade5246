import { join } from 'node:path';
import { byTurns, medianOf, short } from './by-turns.ts';
import type { Bench, Group } from './group.ts';
import { forestOurs, predictOurs } from './ours.ts';
import { higgsLike, readNumbers, thousands, writeProblem } from './problems.ts';
import { type Score, scoresOf } from './scores.ts';
import { plainSetting } from './setting.ts';

const learners = ['random-forest', 'extra-trees'] as const;
const trees = 100;

/** Forests of 100 trees of full depth against scikit-learn's: seconds, and scores on rows that neither has seen. */
export const forest: Group = {
  name: 'forest',
  async run(bench) {
    for (const rows of bench.options.quick ? [2000] : [10_000, 100_000]) {
      for (const learner of learners) {
        if (!bench.record.has(caseName(rows, learner, 'auc'))) await measure(bench, rows, learner);
      }
    }
  },
};

async function measure(bench: Bench, rows: number, learner: (typeof learners)[number]): Promise<void> {
  const problem = higgsLike({ task: 'binary', rows, seed: 1 });
  const testing = higgsLike({ task: 'binary', rows: 20_000, seed: 2 });
  const peer = await bench.peer('sklearn');
  await peer.load('train', writeProblem(problem, join(bench.folder, 'train.f64')));
  await peer.load('test', writeProblem(testing, join(bench.folder, 'test.f64')));
  const setting = { ...plainSetting, rounds: trees };
  let scores: Score[] = [];
  let memoryBytes = 0;
  const runs = await byTurns(
    [
      {
        name: 'ours',
        run: async () => {
          const { result, seconds } = await forestOurs(problem, learner, setting);
          scores = scoresOf(testing, predictOurs(result.model, testing));
          memoryBytes = result.memoryBytes;
          return { s: seconds };
        },
      },
      {
        name: 'peer',
        run: async () => {
          const { task, outputs } = problem;
          const fitted = await peer.fit({ data: 'train', learner, setting, task, outputs, model: 'fitted' });
          return { s: fitted.whole };
        },
      },
    ],
    // a minute each for the large ones
    rows > 20_000 ? 1 : bench.options.repeats,
  );
  const out = join(bench.folder, 'predictions.f64');
  await peer.predict('fitted', 'test', out);
  const theirs = scoresOf(testing, readNumbers(out));
  await peer.drop('train');
  await peer.drop('test');
  const record = (unit: string, value: number, peerValue: number, details: Record<string, unknown>) =>
    bench.record.add({
      case: caseName(rows, learner, unit),
      value,
      unit,
      peer: peerValue,
      peerName: peer.name,
      details,
    });
  record('s', medianOf(runs.ours, 's') as number, medianOf(runs.peer, 's') as number, {
    runs: { ours: short(runs.ours.s ?? []), peer: short(runs.peer.s ?? []) },
    memoryBytes,
  });
  for (const { unit, value } of scores) {
    record(unit, value, theirs.find((score) => score.unit === unit)?.value as number, { testRows: testing.rows });
  }
}

function caseName(rows: number, learner: string, unit: string): string {
  return `forest: ${learner}, ${thousands(rows)} x 28, ${trees} trees, ${unit === 's' ? 'seconds' : `${unit} on 20k rows`}`;
}
