import { randomInt } from 'node:crypto';

export { connectionOfRunning } from './running.ts';

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';
import { type Account, findAccount, reachableDataDir } from './account.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { cannotRun, ensureCluster, lastLines, spawnOptions, superuser } from './cluster.ts';
import {
  freePort,
  identify,
  isPostgres,
  portAnswers,
  readPostmasterFile,
  sleep,
  stopServer,
  waitForExit,
} from './processes.ts';

export interface EmbeddedPostgresOptions {
  /** folder of the cluster, made on the first start; beside it lie `postgres.json` (password, 0600) and `postgres.log` */
  dataDir: string;
  /** default: the port of the last start, or any free one */
  port?: number | undefined;
  log?: ((line: string) => void) | undefined;
}

export interface EmbeddedPostgres {
  /** database `laurel` */
  connectionString: string;
  /** database `postgres`, for creating other databases */
  adminConnectionString: string;
  port: number;
  pid: number;
  /** where the data lies: not `options.dataDir` when root's home is closed to PostgreSQL's system user */
  dataDir: string;
  logFile: string;
  /** true when a server that an earlier launcher left running was taken over */
  adopted: boolean;
  /** fast shutdown; waits until the process is gone */
  stop(): Promise<void>;
  /** called once when the server ends without `stop` */
  onExit(listener: (reason: string) => void): void;
}

interface Secrets {
  password: string;
  port: number;
  owner: { pid: number; started: string };
  /** where the cluster lies, once it was made */
  madeIn?: string | undefined;
}

/**
 * Starts PostgreSQL 18 from npm on 127.0.0.1, or takes over one that an earlier launcher left. Works as root (then a
 * system user runs it) and in folders with spaces. Every error says which folder is meant and what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => {});
  const wanted = resolve(options.dataDir);
  const account = findAccount();
  const dataDir = await reachableDataDir(account, wanted);
  if (dataDir !== wanted) log(`PostgreSQL's system user cannot reach ${wanted}; its data lies in ${dataDir}.`);
  const home = dirname(wanted);
  await mkdir(home, { recursive: true });
  const files = { secrets: join(home, 'postgres.json'), log: join(home, 'postgres.log') };

  const stored = await readSecrets(files.secrets);
  await refuseSecondLauncher(stored, dataDir);
  const running = await findRunning(dataDir, log);
  const binaries = await findBinaries(account);
  const password = stored?.password ?? randomBytes(24).toString('base64url');
  if (!stored) await refuseLostPassword(dataDir, files.secrets);
  if (stored?.madeIn === dataDir) await refuseLostData(dataDir, files.secrets);
  const me = await identify(process.pid);
  const owner = { pid: process.pid, started: me?.started ?? '' };
  const remember = (port: number, madeIn = stored?.madeIn) =>
    writeSecrets(files.secrets, { password, port, owner, madeIn });

  let server: { pid: number; port: number; ended: Promise<string> };
  if (running && (options.port === undefined || options.port === running.port)) {
    log(`Took over the PostgreSQL that was still running (process ${running.pid}).`);
    await remember(running.port);
    server = { ...running, ended: watch(running.pid) };
  } else {
    if (running) await stopServer(running.pid);
    const port = await choosePort(options.port, stored?.port);
    await remember(port);
    if (await ensureCluster(binaries, account, dataDir, password)) log(`Made a PostgreSQL cluster in ${dataDir}.`);
    await remember(port, dataDir);
    server = await launch({ binaries, account, dataDir, port, logFile: files.log });
  }
  const url = (database: string) =>
    `postgresql://${superuser}:${encodeURIComponent(password)}@127.0.0.1:${server.port}/${database}`;
  await createDatabase(url('postgres'), files.log);
  return handle(server, { url, dataDir, logFile: files.log, adopted: running?.pid === server.pid });
}

function handle(
  server: { pid: number; port: number; ended: Promise<string> },
  made: { url: (database: string) => string; dataDir: string; logFile: string; adopted: boolean },
): EmbeddedPostgres {
  let stopping = false;
  return {
    connectionString: made.url('laurel'),
    adminConnectionString: made.url('postgres'),
    port: server.port,
    pid: server.pid,
    dataDir: made.dataDir,
    logFile: made.logFile,
    adopted: made.adopted,
    async stop() {
      stopping = true;
      await stopServer(server.pid);
    },
    onExit(listener) {
      void server.ended.then((reason) => {
        if (!stopping) listener(reason);
      });
    },
  };
}

/** A server of this data folder that is alive and answers; a stale file of a dead one is PostgreSQL's to clear. */
async function findRunning(
  dataDir: string,
  log: (line: string) => void,
): Promise<{ pid: number; port: number } | null> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const file = await readPostmasterFile(dataDir);
    if (!file || !(await isPostgres(file.pid))) return null;
    if (file.ready && (await portAnswers(file.port))) return { pid: file.pid, port: file.port };
    if (attempt === 0) log(`Waiting for PostgreSQL (process ${file.pid}), which is starting or stopping.`);
    await sleep(100);
  }
  const file = await readPostmasterFile(dataDir);
  if (file) await stopServer(file.pid);
  return null;
}

async function refuseSecondLauncher(stored: Secrets | null, dataDir: string): Promise<void> {
  if (!stored || stored.owner.pid === process.pid || stored.owner.started === '') return;
  const owner = await identify(stored.owner.pid);
  if (owner?.started !== stored.owner.started) return;
  const file = await readPostmasterFile(dataDir);
  if (!file || !(await isPostgres(file.pid))) return;
  throw new Error(
    `Laurel is already running with this data (process ${stored.owner.pid}, data in ${dataDir}). Stop it first, or start this one with another LAUREL_HOME.`,
  );
}

/** An empty database in the place of a lost one would look like a fresh installation, and nobody would look for the backup. */
async function refuseLostData(dataDir: string, secretsFile: string): Promise<void> {
  const content = await readdir(dataDir).catch(() => []);
  if (content.length > 0) return; // data, or something else that ensureCluster names
  throw new Error(
    `The database of this installation lay in ${dataDir}, and it is gone. Put it back from a backup; to start afresh, delete ${secretsFile}.`,
  );
}

async function refuseLostPassword(dataDir: string, secretsFile: string): Promise<void> {
  if (await stat(join(dataDir, 'PG_VERSION')).catch(() => null)) {
    throw new Error(
      `${dataDir} holds a database, but the file with its password, ${secretsFile}, is missing. Put it back from a backup; to start afresh, move the data folder away.`,
    );
  }
}

/**
 * Below the ports that systems give to outgoing connections (Linux from 32768, macOS and Windows from 49152): the port is
 * kept from start to start, and such a connection would hold it now and then.
 */
const lowestPort = 20_000;
const highestPort = 32_000;

async function choosePort(asked: number | undefined, last: number | undefined): Promise<number> {
  const wanted = asked ?? last;
  if (wanted !== undefined) {
    const port = await freePort(wanted);
    if (port !== null) return port;
    if (asked !== undefined) {
      throw new Error(`Port ${asked} of 127.0.0.1 is taken by another program. Choose another one for PostgreSQL.`);
    }
  }
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = await freePort(randomInt(lowestPort, highestPort));
    if (port !== null) return port;
  }
  throw new Error('No port of 127.0.0.1 is free for PostgreSQL. Close some programs and try again.');
}

interface Launch {
  binaries: Binaries;
  account: Account;
  dataDir: string;
  port: number;
  logFile: string;
}

/** Starts the server; once more for a while when backends of a killed one still hold its memory. */
async function launch(input: Launch): Promise<{ pid: number; port: number; ended: Promise<string> }> {
  for (let attempt = 1; ; attempt++) {
    const started = await launchOnce(input);
    if (typeof started !== 'string') return started;
    const passing = /pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(started);
    if (!passing || attempt >= 20) {
      throw new Error(`PostgreSQL did not start in ${input.dataDir}. The end of ${input.logFile}:\n${started}`);
    }
    await sleep(500);
  }
}

async function launchOnce(input: Launch): Promise<{ pid: number; port: number; ended: Promise<string> } | string> {
  const { dataDir, port, logFile } = input;
  await rotate(logFile);
  const logHandle = await open(logFile, 'a', 0o600);
  const before = (await logHandle.stat()).size;
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=100',
    'timezone=UTC',
    'log_timezone=UTC',
  ];
  // Its own process group, so that Ctrl-C reaches the launcher alone and the order of stopping is ours. The log is a
  // file and not a pipe, so that it outlives the launcher.
  const child = spawn(
    input.binaries.postgres,
    ['-D', dataDir, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    { ...spawnOptions(input.account), cwd: dataDir, detached: true, stdio: ['ignore', logHandle.fd, logHandle.fd] },
  );
  const ended = new Promise<string>((done, fail) => {
    child.on('error', (error: NodeJS.ErrnoException) => fail(cannotRun(input.binaries.postgres, error)));
    child.on('exit', (code, signal) => done(signal ? `ended by ${signal}` : `exit code ${code}`));
  });
  let finished = false;
  const watched = ended.finally(() => {
    finished = true;
  });
  watched.catch(() => {}); // a failed spawn is thrown below, where it is awaited
  child.unref();
  await logHandle.close();
  for (;;) {
    if (finished) {
      await ended;
      return lastLines((await readFile(logFile, 'utf8')).slice(before));
    }
    const file = await readPostmasterFile(dataDir);
    if (file && file.pid === child.pid && file.ready) return { pid: file.pid, port, ended };
    await Promise.race([watched, sleep(25)]);
  }
}

/** The log starts anew at 10 MB; the one before is kept. */
async function rotate(logFile: string): Promise<void> {
  const info = await stat(logFile).catch(() => null);
  if (info && info.size > 10_000_000) await rename(logFile, `${logFile}.1`);
}

/** The end of a server that is not our child. */
async function watch(pid: number): Promise<string> {
  while (!(await waitForExit(pid, 1_000))) await sleep(500);
  return 'the process is gone';
}

async function createDatabase(adminUrl: string, logFile: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    const { rowCount } = await client.query(`SELECT 1 FROM pg_database WHERE datname = 'laurel'`);
    if (rowCount === 0) await client.query('CREATE DATABASE laurel');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`PostgreSQL runs but refuses to be used: ${reason}. See ${logFile}.`, { cause: error });
  } finally {
    await client.end();
  }
}

async function readSecrets(path: string): Promise<Secrets | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    const value = JSON.parse(text) as Secrets;
    if (typeof value.password === 'string' && typeof value.owner?.pid === 'number') return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new Error(`${path} cannot be read as the password file of the database. Put it back from a backup.`);
}

async function writeSecrets(path: string, secrets: Secrets): Promise<void> {
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  await chmod(fresh, 0o600);
  await rename(fresh, path);
}
