import { join } from 'node:path';
import { byTurns, type Contender, medianOf, type Runs, short } from './by-turns.ts';
import type { Bench, Group } from './group.ts';
import { fitOurs, predictOurs } from './ours.ts';
import type { Peer, PeerTool } from './peer.ts';
import {
  categoricalHeavy,
  higgsLike,
  type Problem,
  readNumbers,
  type Task,
  thousands,
  writeProblem,
} from './problems.ts';
import { lossOf } from './scores.ts';
import { plainSetting, type Setting } from './setting.ts';
import type { Bar } from './summary.ts';

interface FitCase {
  name: string;
  make(seed: number, rows: number): Problem;
  rows: number;
  setting: Setting;
  peers: PeerTool[];
  /** least ratio to LightGBM that is asked for, and the one aimed at */
  bar?: Bar;
  /** seconds that our whole fit may take */
  target?: number;
}

const all: PeerTool[] = ['lightgbm', 'sklearn', 'xgboost'];
const bar = { aim: 1, least: 1.3 };
const synthetic = (task: Task) => (seed: number, rows: number) => higgsLike({ task, rows, seed });

function higgs(task: Task, rows: number, more: Partial<FitCase> & { setting?: Setting } = {}): FitCase {
  const setting = more.setting ?? plainSetting;
  const name = `${task}, ${thousands(rows)} x 28, ${setting.rounds} trees of ${setting.leaves} leaves`;
  return { name, make: synthetic(task), rows, setting, peers: all, ...more };
}

export const fit: Group = {
  name: 'fit',
  async run(bench) {
    const cases = [
      higgs('binary', 2000, { bar }),
      higgs('binary', 20_000, { bar }),
      higgs('binary', 200_000, { bar }),
      higgs('binary', 1_000_000, { bar, setting: { ...plainSetting, rounds: 50 } }),
      higgs('regression', 200_000, { bar }),
      higgs('multiclass', 20_000, { bar }),
      {
        name: 'categorical, 20k x 14 (10 of 30 to 200 levels), 100 trees of 31 leaves',
        make: (seed: number, rows: number) => categoricalHeavy({ rows, seed }),
        rows: 20_000,
        setting: plainSetting,
        peers: ['lightgbm'] as PeerTool[],
        bar,
      },
    ];
    const { rows, quick } = bench.options;
    const wanted = cases.filter((one) => (rows ? rows.includes(one.rows) : !quick || one.rows <= 20_000));
    await runCases(bench, 'fit', wanted);
  },
};

export const large: Group = {
  name: 'large',
  async run(bench) {
    const rows = bench.options.quick ? 50_000 : 1_000_000;
    const setting = { ...plainSetting, leaves: 63 };
    await runCases(bench, 'large', [higgs('binary', rows, { setting, peers: ['lightgbm'], target: 35 })]);
  },
};

async function runCases(bench: Bench, group: string, cases: FitCase[]): Promise<void> {
  const missing = cases.filter(
    ({ name, peers }) => !peers.every((tool) => bench.record.has(caseName(group, name, tool, 'whole'))),
  );
  if (missing.length === 0) return;
  await warmUp(bench, [...new Set(missing.flatMap(({ peers }) => peers))]);
  for (const one of missing) {
    process.stderr.write(`${group}: ${one.name} …\n`);
    await runCase(bench, group, one);
  }
}

/** The first fit of a process compiles and loads things; that is no part of what is compared. */
async function warmUp(bench: Bench, tools: PeerTool[]): Promise<void> {
  const problem = higgsLike({ task: 'binary', rows: 2000, seed: 7 });
  const data = writeProblem(problem, join(bench.folder, 'warm-up.f64'));
  for (let i = 0; i < 3; i++) await fitOurs(problem, plainSetting);
  for (const tool of tools) {
    const peer = await bench.peer(tool);
    await peer.load('warm-up', data);
    await fitPeer(peer, problem, 'warm-up', plainSetting);
    await peer.drop('warm-up');
  }
}

async function runCase(bench: Bench, group: string, one: FitCase): Promise<void> {
  const problem = one.make(1, one.rows);
  const testing = one.make(2, 20_000);
  const files = {
    train: writeProblem(problem, join(bench.folder, 'train.f64')),
    test: writeProblem(testing, join(bench.folder, 'test.f64')),
  };
  const peers = new Map<PeerTool, Peer>();
  const variants: Partial<Record<PeerTool, string | undefined>> = {};
  for (const tool of one.peers) {
    const peer = await bench.peer(tool);
    await peer.load('train', files.train);
    await peer.load('test', files.test);
    peers.set(tool, peer);
  }
  const lightGbm = peers.get('lightgbm');
  if (lightGbm) variants.lightgbm = await quickestVariant(lightGbm, problem, one.setting);
  let ours: Awaited<ReturnType<typeof fitOurs>> | undefined;
  const contenders: Contender<PeerTool | 'ours'>[] = [
    {
      name: 'ours',
      run: async () => {
        ours = await fitOurs(problem, one.setting);
        return { whole: ours.whole, grow: ours.grow };
      },
    },
    ...[...peers].map(([tool, peer]) => ({
      name: tool,
      run: async () => ({ ...(await fitPeer(peer, problem, 'train', one.setting, variants[tool])) }),
    })),
  ];
  const repeats = bench.options.quick || one.rows > 20_000 ? bench.options.repeats : 2 * bench.options.repeats - 1;
  const runs = await byTurns(contenders, repeats);
  const losses: Record<string, number> = { ours: lossOf(testing, predictOurs(ours!.result.model, testing)) };
  for (const [tool, peer] of peers) {
    const out = join(bench.folder, 'predictions.f64');
    await peer.predict('fitted', 'test', out);
    losses[tool] = lossOf(testing, readNumbers(out));
    await peer.drop('train');
    await peer.drop('test');
  }
  recordRuns(bench, group, one, { runs, peers, losses, variants, floatRounds: ours!.result.floatRounds });
}

async function fitPeer(peer: Peer, { task, outputs }: Problem, data: string, setting: Setting, variant?: string) {
  return await peer.fit({ data, learner: 'boosting', setting, task, outputs, model: 'fitted', variant });
}

/** LightGBM reads its histograms by column, by row, or tries both first: the comparison is with its quickest way here. */
async function quickestVariant(peer: Peer, problem: Problem, setting: Setting): Promise<string | undefined> {
  let best: { variant: string | undefined; seconds: number } | null = null;
  for (const variant of [undefined, 'force_col_wise', 'force_row_wise']) {
    const seconds = (await fitPeer(peer, problem, 'train', { ...setting, rounds: 30 }, variant)).whole;
    if (!best || seconds < best.seconds) best = { variant, seconds };
  }
  return best?.variant;
}

interface Outcome {
  runs: Runs<PeerTool | 'ours'>;
  peers: Map<PeerTool, Peer>;
  losses: Record<string, number>;
  variants: Partial<Record<PeerTool, string | undefined>>;
  floatRounds: number;
}

function recordRuns(bench: Bench, group: string, one: FitCase, outcome: Outcome): void {
  const { runs, peers, losses, variants, floatRounds } = outcome;
  for (const [tool, peer] of peers) {
    for (const figure of ['whole', 'grow'] as const) {
      const value = medianOf(runs.ours, figure);
      const theirs = medianOf(runs[tool], figure);
      if (value === undefined || theirs === undefined) continue;
      bench.record.add({
        case: caseName(group, one.name, tool, figure),
        value,
        unit: 's',
        peer: theirs,
        peerName: peer.name,
        details: {
          runs: { ours: short(runs.ours[figure] ?? []), peer: short(runs[tool][figure] ?? []) },
          // equal work gives about equal losses on 20,000 rows more
          heldOutLoss: { ours: losses.ours, peer: losses[tool] },
          ...(tool === 'lightgbm' ? { variant: variants.lightgbm ?? 'default', floatRounds } : {}),
          ...barOf(one, tool),
        },
      });
    }
  }
  if (one.target === undefined || bench.options.quick) return;
  const value = medianOf(runs.ours, 'whole') as number;
  bench.record.add({
    case: `${group}: ${one.name}, whole fit`,
    value,
    unit: 's',
    peer: one.target,
    peerName: 'target',
  });
}

/** LightGBM: as the case says. The others: faster. */
function barOf({ bar }: FitCase, tool: PeerTool): { bar?: Bar } {
  if (tool !== 'lightgbm') return { bar: { aim: 1, least: 1 } };
  return bar ? { bar } : {};
}

function caseName(group: string, name: string, tool: PeerTool, figure: 'whole' | 'grow'): string {
  return `${group}: ${name}, ${figure === 'whole' ? 'whole fit' : 'trees alone'}, against ${tool}`;
}
