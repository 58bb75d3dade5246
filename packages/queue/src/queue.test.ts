import { describe, expect, it } from 'vitest';
import { createQueue } from './queue.ts';
import { describeQueue } from './testing/conformance.ts';
import { hasRedis, startPostgres, startRedis } from './testing/servers.ts';

const redis = hasRedis();

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
