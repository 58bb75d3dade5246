import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { laurel } from '../engine/train.ts';
import { latestSeconds } from '../numbers.ts';
import { createRecorder, type Recorder } from '../record.ts';
import { type Size, sizes, writeTable } from './tables.ts';

const usage = `Usage: npm run bench -- budget [options]

Trains with the command line on made tables of 100 to 1,000,000 rows and of 857 columns, and looks whether the model is
written within 1.02 of the budget and 3 seconds, from the start of the process, and when the first model was there. Ends
with code 1 when one is late.

  --budget 20      seconds for each run (20; at least 60 from 494k rows on)
  --sizes a,b      names of tables: 100 rows, 10k rows, 100k rows, 494k rows, 1M rows, 857 columns (all)
  --again          measure again what has a line for this machine and this code
  --no-setup       measure what is built already`;

/** Starting, reading and planning may take this share of the budget. */
const startShare = 0.08;

const { values } = parseArgs({
  options: {
    budget: { type: 'string', default: '20' },
    sizes: { type: 'string' },
    again: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

if (values.help) process.stdout.write(`${usage}\n`);
else process.exitCode = await main(Number(values.budget.replace(/s$/, '')), values.sizes?.split(','));

async function main(budget: number, names: readonly string[] | undefined): Promise<number> {
  const chosen = sizes.filter(({ name }) => names === undefined || names.includes(name));
  if (!(budget >= 5) || chosen.length === 0) {
    process.stderr.write(`The budget is at least 5 seconds, and the sizes are as listed.\n\n${usage}\n`);
    return 2;
  }
  const record = createRecorder({ bench: 'budget', again: values.again === true });
  const given = (size: Size) => Math.max(budget, size.fewestSeconds ?? 0);
  for (const size of chosen) {
    if (!record.has(caseOf(size, given(size)))) await measure(size, given(size), record);
  }
  process.stdout.write(`\n${record.table()}\n`);
  const latest = new Map(chosen.map((size) => [caseOf(size, given(size)), latestSeconds(given(size))]));
  const late = record.lines().filter((line) => line.value > (latest.get(line.case) ?? Number.POSITIVE_INFINITY));
  for (const line of late) {
    process.stderr.write(`Late: ${line.case} after ${line.value} s, ${latest.get(line.case)} s are allowed.\n`);
  }
  return late.length > 0 ? 1 : 0;
}

function caseOf({ name }: Size, budget: number): string {
  return `${name}, ${budget} s: ready`;
}

async function measure(size: Size, budget: number, record: Recorder): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'laurel-budget-'));
  try {
    const at = (name: string) => join(folder, name);
    process.stderr.write(`${size.name} …\n`);
    await writeTable(at('table.csv'), size);
    const args = ['train', at('table.csv'), '--target', 'class', '--budget', `${budget}s`, '--holdout', '0'];
    const run = await laurel([...args, '--out', at('model')], at('train.out'));
    const { model, leaderboard } = JSON.parse(readFileSync(at('model/model.json'), 'utf8')) as {
      model: { name: string };
      leaderboard: unknown[];
    };
    const details = { winner: model.name, models: leaderboard.length, peakMb: run.peakMb };
    const of = caseOf(size, budget);
    record.add({ case: of, value: run.seconds, unit: 's', peer: latestSeconds(budget), peerName: 'target', details });
    const start = of.replace('ready', 'started, read and planned');
    record.add({ case: start, value: run.firstWordsSeconds, unit: 's', peer: startShare * budget, peerName: 'target' });
    if (run.firstModelSeconds === null) return;
    const first = of.replace('ready', 'first model');
    const target = size.firstModelSeconds === undefined ? {} : { peer: size.firstModelSeconds, peerName: 'target' };
    record.add({ case: first, value: run.firstModelSeconds, unit: 's', ...target });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
