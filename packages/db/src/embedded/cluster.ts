import { spawn } from 'node:child_process';
import { chown, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';

/** The role that owns everything in the embedded cluster. */
export const superuser = 'laurel';

/**
 * Makes the cluster when the folder has none: UTF8, checksums, passwords by SCRAM. It is made beside its place and
 * moved there whole, so that an interrupted first start leaves nothing half done. True when it was made now.
 */
export async function ensureCluster(
  binaries: Binaries,
  account: Account,
  dataDir: string,
  password: string,
): Promise<boolean> {
  const version = await readFile(join(dataDir, 'PG_VERSION'), 'utf8').catch(() => null);
  if (version !== null) {
    if (version.trim() === '18') return false;
    throw new Error(
      `${dataDir} holds data of PostgreSQL ${version.trim()}, and this Laurel brings 18. Start the old version, make a backup and restore it into a new folder.`,
    );
  }
  const present = await readdir(dataDir).catch(() => []);
  if (present.length > 0) {
    throw new Error(
      `${dataDir} is not empty and holds no PostgreSQL data. Move its content away, or choose another LAUREL_HOME.`,
    );
  }
  await mkdir(dirname(dataDir), { recursive: true });
  const fresh = `${dataDir}.new-${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  await giveTo(account, fresh);
  await runInitdb(binaries, account, fresh, password);
  await rm(dataDir, { recursive: true, force: true });
  await rename(fresh, dataDir);
  return true;
}

async function runInitdb(binaries: Binaries, account: Account, dataDir: string, password: string): Promise<void> {
  const secretDir = await mkdtemp(join(tmpdir(), 'laurel-init-'));
  const passwordFile = join(secretDir, 'password');
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    await giveTo(account, secretDir);
    await giveTo(account, passwordFile);
    const { code, output } = await run(
      binaries.initdb,
      [
        `--pgdata=${dataDir}`,
        `--username=${superuser}`,
        '--auth=scram-sha-256',
        `--pwfile=${passwordFile}`,
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--locale=C',
        '--builtin-locale=C.UTF-8',
        '--data-checksums',
        '--no-instructions',
      ],
      account,
      dataDir,
    );
    if (code !== 0) {
      await rm(dataDir, { recursive: true, force: true });
      throw new Error(`PostgreSQL's initdb failed (exit code ${code}). Its last words:\n${lastLines(output)}`);
    }
  } finally {
    await rm(secretDir, { recursive: true, force: true });
  }
}

function run(program: string, args: string[], account: Account, cwd: string) {
  return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    const child = spawn(program, args, { ...spawnOptions(account), cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error: NodeJS.ErrnoException) => reject(cannotRun(program, error)));
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** Only what PostgreSQL needs: nothing of Laurel's secrets, and no PG* variable that would change its mind. */
export function spawnOptions(account: Account) {
  // the cast: where Next is about, its types want NODE_ENV in every environment
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } as unknown as NodeJS.ProcessEnv;
  return account.uid === null || account.gid === null ? { env } : { env, uid: account.uid, gid: account.gid };
}

export function cannotRun(program: string, error: NodeJS.ErrnoException): Error {
  return new Error(
    `${program} could not be started (${error.code ?? error.message}). Check that this file can be run and its folders passed, or set DATABASE_URL to a PostgreSQL server.`,
    { cause: error },
  );
}

export async function giveTo(account: Account, path: string): Promise<void> {
  if (account.uid !== null && account.gid !== null) await chown(path, account.uid, account.gid);
}

export function lastLines(text: string, count = 15): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
