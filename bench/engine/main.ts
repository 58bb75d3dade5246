import { parseArgs } from 'node:util';
import { latestSeconds } from '../numbers.ts';
import { createRecorder, type Recorder } from '../record.ts';
import { type Verdict, verdictOf } from '../table.ts';
import { type LoadedSet, openShared, type Shared } from './datasets.ts';
import { bestPeer, type PeerScore, readPeers } from './peers.ts';
import { runFold } from './train.ts';

const usage = `Usage: npm run bench -- engine [options]

Trains with the command line on nine of ten fixed folds, predicts the tenth, and compares with single models of other
tools on the same folds. Needs the shared data folder beside the repository, or its path in LAUREL_SHARED_DIR.

  --datasets a,b   names (those that peers were measured on and whose rows have no order in time)
  --folds 0,1      (0)
  --budget 60      seconds for each run (60)
  --again          measure again what has a line for this machine and this code
  --no-setup       measure what is built already`;

/** A random fold would let a model look into the future of these. */
const ordered = ['electricity', 'bike-hour', 'taxis', 'vic-elec', 'airline-passengers', 'daily-min-temperatures'];

const { values } = parseArgs({
  options: {
    datasets: { type: 'string' },
    folds: { type: 'string', default: '0' },
    budget: { type: 'string', default: '60' },
    again: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

if (values.help) process.stdout.write(`${usage}\n`);
else process.exitCode = await main();

async function main(): Promise<number> {
  const shared = await openShared();
  if (!shared) {
    process.stderr.write(
      'Skipped: the shared data folder is not beside the repository. Name its path in LAUREL_SHARED_DIR.\n',
    );
    return 0;
  }
  const folds = values.folds.split(',').map(Number);
  const budget = Number(values.budget.replace(/s$/, ''));
  const wrong = folds.some((fold) => !Number.isInteger(fold) || fold < 0 || fold > 9) || !(budget >= 5);
  if (wrong) {
    process.stderr.write(`Folds are whole numbers from 0 to 9, the budget at least 5 seconds.\n\n${usage}\n`);
    return 2;
  }
  const peers = readPeers(shared.peersFile);
  const withPeers = [...new Set(peers.map(({ dataset }) => dataset))].filter((name) => !ordered.includes(name));
  const names = values.datasets?.split(',') ?? withPeers;
  const record = createRecorder({ bench: 'engine', again: values.again === true });
  const verdicts: { tool: string; verdict: Verdict }[] = [];
  const failed: string[] = [];
  for (const name of names) {
    let set: LoadedSet | null = null;
    for (const fold of folds) {
      if (caseNames(name, fold, budget).every(record.has)) continue;
      process.stderr.write(`${name}, fold ${fold} …\n`);
      try {
        set ??= shared.scorer.loadDataset(name, shared.data);
        verdicts.push(...(await measure(shared, record, set, { fold, budget, peers })));
      } catch (error) {
        failed.push(`${name} fold ${fold}`);
        process.stderr.write(`  failed: ${(error as Error).message}\n`);
      }
    }
  }
  process.stdout.write(`\n${record.table()}\n${summary(verdicts)}`);
  if (failed.length > 0) process.stderr.write(`Not measured: ${failed.join(', ')}; the lines above say why.\n`);
  return failed.length > 0 ? 1 : 0;
}

function caseNames(name: string, fold: number, budget: number): [string, string, string] {
  const of = `${name}, fold ${fold}, ${budget} s`;
  return [of, `${of}: training`, `${of}: predicting a tenth`];
}

async function measure(
  { scorer }: Shared,
  record: Recorder,
  set: LoadedSet,
  { fold, budget, peers }: { fold: number; budget: number; peers: PeerScore[] },
): Promise<{ tool: string; verdict: Verdict }[]> {
  const { name } = set.info;
  const result = await runFold(scorer, set, fold, budget);
  const { metric, score, winner, models } = result;
  const same = peers.filter((peer) => peer.dataset === name && peer.fold === fold && peer.metric === metric);
  const best = bestPeer(same);
  const [of, training, predicting] = caseNames(name, fold, budget);
  const details = {
    winner,
    models,
    peers: Object.fromEntries(same.map((peer) => [peer.tool, peer.score])),
    ...(best ? { difference: Number((score - best.score).toPrecision(4)) } : {}),
  };
  const peer = best ? { peer: best.score, peerName: `${best.tool}, the best of ${same.length}` } : {};
  record.add({ case: of, value: score, unit: metric, ...peer, details });
  record.add({
    case: training,
    value: result.trainSeconds,
    unit: 's',
    peer: latestSeconds(budget),
    peerName: 'target',
  });
  record.add({ case: predicting, value: result.predictSeconds, unit: 's' });
  return same.map(({ tool, score: theirs }) => ({
    tool,
    verdict: verdictOf({ unit: metric, value: score, peer: theirs, peerName: tool }) as Verdict,
  }));
}

/** Against each tool, over what was measured in this run: how often better, level, worse. */
function summary(verdicts: { tool: string; verdict: Verdict }[]): string {
  const tools = [...new Set(verdicts.map(({ tool }) => tool))];
  const count = (tool: string, verdict: Verdict) =>
    verdicts.filter((one) => one.tool === tool && one.verdict === verdict).length;
  const lines = tools.map(
    (tool) =>
      `against ${tool}: ${count(tool, 'better')} better, ${count(tool, 'level')} level, ${count(tool, 'worse')} worse`,
  );
  return lines.length > 0 ? `\n${lines.join('\n')}\n` : '';
}
