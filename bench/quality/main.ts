import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type LoadedSet, openShared, type Shared } from '../engine/datasets.ts';
import { sleep, sum } from '../numbers.ts';
import { codeVersion, laurelVersion, machineName, root } from '../record.ts';
import { runLaurel } from './laurel.ts';
import { peerTools, peerVersions, runPeer } from './peer.ts';
import { keyOf, type QualityLine, quietShare, type RunKey } from './run.ts';
import { report } from './summary.ts';

/** The comparison: folds, budget and peers are fixed, so that nobody chooses them after the fact. */
const settings: Readonly<Record<string, { datasets: string[]; folds: number[]; peers: string[] }>> = {
  '60': {
    datasets: [
      ...['abalone', 'adult', 'amazon-employee-access', 'car', 'cnae-9', 'jungle-chess'],
      ...['mfeat-factors', 'pol', 'segment', 'sylvine', 'vehicle', 'wine-quality-white'],
    ],
    folds: [0, 1],
    peers: ['flaml', 'h2o', 'autogluon-medium'],
  },
  '300': {
    datasets: ['adult', 'amazon-employee-access', 'car', 'pol', 'vehicle', 'wine-quality-white'],
    folds: [0],
    peers: ['flaml', 'h2o', 'autogluon-good'],
  },
};

const usage = `Usage: npm run bench -- quality [options]

Head to head with other AutoML tools: the same nine of ten folds, the same seconds, two threads, one machine, no rows held
out. Needs the shared data folder beside the repository, or its path in LAUREL_SHARED_DIR.

  --budget 60        seconds for each run: 60 or 300 have their datasets, folds and peers; others use those of 60 (60)
  --tools a,b        laurel and ${Object.keys(peerTools).join(', ')} (laurel and the peers of the budget)
  --datasets a,b     names (those of the budget)
  --folds 0,1        (those of the budget)
  --python PATH      a Python that has the peers, see bench/README.md (LAUREL_BENCH_PYTHON, else python3)
  --report           only the tables of what is measured
  --again            measure again what has a line
  --no-setup         measure what is built already`;

const { values } = parseArgs({
  options: {
    budget: { type: 'string', default: '60' },
    tools: { type: 'string' },
    datasets: { type: 'string' },
    folds: { type: 'string' },
    python: { type: 'string' },
    report: { type: 'boolean' },
    again: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

const file = join(root, 'bench/results/quality.jsonl');
if (values.help) process.stdout.write(`${usage}\n`);
else process.exitCode = await main();

async function main(): Promise<number> {
  const budget = Number(values.budget.replace(/s$/, ''));
  const setting = settings[String(budget)] ?? settings['60']!;
  const folds = values.folds?.split(',').map(Number) ?? setting.folds;
  const tools = values.tools?.split(',') ?? ['laurel', ...setting.peers];
  const unknown = tools.filter((tool) => tool !== 'laurel' && !(tool in peerTools));
  if (unknown.length > 0) {
    process.stderr.write(`There is no tool ${unknown.join(', ')}.\n\n${usage}\n`);
    return 2;
  }
  if (!(budget >= 5) || folds.some((fold) => !Number.isInteger(fold) || fold < 0 || fold > 9)) {
    process.stderr.write(`Folds are whole numbers from 0 to 9, the budget at least 5 seconds.\n\n${usage}\n`);
    return 2;
  }
  const datasets = values.datasets?.split(',') ?? setting.datasets;
  if (values.report) return show({ datasets, folds, budget, tools });
  const shared = await openShared();
  if (!shared) {
    process.stderr.write(
      'Skipped: the shared data folder is not beside the repository. Name its path in LAUREL_SHARED_DIR.\n',
    );
    return 0;
  }
  const failed = await measureAll(shared, { datasets, folds, budget, tools });
  show({ datasets, folds, budget, tools });
  if (failed.length > 0) process.stderr.write(`Not measured: ${failed.join('; ')}; the lines above say why.\n`);
  return failed.length > 0 ? 1 : 0;
}

interface Asked {
  datasets: string[];
  folds: number[];
  budget: number;
  tools: string[];
}

async function measureAll(shared: Shared, { datasets, folds, budget, tools }: Asked): Promise<string[]> {
  const python = values.python ?? process.env.LAUREL_BENCH_PYTHON ?? 'python3';
  const codes = new Map(tools.map((tool) => [tool, codeOf(tool, python)]));
  const known = new Set(readLines().map(keyOf));
  const failed: string[] = [];
  for (const dataset of datasets) {
    let set: LoadedSet | null = null;
    for (const fold of folds) {
      for (const tool of tools) {
        const { code, versions } = codes.get(tool)!;
        const key: RunKey = { tool, dataset, fold, budget, machine: machineName(), code };
        if (known.has(keyOf(key)) && !values.again) continue;
        process.stderr.write(`${dataset}, fold ${fold}, ${budget} s, ${tool} … `);
        try {
          set ??= shared.scorer.loadDataset(dataset, shared.data);
          const busyBefore = await quiet();
          const result =
            tool === 'laurel'
              ? await runLaurel(shared, set, fold, budget)
              : await runPeer(shared, set, { tool, fold, budget, python });
          add({ ...key, ...result, versions, busyBefore, date: new Date().toISOString() });
          process.stderr.write(
            `${result.metric} ${result.score.toPrecision(5)} in ${result.fitSeconds.toFixed(1)} s\n`,
          );
        } catch (error) {
          failed.push(`${tool} on ${dataset}, fold ${fold}`);
          process.stderr.write(`failed: ${(error as Error).message}\n`);
        }
      }
    }
  }
  return failed;
}

/** Waits, at most a minute, until two seconds pass with the processors nearly idle; answers the share that was at work. */
async function quiet(): Promise<number> {
  let busy = 1;
  for (let waited = 0; waited < 60 && busy > quietShare; waited += 2) busy = await busyShare(2000);
  return Number(busy.toFixed(2));
}

/** Share of all processors' time that was not idle during the next milliseconds. */
async function busyShare(ms: number): Promise<number> {
  const read = () => {
    const times = cpus().map(({ times }) => times);
    const idle = sum(times.map((time) => time.idle));
    return { idle, all: sum(times.flatMap((time) => Object.values(time))) };
  };
  const before = read();
  await sleep(ms);
  const after = read();
  return 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all);
}

function codeOf(tool: string, python: string): { code: string; versions: Record<string, string> } {
  if (tool === 'laurel') return { code: codeVersion(), versions: { laurel: laurelVersion(), node: process.version } };
  const versions = peerVersions(tool, python);
  const code = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return { code: code.join(', '), versions };
}

function add(line: QualityLine): void {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}

function readLines(): QualityLine[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as QualityLine);
}

function show({ datasets, folds, budget, tools }: Asked): number {
  const asked = readLines().filter(
    (line) =>
      line.budget === budget &&
      line.machine === machineName() &&
      datasets.includes(line.dataset) &&
      folds.includes(line.fold) &&
      tools.includes(line.tool),
  );
  process.stdout.write(`\n${report(asked, tools)}\n`);
  return 0;
}
