import { mkdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { loadModel } from '@laurel/automl';
import { createDb } from '@laurel/db';
import { createBlobStore } from '@laurel/storage';
import { createApp } from './app.ts';
import { ComputeThreads } from './compute/threads.ts';
import { serveEnv } from './env.ts';
import { log } from './log.ts';
import { databasePlatform } from './platform/database.ts';
import { Champions } from './serving/champions.ts';
import { ModelCache } from './serving/model-cache.ts';

const env = serveEnv();
const scratch = join(env.home, 'serve', hostname().replaceAll(/[^\w.-]/g, '_'));
// what an earlier run on this host left: nobody can ask for it any more
await rm(scratch, { recursive: true, force: true });
await mkdir(scratch, { recursive: true, mode: 0o700 });

const platform = databasePlatform({
  db: createDb({ connectionString: env.databaseUrl }),
  blobs: createBlobStore({ kind: 'files', directory: join(env.home, 'blobs') }),
});
const artifact = (sha256: string) => platform.models.artifact(sha256);
const cache = new ModelCache({ artifact, load: loadModel, maxBytes: 512 * 1024 * 1024 });
const champions = new Champions({ source: platform.champions, cache, log });
const threads = new ComputeThreads({ size: 2, artifact });
// a scored table is held in memory several times over, so its limit is below that of an upload
const app = createApp({
  platform,
  cache,
  champions,
  threads,
  internalToken: env.internalToken,
  scratch,
  maxScoreBytes: Math.min(env.maxUploadBytes, 256 * 1024 * 1024),
  log,
});

const server = serve({ fetch: app.fetch, hostname: env.host, port: env.port }, ({ port }) => {
  log('info', 'the prediction server listens', { address: `http://${env.host}:${port}` });
});
server.on('error', (error) => {
  const taken = 'code' in error && error.code === 'EADDRINUSE';
  log('error', taken ? `port ${env.port} is taken; set SERVE_PORT to a free one` : error.message);
  process.exit(1);
});
await champions.start();

let stopping = false;
async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log('info', 'the prediction server stops', { signal });
  const drained = new Promise<void>((resolve) => server.close(() => resolve()));
  if ('closeIdleConnections' in server) server.closeIdleConnections();
  const patience = new Promise<void>((resolve) => setTimeout(resolve, 5000).unref());
  await Promise.race([drained, patience]);
  await champions.close();
  await threads.close();
  await platform.close();
  await rm(scratch, { recursive: true, force: true });
  process.exit(0);
}
process.on('SIGTERM', () => void stop('SIGTERM'));
process.on('SIGINT', () => void stop('SIGINT'));
