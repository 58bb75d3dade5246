import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { systemActor } from '@laurel/access';
import { freePort } from '@laurel/config/free-port';
import {
  type ExperimentRequest,
  type ExperimentView,
  experimentRequest,
  newId,
  type TrialView,
} from '@laurel/contracts';
import { createDb, type Db } from '@laurel/db';
import { startEmbeddedPostgres } from '@laurel/db/embedded';
import { migrate } from '@laurel/db/migrate';
import { type HeldExperiment, holdExperiment } from '@laurel/db/testing';
import { type BlobStore, blobKeys, createBlobStore } from '@laurel/storage';
import { startRedis, type TestRedis } from './redis.ts';

/** A worker with its real servers, each of which a test may kill and start again. */
export interface Platform {
  db: Db;
  storage: BlobStore;
  worker: TestWorker;
  /** another worker of the same installation, with the variables given; stopped with the rest */
  addWorker(env?: Record<string, string>): Promise<TestWorker>;
  /** keeps everybody from writing to an experiment until it is let go */
  hold(experimentId: string): Promise<HeldExperiment>;
  killPostgres(): Promise<void>;
  startPostgres(): Promise<void>;
  redis: TestRedis | null;
  upload(csv: string): Promise<string>;
  experiment(datasetId: string, request: Partial<ExperimentRequest>): Promise<string>;
  view(experimentId: string): Promise<ExperimentView>;
  trials(experimentId: string): Promise<TrialView[]>;
  stop(): Promise<void>;
}

export interface TestWorker {
  pid(): number;
  log(): string;
  start(): Promise<void>;
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
}

/** Starts PostgreSQL, Redis if asked for, and one worker with two slots. */
export async function startPlatform(backend: 'postgres' | 'redis'): Promise<Platform> {
  const folder = await mkdtemp(join(tmpdir(), 'laurel-worker-'));
  await chmod(folder, 0o711);
  const dataDir = join(folder, 'postgres');
  let postgres = await startEmbeddedPostgres({ dataDir });
  const databaseUrl = postgres.connectionString;
  await migrate(databaseUrl);
  const redis = backend === 'redis' ? await startRedis(join(folder, 'redis'), await freePort()) : null;
  const home = join(folder, 'home');
  const db = createDb({ connectionString: databaseUrl, poolSize: 4 });
  const storage = createBlobStore({ kind: 'files', directory: join(home, 'blobs') });
  const makeWorker = (env: Record<string, string> = {}) =>
    createTestWorker({ databaseUrl, home, redisUrl: redis?.url ?? null, env });
  const worker = makeWorker();
  const workers = [worker];
  await worker.start();
  // an interrupted test run takes its servers along
  const killAll = () => {
    const pids = [...workers.map((each) => each.pid()), postgres.pid, redis?.pid() ?? -1];
    for (const pid of pids) if (pid > 0) signal(pid, 'SIGKILL');
  };
  process.once('exit', killAll);

  return {
    db,
    storage,
    worker,
    async addWorker(env) {
      const added = makeWorker(env);
      workers.push(added);
      await added.start();
      return added;
    },
    hold: (experimentId) => holdExperiment(databaseUrl, experimentId),
    redis,
    async killPostgres() {
      const gone = new Promise<void>((resolve) => postgres.onExit(() => resolve()));
      process.kill(postgres.pid, 'SIGKILL');
      await gone;
    },
    async startPostgres() {
      postgres = await startEmbeddedPostgres({ dataDir, port: postgres.port });
    },
    async upload(csv) {
      const id = newId('dataset');
      await storage.put(blobKeys.datasetSource(id), Buffer.from(csv));
      const sha256 = createHash('sha256').update(csv).digest('hex');
      const source = { kind: 'upload' as const, note: null };
      const file = { id, name: 'flowers.csv', bytes: csv.length, sha256, contentType: 'text/csv', parse: {}, source };
      await db.datasets.create(systemActor, file);
      const settled = async () => (await db.datasets.get(systemActor, id)).status !== 'profiling';
      await until('the dataset is read', settled, worker.log);
      return id;
    },
    async experiment(datasetId, request) {
      const parsed = experimentRequest.parse({ datasetId, target: 'kind', ...request });
      return (await db.experiments.create(systemActor, { request: parsed, seed: request.seed ?? 7 })).id;
    },
    view: (id) => db.experiments.get(systemActor, id),
    trials: (id) => db.experiments.trials(systemActor, id),
    async stop() {
      process.off('exit', killAll);
      await Promise.all(workers.map((each) => each.kill('SIGKILL')));
      await db.close();
      await redis?.stop();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function createTestWorker(input: {
  databaseUrl: string;
  home: string;
  redisUrl: string | null;
  env: Record<string, string>;
}): TestWorker {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  let child: ChildProcess | null = null;
  let log = '';
  return {
    pid: () => child?.pid ?? -1,
    log: () => log,
    async start() {
      const seen = log.length;
      child = spawn(process.execPath, ['--import', tsx, main], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {
          PATH: process.env.PATH,
          DATABASE_URL: input.databaseUrl,
          LAUREL_HOME: input.home,
          LAUREL_WORKERS: '2',
          ...(input.redisUrl ? { REDIS_URL: input.redisUrl } : {}),
          ...input.env,
        },
      });
      child.stderr?.on('data', (chunk: Buffer) => {
        log += String(chunk);
      });
      await until(
        'the worker takes jobs',
        () => log.slice(seen).includes('the worker takes jobs'),
        () => log,
      );
    },
    async kill(signal) {
      if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
      const gone = new Promise<number | null>((resolve) => child?.once('exit', resolve));
      child.kill(signal);
      return gone;
    },
  };
}

/** Polls until `done`; the error says what did not come, and the worker's log. */
export async function until(
  what: string,
  done: () => boolean | Promise<boolean>,
  log: () => string,
  limitMs = 60_000,
): Promise<void> {
  for (const end = Date.now() + limitMs; !(await done()); ) {
    if (Date.now() > end) throw new Error(`did not come: ${what}\n${log().slice(-6000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Three classes that two numbers and a colour tell apart, not quite. */
export function flowers(rows: number): string {
  const lines = ['width,height,colour,kind'];
  for (let i = 0; i < rows; i++) {
    const width = (i * 37) % 101;
    const height = (i * 61) % 103;
    const colour = ['red', 'white', 'blue'][i % 3];
    const sum = width + height + (colour === 'red' ? 30 : 0) + ((i * 7919) % 17) * 2;
    lines.push(`${width},${height},${colour},${sum > 140 ? 'tall' : sum > 90 ? 'middle' : 'flat'}`);
  }
  return `${lines.join('\n')}\n`;
}
