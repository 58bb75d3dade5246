import { parseArgs } from 'node:util';
import { openShared } from '../engine/datasets.ts';
import { runFold } from '../engine/train.ts';
import { createRecorder, type Recorder } from '../record.ts';
import { caseName, report } from './summary.ts';
import { ablationSets, type Variant, variantNames, variants } from './variants.ts';

const usage = `Usage: npm run bench -- ablation [options]

What portfolio, search, made features and ensemble each add: trains on nine of ten folds with the whole engine and
without each of them, and scores the tenth. Needs the shared data folder beside the repository, or its path in
LAUREL_SHARED_DIR.

  --budget 30        seconds for each run (30)
  --datasets a,b     names (the twelve sets of the quality benchmark)
  --folds 0          (0)
  --variants "a,b"   ${variantNames.join(', ')} (all)
  --report           only the tables of what is measured for this machine and this code
  --again            measure again what has a line
  --no-setup         measure what is built already`;

const { values } = parseArgs({
  options: {
    budget: { type: 'string', default: '30' },
    datasets: { type: 'string' },
    folds: { type: 'string', default: '0' },
    variants: { type: 'string' },
    report: { type: 'boolean' },
    again: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

if (values.help) process.stdout.write(`${usage}\n`);
else process.exitCode = await main();

async function main(): Promise<number> {
  const budget = Number(values.budget.replace(/s$/, ''));
  const folds = values.folds.split(',').map(Number);
  const chosen = (values.variants?.split(',') ?? variantNames) as Variant[];
  const isFold = (fold: number) => Number.isInteger(fold) && fold >= 0 && fold <= 9;
  if (!(budget >= 5) || !folds.every(isFold) || chosen.some((name) => !(name in variants))) {
    process.stderr.write(`Folds are 0 to 9, the budget at least 5 seconds, the variants as listed.\n\n${usage}\n`);
    return 2;
  }
  const record = createRecorder({ bench: 'ablation', again: values.again === true });
  const failed = values.report ? [] : await measureAll(record, { budget, folds, chosen });
  if (failed === null) return 0;
  process.stdout.write(`\n${report(record.lines())}\n`);
  if (failed.length > 0) process.stderr.write(`Not measured: ${failed.join('; ')}; the lines above say why.\n`);
  return failed.length > 0 ? 1 : 0;
}

interface Asked {
  budget: number;
  folds: readonly number[];
  chosen: readonly Variant[];
}

/** Measures what has no line; answers what failed, or null where there is no data. */
async function measureAll(record: Recorder, { budget, folds, chosen }: Asked): Promise<string[] | null> {
  const shared = await openShared();
  if (!shared) {
    process.stderr.write(
      'Skipped: the shared data folder is not beside the repository. Name its path in LAUREL_SHARED_DIR.\n',
    );
    return null;
  }
  const datasets = values.datasets?.split(',') ?? ablationSets;
  const cases = datasets.flatMap((dataset) =>
    folds.flatMap((fold) => chosen.map((variant) => ({ dataset, fold, variant }))),
  );
  const failed: string[] = [];
  for (const { dataset, fold, variant } of cases) {
    const name = caseName(`${dataset}, fold ${fold}, ${budget} s`, variant);
    if (record.has(name)) continue;
    try {
      const set = shared.scorer.loadDataset(dataset, shared.data);
      const result = await runFold(shared.scorer, set, fold, budget, variants[variant]);
      const { metric, score, trainSeconds, winner, models } = result;
      record.add({ case: name, value: score, unit: metric, details: { trainSeconds, winner, models } });
    } catch (error) {
      failed.push(name);
      process.stderr.write(`${name} failed: ${(error as Error).message}\n`);
    }
  }
  return failed;
}
