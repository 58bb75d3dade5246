import type { ModelView } from '@laurel/contracts';
import { sleep } from '../numbers.ts';
import type { Recorder } from '../record.ts';
import type { Group } from './group.ts';
import type { Platform } from './launch.ts';
import { processTree, readProc } from './processes.ts';
import { diamonds, untilEnded, type World } from './world.ts';

const targetMb = 1228.8;
const parts = ['launcher', 'web', 'serve', 'worker', 'children of the worker', 'postgres'] as const;
type Part = (typeof parts)[number];
const idleCase = 'idle memory, 10 s after a start';
const laterCase = 'idle memory, 75 s after an experiment on diamonds';
const partCase = (of: string, part: Part) => `${of}: ${part}`;

/** Memory of everything, just started. */
export const idleMemory: Group = {
  name: 'memory',
  cases: [idleCase, ...parts.map((part) => partCase(idleCase, part))],
  async run(world, record) {
    if (isUnmeasurable()) return;
    await world.restart();
    await sleep(10_000);
    await recordMemory(world, record, idleCase);
  },
};

/** Memory of everything after it has worked, with models loaded: idle children end after a minute. */
export const memoryAfterWork: Group = {
  name: 'memory-after-work',
  cases: [laterCase, ...parts.map((part) => partCase(laterCase, part))],
  async run(world, record) {
    if (isUnmeasurable()) return;
    await world.restart();
    const api = await world.api();
    const { id } = await world.dataset(diamonds);
    const body = { datasetId: id, target: diamonds.target, budget: { seconds: 30 }, seed: 1 };
    const experiment = await api.post<{ id: string }>('/experiments', body);
    const { winnerModelId } = await untilEnded(api, experiment.id, 120_000);
    const { inputs } = await api.get<ModelView>(`/models/${winnerModelId}`);
    const row = Object.fromEntries(inputs.map((input) => [input.name, input.example]));
    await api.post(`/models/${winnerModelId}/predict`, { rows: [row] });
    await sleep(75_000);
    await recordMemory(world, record, laterCase);
  },
};

function isUnmeasurable(): boolean {
  if (process.platform === 'linux') return false;
  process.stderr.write('  Memory is read from /proc, which this system has not; skipped.\n');
  return true;
}

async function recordMemory(world: World, record: Recorder, name: string): Promise<void> {
  const byPart = memoryByPart(await world.platform());
  const total = (kind: 'pssMb' | 'rssMb') => parts.reduce((sum, part) => sum + byPart[part][kind], 0);
  const details = { rssSumMb: Math.round(total('rssMb')) };
  record.add({ case: name, value: total('pssMb'), unit: 'MB', peer: targetMb, peerName: 'target', details });
  for (const part of parts) {
    const { pssMb, rssMb, processes } = byPart[part];
    record.add({
      case: partCase(name, part),
      value: pssMb,
      unit: 'MB',
      details: { rssSumMb: Math.round(rssMb), processes },
    });
  }
}

type Amount = { pssMb: number; rssMb: number; processes: number };

/**
 * Proportional memory (PSS) per part: a page that processes share is counted once in all, in equal shares. The sum of
 * resident memory (RSS), which counts PostgreSQL's shared pages once per process, is kept beside it.
 */
function memoryByPart(platform: Platform): Record<Part, Amount> {
  const below = processTree();
  const worker = platform.pidOf('worker');
  const postgres = platform.pidOf('postgres');
  return {
    launcher: amountOf([platform.launcher.pid as number]),
    web: amountOf(withBelow(platform.pidOf('web'))),
    serve: amountOf(withBelow(platform.pidOf('serve'))),
    worker: amountOf([worker]),
    'children of the worker': amountOf(below(worker)),
    postgres: amountOf(withBelow(postgres)),
  };

  function withBelow(pid: number): number[] {
    return [pid, ...below(pid)];
  }
}

function amountOf(pids: number[]): Amount {
  const amount: Amount = { pssMb: 0, rssMb: 0, processes: 0 };
  for (const pid of pids) {
    const text = readProc(`/proc/${pid}/smaps_rollup`);
    if (text === '') continue;
    amount.pssMb += kilobytes(text, 'Pss') / 1024;
    amount.rssMb += kilobytes(text, 'Rss') / 1024;
    amount.processes++;
  }
  return amount;
}

function kilobytes(text: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
}
