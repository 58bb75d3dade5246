import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRecorder } from '../record.ts';
import { accuracy } from './accuracy.ts';
import { fit, large } from './fit.ts';
import { forest } from './forest.ts';
import type { Bench, BenchOptions, Group } from './group.ts';
import { kernel } from './kernel.ts';
import { memory } from './memory.ts';
import { openPeer, type Peer, type PeerTool } from './peer.ts';
import { predict } from './predict.ts';
import { groupTables, markdownSummary } from './summary.ts';

const groups: Group[] = [kernel, fit, large, memory, predict, forest, accuracy];
const names = groups.map((group) => group.name).join(', ');
const usage = `Usage: npm run bench -- trees [options]

Compares @laurel/trees with LightGBM, scikit-learn and XGBoost, one thread each, by turns in the same run.

  --only a,b       groups: ${names} (all)
  --rows a,b       of group fit: only these numbers of rows, such as 2000,20000
  --repeats 3      how often each side runs
  --datasets a,b   of group accuracy: only these sets; means are of all sets and are left out then
  --quick          small and few: shows that everything works; nothing is added to bench/results
  --python path    a Python that has the peers, else LAUREL_BENCH_PYTHON, else python3; see bench/README.md
  --again          measure again what has a line for this machine and this code
  --no-setup       measure what is built already`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rows: { type: 'string' },
    repeats: { type: 'string' },
    datasets: { type: 'string' },
    quick: { type: 'boolean' },
    python: { type: 'string' },
    again: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

if (values.help) process.stdout.write(`${usage}\n`);
else process.exitCode = await main();

async function main(): Promise<number> {
  const quick = values.quick === true;
  const options: BenchOptions = {
    quick,
    rows: values.rows?.split(',').map(Number) ?? null,
    repeats: Number(values.repeats ?? (quick ? 1 : 3)),
    datasets: values.datasets?.split(',') ?? null,
  };
  const only = values.only?.split(',');
  const unknown = only?.filter((name) => !groups.some((group) => group.name === name)) ?? [];
  const areNumbers = options.repeats >= 1 && (options.rows ?? []).every((rows) => rows >= 1);
  if (unknown.length > 0 || !areNumbers) {
    const wrong =
      unknown.length > 0 ? `There is no group ${unknown.join(', ')}.` : 'Rows and repeats are whole numbers.';
    process.stderr.write(`${wrong}\n\n${usage}\n`);
    return 2;
  }
  return await run(
    groups.filter(({ name }) => only?.includes(name) ?? true),
    options,
  );
}

async function run(wanted: Group[], options: BenchOptions): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'laurel-bench-trees-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  const record = createRecorder({
    bench: 'trees',
    again: values.again === true,
    ...(options.quick ? { folder } : {}),
  });
  const bench: Bench = { record, options, folder, ...peersOnDemand() };
  const failed: string[] = [];
  for (const group of wanted) {
    process.stderr.write(`${group.name} …\n`);
    try {
      await group.run(bench);
    } catch (error) {
      // the other groups are worth measuring still
      failed.push(group.name);
      process.stderr.write(`  ${group.name} failed: ${(error as Error).message}\n`);
    }
    await bench.closePeers();
  }
  const lines = record.lines();
  const groupNames = groups.map(({ name }) => name);
  const parts = [groupTables(lines, groupNames), markdownSummary(lines)].filter(Boolean);
  if (parts.length > 0) process.stdout.write(`\n${parts.join('\n\n')}\n`);
  if (failed.length > 0) process.stderr.write(`\nNot measured: ${failed.join(', ')}; the lines above say why.\n`);
  return failed.length > 0 ? 1 : 0;
}

function peersOnDemand(): Pick<Bench, 'peer' | 'closePeers'> {
  const python = values.python ?? process.env.LAUREL_BENCH_PYTHON ?? 'python3';
  const open = new Map<PeerTool, Promise<Peer>>();
  return {
    peer(tool) {
      const peer = open.get(tool) ?? openPeer(tool, python);
      open.set(tool, peer);
      return peer;
    },
    async closePeers() {
      const peers = await Promise.allSettled(open.values());
      open.clear();
      await Promise.all(peers.map(async (peer) => peer.status === 'fulfilled' && (await peer.value.close())));
    },
  };
}
