import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { superuser } from './cluster.ts';
import { portAnswers } from './processes.ts';

/**
 * The connection string of an embedded server that another process of ours keeps running on `dataDir`, for commands
 * that work beside it; null when none runs.
 */
export async function connectionOfRunning(dataDir: string): Promise<string | null> {
  const path = join(dirname(resolve(dataDir)), 'postgres.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const { password, port } = JSON.parse(text) as { password: string; port: number };
  if (!(await portAnswers(port))) return null;
  return `postgresql://${superuser}:${encodeURIComponent(password)}@127.0.0.1:${port}/laurel`;
}
