import { join } from 'node:path';
import { median, quantile } from '../numbers.ts';
import { byTurns, medianOf, short } from './by-turns.ts';
import type { Bench, Group } from './group.ts';
import { fitOurs, openPredictor, type TimedPredictor } from './ours.ts';
import type { PeerTool } from './peer.ts';
import { higgsLike, type Problem, thousands, writeProblem } from './problems.ts';
import { plainSetting } from './setting.ts';

const tools: PeerTool[] = ['lightgbm', 'xgboost'];
const fittedRows = 20_000;
const targetMicroseconds = 30;

/** Many rows and one row, through 100 and 500 trees of 31 leaves. Every tool predicts with the model it fitted itself. */
export const predict: Group = {
  name: 'predict',
  async run(bench) {
    const rows = bench.options.quick ? 10_000 : 100_000;
    const all = [100, 500].flatMap((rounds) => tools.map((tool) => batchCase(rows, rounds, tool)));
    if ([...all, oneCase].every(bench.record.has)) return;
    const problem = higgsLike({ task: 'binary', rows: fittedRows, seed: 1 });
    const testing = higgsLike({ task: 'binary', rows, seed: 2 });
    const train = writeProblem(problem, join(bench.folder, 'train.f64'));
    const test = writeProblem(testing, join(bench.folder, 'test.f64'));
    for (const tool of tools) {
      const peer = await bench.peer(tool);
      await peer.load('train', train);
      await peer.load('test', test);
    }
    for (const rounds of [100, 500]) await measureRounds(bench, problem, testing, rounds);
    for (const tool of tools) {
      const peer = await bench.peer(tool);
      await peer.drop('train');
      await peer.drop('test');
    }
  },
};

async function measureRounds(bench: Bench, problem: Problem, testing: Problem, rounds: number): Promise<void> {
  const setting = { ...plainSetting, rounds };
  const { task, outputs } = problem;
  const { result } = await fitOurs(problem, setting);
  const predictor = openPredictor(result.model);
  for (const tool of tools) {
    const peer = await bench.peer(tool);
    await peer.fit({ data: 'train', learner: 'boosting', setting, task, outputs, model: 'fitted' });
    await peer.predict('fitted', 'test');
  }
  predictor.batch(testing);
  const contenders = [
    { name: 'ours' as const, run: async () => ({ s: timed(() => predictor.batch(testing)) }) },
    ...tools.map((tool) => ({
      name: tool,
      run: async () => ({ s: await (await bench.peer(tool)).predict('fitted', 'test') }),
    })),
  ];
  const runs = await byTurns(contenders, 2 * bench.options.repeats - 1);
  for (const tool of tools) {
    bench.record.add({
      case: batchCase(testing.rows, rounds, tool),
      value: medianOf(runs.ours, 's') as number,
      unit: 's',
      peer: medianOf(runs[tool], 's') as number,
      peerName: (await bench.peer(tool)).name,
      details: {
        runs: { ours: short(runs.ours.s ?? []), peer: short(runs[tool].s ?? []) },
        ...(tool === 'lightgbm' ? { bar: { aim: 1, least: 1 } } : {}),
      },
    });
  }
  if (rounds === 500) await measureOne(bench, testing, predictor);
}

async function measureOne(bench: Bench, testing: Problem, predictor: TimedPredictor): Promise<void> {
  const calls = bench.options.quick ? 500 : 5000;
  predictor.oneByOne(testing, calls);
  const peers: Record<string, number> = {};
  const ours: number[] = [];
  for (let i = 0; i < bench.options.repeats; i++) {
    ours.push(...predictor.oneByOne(testing, calls));
    for (const tool of tools) {
      const peer = await bench.peer(tool);
      peers[peer.name] = median(await peer.one('fitted', 'test', Math.min(calls, 1000)));
    }
  }
  bench.record.add({
    case: oneCase,
    value: median(ours),
    unit: 'us',
    peer: targetMicroseconds,
    peerName: 'target',
    // a call of theirs goes through Python, which takes part of its time
    details: { p95: short([quantile(ours, 0.95)])[0], calls: ours.length, peersFromPython: peers },
  });
}

const oneCase = 'predict: one row, 500 trees of 31 leaves';

function batchCase(rows: number, rounds: number, tool: PeerTool): string {
  return `predict: ${thousands(rows)} rows, ${rounds} trees of 31 leaves, against ${tool}`;
}

function timed(run: () => void): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
}
