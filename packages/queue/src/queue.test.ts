import { describe, expect, it, vi } from 'vitest';
import { type Backend, createBackend } from './backend.ts';
import { jobNames } from './jobs.ts';
import { createQueue } from './queue.ts';
import { describeQueue } from './testing/conformance.ts';
import { hasRedis, startPostgres, startRedis } from './testing/servers.ts';
import { startWorker } from './worker.ts';

const redis = hasRedis();

it('a worker whose connection fails while it starts is made anew, and starves nothing', async () => {
  const server = await startPostgres();
  const queue = createQueue({ connection: server.connection });
  await queue.ready();
  const backend = createBackend(server.connection, () => {});
  const good = backend.consumer.connection as { connectionString: string };
  let starts = 0;
  // the first two workers find nobody at their address
  const shaky: Backend = {
    ...backend,
    get consumer() {
      const lost = starts++ < 2;
      return lost
        ? { connection: { ...good, connectionString: 'postgresql://laurel@127.0.0.1:9/laurel' } }
        : backend.consumer;
    },
  };
  const seen: string[] = [];
  const nothing = async () => undefined;
  const worker = await startWorker(shaky, {
    handlers: {
      'profile-dataset': nothing,
      'prepare-experiment': nothing,
      'run-trial': async ({ trialId }) => void seen.push(trialId),
      'refit-model': nothing,
      'select-models': nothing,
      'step-study': nothing,
      reconcile: nothing,
    },
    slots: 1,
    log: () => {},
  });
  expect(starts).toBe(jobNames.length + 2);
  await queue.enqueue('run-trial', { trialId: 'one' }, { jobId: 'one' });
  await vi.waitFor(() => expect(seen).toEqual(['one']), 10_000);
  await worker.close(1000);
  await queue.close();
  await server.stop();
}, 60_000);

describe('on PostgreSQL', () => describeQueue(startPostgres));
describe.skipIf(!redis)('on Redis', () => {
  describeQueue(startRedis);

  it('refuses a server that would throw jobs away, naming the setting', async () => {
    const server = await startRedis(['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru']);
    const queue = createQueue({ connection: server.connection });
    await expect(queue.ready()).rejects.toMatchObject({ code: 'NOT_READY', details: { setting: 'maxmemory-policy' } });
    await queue.close();
    await server.stop();
  });

  it('says that Redis cannot be reached and recovers when it can', async () => {
    const server = await startRedis();
    await server.kill();
    const queue = createQueue({ connection: server.connection });
    await expect(queue.ready()).rejects.toMatchObject({ code: 'NOT_READY' });
    await expect(queue.ready()).rejects.toThrow('REDIS_URL');
    await server.start();
    for (let left = 50; left > 0; left--) {
      const state = await queue.ready().catch(() => 'not yet');
      if (state === undefined) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await queue.ready();
    await queue.close();
    await server.stop();
  });
});
