import { join } from 'node:path';
import { openShared, type Shared, type SharedSet } from '../engine/datasets.ts';
import type { ResultLine } from '../record.ts';
import { meanLines } from './accuracy-means.ts';
import type { Bench, Group } from './group.ts';
import { fitOurs, predictOurs } from './ours.ts';
import type { Peer } from './peer.ts';
import { type Problem, readNumbers, takeProblem, writeProblem } from './problems.ts';
import { compareFolds, relativeDifference, type Score, scoresOf } from './scores.ts';
import { isCompared, problemOfSet } from './sets.ts';
import { plainSetting, type Setting } from './setting.ts';

/** Two settings: everything equal and nothing drawn, and one with rows and features drawn for every tree. */
const settings: Record<string, Setting> = {
  plain: plainSetting,
  sampled: { ...plainSetting, featureFraction: 0.7, rowFraction: 0.8 },
};

export const accuracy: Group = {
  name: 'accuracy',
  async run(bench) {
    const shared = await openShared();
    if (!shared) {
      process.stderr.write(
        '  Skipped: the shared data folder is not beside the repository. Name its path in LAUREL_SHARED_DIR.\n',
      );
      return;
    }
    const { datasets, quick } = bench.options;
    const folds = quick ? 2 : 10;
    const quickSets = ['abalone', 'kc1', 'sick', 'segment'];
    const names = datasets ?? (quick ? quickSets : null);
    const sets = shared.sets.filter(isCompared).filter(({ name }) => names?.includes(name) ?? true);
    for (const [name, setting] of Object.entries(settings)) {
      for (const set of sets) {
        if (unitsOf(set).every((unit) => bench.record.has(caseName(name, set.name, unit, folds)))) continue;
        await compareSet(bench, shared, set, { name, setting, folds });
      }
    }
    // a mean over some sets is no answer to the question about all of them
    if (!names) for (const line of meanLines(bench.record.lines())) bench.record.add(line);
  },
};

interface Comparison {
  name: string;
  setting: Setting;
  folds: number;
}

/** Both sides learn from nine folds and predict the tenth, at the same time: nothing is timed here. */
async function compareSet(bench: Bench, shared: Shared, set: SharedSet, { name, setting: of, folds }: Comparison) {
  const loaded = shared.scorer.loadDataset(set.name, shared.data);
  const problem = problemOfSet(loaded);
  if (!problem) {
    process.stderr.write(`  ${set.name}: no column of numbers or categories; left out.\n`);
    return;
  }
  const peer = await bench.peer('lightgbm');
  const ours: Score[][] = [];
  const theirs: Score[][] = [];
  const startedAt = performance.now();
  for (let fold = 0; fold < folds; fold++) {
    // what is drawn differs from fold to fold, so that the luck of one seed is no difference of all folds
    const setting = { ...of, seed: fold + 1 };
    const { train, test } = splitProblem(problem, loaded.folds, fold);
    const scores = scoresOfPeer(bench, peer, { train, test, setting });
    const { result } = await fitOurs(train, setting);
    ours.push(scoresOf(test, predictOurs(result.model, test)));
    theirs.push(await scores);
  }
  const seconds = Number(((performance.now() - startedAt) / 1000).toPrecision(3));
  (ours[0] as Score[]).forEach(({ unit }, s) => {
    const byFold = (scores: Score[][]) => scores.map((fold) => (fold[s] as Score).value);
    const compared = compareFolds(byFold(ours), byFold(theirs), unit === 'auc');
    bench.record.add({
      case: caseName(name, set.name, unit, folds),
      value: compared.ours,
      unit,
      peer: compared.peer,
      peerName: peer.name,
      details: {
        setting: name,
        set: set.name,
        rows: problem.rows,
        features: problem.features.length,
        folds,
        difference: compared.difference,
        standardError: compared.standardError,
        relative: relativeDifference(compared, unit),
        verdict: compared.verdict,
        byFold: { ours: byFold(ours), peer: byFold(theirs) },
        secondsOfBoth: seconds,
      },
    } satisfies Partial<ResultLine>);
  });
}

async function scoresOfPeer(
  bench: Bench,
  peer: Peer,
  { train, test, setting }: { train: Problem; test: Problem; setting: Setting },
): Promise<Score[]> {
  await peer.load('train', writeProblem(train, join(bench.folder, 'fold-train.f64')));
  await peer.load('test', writeProblem(test, join(bench.folder, 'fold-test.f64')));
  const { task, outputs } = train;
  await peer.fit({ data: 'train', learner: 'boosting', setting, task, outputs, model: 'fitted' });
  const out = join(bench.folder, 'predictions.f64');
  await peer.predict('fitted', 'test', out);
  return scoresOf(test, readNumbers(out));
}

export function splitProblem(problem: Problem, folds: string, fold: number): { train: Problem; test: Problem } {
  const rows = Array.from(folds, Number);
  const take = (keep: (digit: number) => boolean) =>
    takeProblem(problem, Int32Array.from(rows.flatMap((digit, r) => (keep(digit) ? [r] : []))));
  return { train: take((digit) => digit !== fold), test: take((digit) => digit === fold) };
}

function unitsOf({ task }: SharedSet): Score['unit'][] {
  if (task === 'binary') return ['auc', 'logloss'];
  return [task === 'multiclass' ? 'logloss' : 'rmse'];
}

function caseName(setting: string, set: string, unit: string, folds: number): string {
  return `accuracy: ${setting}, ${set}, ${unit} over ${folds} folds`;
}
