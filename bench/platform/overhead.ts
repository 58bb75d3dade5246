import { fileURLToPath } from 'node:url';
import type { TrialView } from '@laurel/contracts';
import { createPool } from '@laurel/pool';
import { median, quantile, sum } from '../numbers.ts';
import type { EchoProtocol } from './echo-child.ts';
import type { Group } from './group.ts';
import type { Platform } from './launch.ts';
import { processorMs, processTree } from './processes.ts';
import { penguins, trialsOf, untilEnded, type World } from './world.ts';

const cases = {
  perTrial: 'overhead per trial, one slot: median',
  mean: 'overhead per trial, one slot: mean',
  p95: 'overhead per trial, one slot: p95',
  around: 'overhead per trial: claimed to recorded, without its own time',
  between: 'overhead per trial: recorded to the next one claimed',
  work: 'overhead per trial: processor time of worker and PostgreSQL, without the children',
  pool: 'pool: round trip of a request with 100 kB in the answer',
};
const targetMs = 30;
const trials = 40;
/** a worker runs for weeks: its code is compiled and its connections are open */
const warmUps = 12;

/**
 * Tiny trials on one slot, so that nothing waits but for queue, database and pool. A trial's own seconds are the
 * pool's, from handing the request to a child to its answer; the pool's part of them is measured with an echo.
 */
export const overhead: Group = {
  name: 'overhead',
  cases: Object.values(cases),
  async run(world, record) {
    await world.restart({ LAUREL_WORKERS: '1' });
    const platform = await world.platform();
    await runTrials(world, warmUps);
    const before = process.platform === 'linux' ? usedMs(platform) : null;
    const done = await runTrials(world, trials);
    const after = before && usedMs(platform);
    const times = done.map((trial) => ({
      startedAtMs: Date.parse(trial.startedAt as string),
      finishedAtMs: Date.parse(trial.finishedAt as string),
      ownMs: (trial.seconds as number) * 1000,
    }));
    await world.restart();
    const { around, between, total } = overheadBySlot(times, 1);
    const ownMs = Math.round(median(times.map((trial) => trial.ownMs)));
    const details = { trials: total.length, medianOwnMs: ownMs };
    record.add({ case: cases.perTrial, value: median(total), unit: 'ms', peer: targetMs, peerName: 'target', details });
    record.add({ case: cases.mean, value: sum(total) / total.length, unit: 'ms' });
    record.add({ case: cases.p95, value: quantile(total, 0.95), unit: 'ms' });
    record.add({ case: cases.around, value: median(around), unit: 'ms' });
    record.add({ case: cases.between, value: median(between), unit: 'ms' });
    if (before && after) {
      const worker = (after.worker - before.worker) / trials;
      const postgres = (after.postgres - before.postgres) / trials;
      record.add({ case: cases.work, value: worker + postgres, unit: 'ms', details: { worker, postgres } });
    }
    record.add({ case: cases.pool, value: await poolRoundTripMs(), unit: 'ms' });
  },
};

/** Runs so many cheap trials to their end; answers the completed ones. */
async function runTrials(world: World, count: number): Promise<TrialView[]> {
  const { id } = await world.dataset(penguins);
  const api = await world.api();
  const { target } = penguins;
  const body = { datasetId: id, target, budget: { trials: count }, families: ['baseline', 'linear'], seed: 3 };
  const experiment = await api.post<{ id: string }>('/experiments', body);
  await untilEnded(api, experiment.id, 180_000);
  return (await trialsOf(api, experiment.id)).filter((trial) => trial.status === 'completed');
}

/** Processor time so far: unlike wall time it hardly depends on what else the machine does. */
function usedMs(platform: Platform): { worker: number; postgres: number } {
  const postgres = platform.pidOf('postgres');
  return {
    worker: processorMs(platform.pidOf('worker')),
    postgres: sum([postgres, ...processTree()(postgres)].map(processorMs)),
  };
}

export interface TrialTimes {
  startedAtMs: number;
  finishedAtMs: number;
  ownMs: number;
}

/**
 * Wall time of a slot that is not a trial's own: around each trial, and between it and the one before on its slot.
 * A trial is given to the slot that was freed last before it began. The first of each slot has nothing before it.
 */
export function overheadBySlot(trials: readonly TrialTimes[], slots: number) {
  const freeSince = Array<number>(slots).fill(Number.NEGATIVE_INFINITY);
  const around: number[] = [];
  const between: number[] = [];
  const total: number[] = [];
  for (const { startedAtMs, finishedAtMs, ownMs } of [...trials].sort((a, b) => a.startedAtMs - b.startedAtMs)) {
    let slot = 0;
    for (let i = 1; i < slots; i++) {
      const since = freeSince[i] as number;
      const isBetter = since <= startedAtMs && (since > freeSince[slot]! || freeSince[slot]! > startedAtMs);
      if (isBetter) slot = i;
    }
    const gapMs = startedAtMs - freeSince[slot]!;
    freeSince[slot] = finishedAtMs;
    const aroundMs = finishedAtMs - startedAtMs - ownMs;
    around.push(aroundMs);
    if (!Number.isFinite(gapMs)) continue;
    between.push(gapMs);
    total.push(aroundMs + gapMs);
  }
  return { around, between, total };
}

async function poolRoundTripMs(): Promise<number> {
  const entry = fileURLToPath(new URL('./echo-child.ts', import.meta.url));
  const pool = createPool<EchoProtocol>({ entry, size: 1, memoryLimitMb: 1024, parentEnv: process.env });
  try {
    const times: number[] = [];
    // fewer than the 50 jobs after which a pool replaces a child
    for (let i = 0; i < 45; i++) {
      const startedAt = performance.now();
      const outcome = await pool.run({ kind: 'echo', bytes: 100_000 });
      if (outcome.status === 'failed') throw new Error(outcome.failure.message);
      times.push(performance.now() - startedAt);
    }
    return median(times.slice(5));
  } finally {
    await pool.close();
  }
}
