import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@laurel/config/free-port';
import { expect, test } from '@playwright/test';
import { type Api, adminApi, trialsOf, untilEnded, uploadCsv } from '../support/api.ts';
import { discard, type Platform, pidOf, root, startPlatform, waitFor } from '../support/platform.ts';

const penguins = readFileSync(join(root, 'node_modules/@observablehq/sample-datasets/penguins.csv'), 'utf8');

/** A seeded run by trials, so that an undisturbed run has the same winner and score. */
const request = (datasetId: string) => ({
  datasetId,
  target: 'species',
  budget: { trials: 8 },
  // quick families: what is tested is what becomes of them, not how good they are
  families: ['baseline', 'linear', 'gbm'],
  seed: 11,
  name: 'faults',
});

async function startRedis(): Promise<{ url: string; stop: () => void }> {
  const port = await freePort();
  const server = spawn(
    process.env.LAUREL_REDIS_SERVER ?? 'redis-server',
    [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--maxmemory-policy',
      'noeviction',
      '--save',
      '',
      '--appendonly',
      'no',
    ],
    { stdio: 'ignore' },
  );
  await new Promise((ready) => setTimeout(ready, 500));
  return { url: `redis://127.0.0.1:${port}`, stop: () => server.kill('SIGKILL') };
}

async function startExperiment(api: Api, datasetId: string): Promise<string> {
  const answer = await api.post<{ id: string }>('/experiments', request(datasetId));
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return answer.body.id;
}

/** Waits until some trials are done and one is running: the moment to strike. */
async function midway(api: Api, experimentId: string): Promise<string[]> {
  let done: string[] = [];
  await waitFor(
    async () => {
      const trials = await trialsOf(api, experimentId);
      done = trials
        .filter((trial) => trial.status === 'completed')
        .map((trial) => `${trial.number} ${trial.finishedAt}`);
      return done.length >= 2 && trials.some((trial) => trial.status === 'running');
    },
    90_000,
    () => 'no trial was running beside finished ones',
  );
  return done;
}

function childrenOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child as number);
}

function postgresPid(platform: Platform): number {
  const record = JSON.parse(readFileSync(join(platform.home, 'run/processes.json'), 'utf8')) as {
    processes: Record<string, { pid: number }>;
  };
  return (record.processes.postgres as { pid: number }).pid;
}

/** Every number once, finished trials untouched, the same winner as without the fault. */
async function expectWhole(
  api: Api,
  experimentId: string,
  before: string[],
  reference: { name: string; score: number | null },
) {
  const view = await untilEnded(api, experimentId, 150_000);
  expect(view.status).toBe('completed');
  const trials = await trialsOf(api, experimentId);
  const numbers = trials.map((trial) => trial.number);
  expect(new Set(numbers).size).toBe(numbers.length);
  const after = trials.map((trial) => `${trial.number} ${trial.finishedAt}`);
  for (const kept of before) expect(after).toContain(kept);
  // a trial that lost its race is no failure
  const done = ['completed', 'pruned'];
  expect(trials.filter((trial) => !done.includes(trial.status)).map((trial) => trial.failure)).toEqual([]);
  const winner = trials.find((trial) => trial.modelId === view.winnerModelId);
  expect({ name: winner?.name, score: winner?.score }).toEqual(reference);
}

for (const backend of ['postgresql', 'redis'] as const) {
  test.describe(`with the queue on ${backend}`, () => {
    test.describe.configure({ mode: 'serial' });
    let platform: Platform;
    let api: Api;
    let datasetId: string;
    let redis: { url: string; stop: () => void } | null = null;
    let reference: { name: string; score: number | null };

    test.beforeAll(async () => {
      test.setTimeout(240_000);
      redis = backend === 'redis' ? await startRedis() : null;
      platform = await startPlatform(redis ? { env: { REDIS_URL: redis.url } } : {});
      api = adminApi(platform);
      datasetId = (await uploadCsv(api, 'penguins', penguins)).id;
      const experimentId = await startExperiment(api, datasetId);
      const view = await untilEnded(api, experimentId, 120_000);
      const winner = (await trialsOf(api, experimentId)).find((trial) => trial.modelId === view.winnerModelId);
      reference = { name: winner?.name ?? '', score: winner?.score ?? null };
      expect(reference.score).not.toBeNull();
    });

    test.afterAll(async () => {
      if (platform) await discard(platform);
      redis?.stop();
    });

    test('a killed trial child costs nothing but its own attempt', async () => {
      const experimentId = await startExperiment(api, datasetId);
      const before = await midway(api, experimentId);
      for (const child of childrenOf(pidOf(platform, 'worker'))) process.kill(child, 'SIGKILL');
      await expectWhole(api, experimentId, before, reference);
    });

    test('a killed worker is replaced and its trials run again', async () => {
      const experimentId = await startExperiment(api, datasetId);
      const before = await midway(api, experimentId);
      process.kill(pidOf(platform, 'worker'), 'SIGKILL');
      await expectWhole(api, experimentId, before, reference);
    });

    test('a killed prediction server comes back while the run goes on', async () => {
      const experimentId = await startExperiment(api, datasetId);
      const before = await midway(api, experimentId);
      process.kill(pidOf(platform, 'serve'), 'SIGKILL');
      await expectWhole(api, experimentId, before, reference);
      await waitFor(
        async () => (await api.get('/ready')).status === 200,
        60_000,
        () => 'not ready again',
      );
    });

    test('a killed PostgreSQL comes back and the run goes on', async () => {
      const experimentId = await startExperiment(api, datasetId);
      const before = await midway(api, experimentId);
      process.kill(postgresPid(platform), 'SIGKILL');
      await expectWhole(api, experimentId, before, reference);
    });

    test('a killed launcher: the next start goes on where the run was', async () => {
      const experimentId = await startExperiment(api, datasetId);
      const before = await midway(api, experimentId);
      process.kill(platform.launcher.pid as number, 'SIGKILL');
      const ports = {
        web: Number(new URL(platform.credentials.url).port),
        serve: Number(new URL(platform.credentials.serveUrl).port),
      };
      platform = await startPlatform({
        home: platform.home,
        ports,
        ...(redis ? { env: { REDIS_URL: redis.url } } : {}),
      });
      await expectWhole(api, experimentId, before, reference);
    });
  });
}
