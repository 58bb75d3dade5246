import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * A folder of this process alone; those of processes that are gone are removed. Workers in containers share the data
 * directory and are all process 1, so each host looks after its own folders and no other's.
 */
export async function openScratch(home: string, host: string = hostname()): Promise<string> {
  const all = join(home, 'worker', 'scratch', host.replaceAll(/[^\w.-]/g, '_'));
  await mkdir(all, { recursive: true, mode: 0o700 });
  for (const name of await readdir(all)) {
    const pid = Number(name.split('-')[0]);
    if (pid === process.pid || !isAlive(pid)) await rm(join(all, name), { recursive: true, force: true });
  }
  return mkdtemp(join(all, `${process.pid}-`));
}

/** Runs `work` with a new folder, which is gone afterwards whatever happened. */
export async function withFolder<T>(scratch: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(scratch, 'job-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whether a process of this machine lives; one of another user does too. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
