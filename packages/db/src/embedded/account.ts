import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** Who runs PostgreSQL: null ids mean the person who started Laurel. PostgreSQL refuses to run as root. */
export interface Account {
  uid: number | null;
  gid: number | null;
  name: string | null;
}

const ownFolder = '/var/lib/laurel';

/** As root: the system user `postgres` or `laurel`, made when neither is there. Otherwise the current user. */
export function findAccount(): Account {
  if (process.getuid?.() !== 0) return { uid: null, gid: null, name: null };
  for (const name of ['postgres', 'laurel']) {
    const found = lookUp(name);
    if (found) return found;
  }
  const made = spawnSync(
    'useradd',
    ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', 'laurel'],
    {
      encoding: 'utf8',
    },
  );
  const account = lookUp('laurel');
  if (account) return account;
  const reason = made.error?.message ?? made.stderr.trim();
  throw new Error(
    `PostgreSQL does not run as root, and no system user could be made for it (${reason}). Create a user named "postgres" or "laurel", start Laurel as an ordinary user, or set DATABASE_URL.`,
  );
}

function lookUp(name: string): Account | null {
  const uid = idOf('-u', name);
  const gid = idOf('-g', name);
  return uid === null || gid === null ? null : { uid, gid, name };
}

function idOf(flag: '-u' | '-g', name: string): number | null {
  const result = spawnSync('id', [flag, name], { encoding: 'utf8' });
  return result.status === 0 ? Number(result.stdout.trim()) : null;
}

/** The first folder on the way down to `path` that other users may not pass; null when all are open. */
export async function firstClosedFolder(path: string): Promise<string | null> {
  const parts: string[] = [];
  for (let dir = resolve(path); ; dir = dirname(dir)) {
    parts.unshift(dir);
    if (dir === dirname(dir)) break;
  }
  for (const dir of parts) {
    const info = await stat(dir).catch(() => null);
    if (info === null) return null; // what does not exist yet is made by us, open enough
    if (info.isDirectory() && (info.mode & 0o001) === 0) return dir;
  }
  return null;
}

/** /var/lib/laurel, where the system user can reach what lies in a closed home. */
export async function stateFolder(): Promise<string> {
  try {
    await mkdir(ownFolder, { recursive: true, mode: 0o755 });
    return ownFolder;
  } catch (error) {
    throw new Error(
      `${ownFolder} could not be made, and PostgreSQL's system user cannot reach the folder of Laurel. Make it, move Laurel and LAUREL_HOME to a folder that other users may pass (chmod o+x), or set DATABASE_URL.`,
      { cause: error },
    );
  }
}

/** Where the data really goes: `wanted`, or below /var/lib/laurel when the account cannot reach it. */
export async function reachableDataDir(account: Account, wanted: string): Promise<string> {
  if (account.uid === null || (await firstClosedFolder(dirname(wanted))) === null) return wanted;
  const hash = createHash('sha256').update(wanted).digest('hex').slice(0, 16);
  const home = join(await stateFolder(), hash);
  await mkdir(home, { recursive: true, mode: 0o755 });
  return join(home, 'postgres');
}
