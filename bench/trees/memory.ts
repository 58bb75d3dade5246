import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../record.ts';
import type { Bench, Group } from './group.ts';
import { higgsLike, type Task, thousands, writeProblem } from './problems.ts';
import { plainSetting } from './setting.ts';

/** What memory-child.ts is given and says. */
export interface MemoryRequest {
  file: string;
  rows: number;
  columns: number;
  task: Task;
  outputs: number;
}
export interface MemoryAnswer {
  memoryBytes: number;
  /** what the fit's memory may be, see memoryBar */
  barBytes: number;
  /** growth of resident memory at its peak; null where the system does not tell */
  peakMb: number | null;
}

/** Bytes of a fit's memory, and how much the process grows at its peak, beside LightGBM's. */
export const memory: Group = {
  name: 'memory',
  async run(bench) {
    const { quick } = bench.options;
    await measure(bench, 'binary', quick ? 20_000 : 1_000_000);
    await measure(bench, 'multiclass', quick ? 5000 : 100_000);
  },
};

async function measure(bench: Bench, task: Task, rows: number): Promise<void> {
  const [bytesCase, peakCase] = [
    `memory: ${task}, ${thousands(rows)} x 28, of a fit`,
    `memory: ${task}, ${thousands(rows)} x 28, peak`,
  ];
  if (bench.record.has(bytesCase) && bench.record.has(peakCase)) return;
  const problem = higgsLike({ task, rows, seed: 1 });
  const { outputs } = problem;
  const data = writeProblem(problem, join(bench.folder, 'memory.f64'));
  const { memoryBytes, barBytes, peakMb } = await askChild({ ...data, task, outputs });
  bench.record.add({
    case: bytesCase,
    value: memoryBytes / 1e6,
    unit: 'MB',
    peer: barBytes / 1e6,
    peerName: 'target',
    details: { bytesPerRow: Number((memoryBytes / rows).toPrecision(4)) },
  });
  // a process of its own: what an earlier fit has taken and given back would hide the peak
  await bench.closePeers();
  const peer = await bench.peer('lightgbm');
  await peer.load('memory', data);
  const setting = { ...plainSetting, rounds: 10 };
  const theirs = await peer.fit({
    data: 'memory',
    learner: 'boosting',
    setting,
    task,
    outputs,
    model: 'fitted',
    peak: true,
  });
  await bench.closePeers();
  if (peakMb === null || theirs.peakMb === undefined) {
    process.stderr.write('  The peak of resident memory is read from /proc, which this system has not; skipped.\n');
    return;
  }
  bench.record.add({ case: peakCase, value: peakMb, unit: 'MB', peer: theirs.peakMb, peerName: peer.name });
}

async function askChild(request: MemoryRequest): Promise<MemoryAnswer> {
  const child = fork(join(root, 'bench/trees/memory-child.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send(request);
  const first = await Promise.race([
    once(child, 'message').then(([message]) => message as MemoryAnswer),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the process whose memory is measured ended with code ${code}`);
    }),
  ]);
  child.disconnect();
  return first;
}
