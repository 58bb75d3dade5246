import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDb } from '@laurel/db';
import { createPool, type EngineProtocol } from '@laurel/pool';
import { createQueue } from '@laurel/queue';
import { createBlobStore } from '@laurel/storage';
import { workerEnv } from './env.ts';
import { createHandlers } from './handlers/index.ts';
import { errorText, log } from './log.ts';
import { OutboxRelay } from './outbox-relay.ts';
import { announce, newWorkerId, releaseOfDeadWorkers } from './presence.ts';
import type { Resources } from './resources.ts';
import { openScratch } from './scratch.ts';
import { untilReady } from './startup.ts';
import { Ticker } from './ticker.ts';
import { ArtifactCache } from './trials/artifact-cache.ts';

/** Trials may end by themselves for so long after a signal to stop; then they are given back. */
const graceMs = 6000;
const safetyMs = 15_000;

const env = workerEnv();
const db = createDb({ connectionString: env.databaseUrl, poolSize: env.slots * 2 + 6 });
const connection = env.redisUrl
  ? { kind: 'redis' as const, url: env.redisUrl }
  : { kind: 'postgres' as const, url: env.databaseUrl };
const queue = createQueue({ connection, onError: () => undefined });
await untilReady('the database', () => db.ping(), log);
await untilReady('the job queue', () => queue.ready(), log);

const workerId = newWorkerId();
const scratch = await openScratch(env.home);
const shutdown = new AbortController();
const child = fileURLToPath(
  new URL(existsSync(new URL('./child.js', import.meta.url)) ? './child.js' : './child.ts', import.meta.url),
);
const pool = (size: number) =>
  createPool<EngineProtocol>({
    entry: child,
    size,
    memoryLimitMb: env.trialMemoryMb,
    parentEnv: env.processEnv,
    log: (message, fields) => log('info', message, fields),
  });

const relay = new OutboxRelay(db, queue, log);
const ticker = new Ticker(db, log);
const resources: Resources = {
  db,
  storage: createBlobStore({ kind: 'files', directory: join(env.home, 'blobs') }),
  trials: pool(env.slots),
  tables: pool(2),
  artifacts: new ArtifactCache(db, join(env.home, 'worker', 'artifacts')),
  relay,
  ticker,
  workerId,
  slots: env.slots,
  scratch,
  shutdown: shutdown.signal,
  log,
};

await releaseOfDeadWorkers(db, log);
const handlers = createHandlers(resources);
const worker = await queue.createWorker({ handlers, slots: env.slots, log });
await relay.start();
const leave = announce(db, { id: workerId, slots: env.slots }, resources.trials, log);
// the scheduled job does the same; this is for the case that the queue has lost its schedule
const reconcile = () =>
  handlers
    .reconcile({}, { jobId: 'timer', attempt: 1 })
    .catch((error: unknown) =>
      log('warn', 'looking for lost work failed and is tried again', { error: errorText(error) }),
    );
const safety = setInterval(reconcile, safetyMs);
void reconcile();
log('info', 'the worker takes jobs', { workerId, slots: env.slots, queue: queue.backend });

let stopping = false;
async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log('info', 'the worker stops', { signal });
  clearInterval(safety);
  setTimeout(() => shutdown.abort(), graceMs).unref();
  await worker.close(20_000);
  await Promise.all([ticker.stop(), relay.stop(), resources.trials.close(), resources.tables.close()]);
  await leave();
  await queue.close();
  await db.close();
  await rm(scratch, { recursive: true, force: true });
  process.exit(0);
}
process.on('SIGTERM', () => void stop('SIGTERM'));
process.on('SIGINT', () => void stop('SIGINT'));
