import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Db } from '@laurel/db';

/**
 * Models of running experiments as files, so that the ensemble's process can open those that it chooses. The
 * database has every one of them; what is missing here is fetched, and what is old is thrown away.
 */
export class ArtifactCache {
  private readonly db: Db;
  private readonly folder: string;

  constructor(db: Db, folder: string) {
    this.db = db;
    this.folder = folder;
  }

  async put(experimentId: string, trialId: string, artifact: Uint8Array): Promise<void> {
    const folder = join(this.folder, experimentId);
    await mkdir(folder, { recursive: true });
    const path = join(folder, trialId);
    await writeFile(`${path}.part`, artifact);
    await rename(`${path}.part`, path);
  }

  /** Path of a trial's model; from the database by its hash when another worker made it. */
  async path(experimentId: string, trialId: string, sha256: string): Promise<string> {
    const path = join(this.folder, experimentId, trialId);
    if (!(await exists(path))) await this.put(experimentId, trialId, await this.db.internal.readArtifact(sha256));
    await utimes(join(this.folder, experimentId), new Date(), new Date());
    return path;
  }

  async drop(experimentId: string): Promise<void> {
    await rm(join(this.folder, experimentId), { recursive: true, force: true });
  }

  /** removes experiments to which nothing was added for so long */
  async dropUntouched(untouchedMs: number): Promise<void> {
    for (const experimentId of await readdir(this.folder).catch(none)) {
      const { mtimeMs } = await stat(join(this.folder, experimentId));
      if (Date.now() - mtimeMs > untouchedMs) await this.drop(experimentId);
    }
  }
}

async function exists(path: string): Promise<boolean> {
  const found = await stat(path).catch(none);
  return !Array.isArray(found);
}
function none(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
