import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { AppError } from '@laurel/contracts';
import type { BlobStore } from './blob-store.ts';

/**
 * Blobs as files below one directory. A blob is written aside, flushed to the disk and renamed, so that a reader
 * never sees half of one and a crash leaves none; what a crash left aside is removed by `removeLeftovers`.
 */
export class FileBlobStore implements BlobStore {
  private readonly root: string;

  constructor(root: string) {
    this.root = resolve(root);
  }

  async put(key: string, body: Uint8Array | AsyncIterable<Uint8Array>): Promise<{ bytes: number; sha256: string }> {
    const path = await this.pathFor(key, true);
    const aside = `${path}.${randomBytes(6).toString('hex')}${asideSuffix}`;
    try {
      const written = await writeAside(aside, body);
      await rename(aside, path);
      await flushDirectory(dirname(path));
      return written;
    } catch (error) {
      await rm(aside, { force: true });
      throw explained(error);
    }
  }

  async get(key: string) {
    const path = await this.existing(key);
    return createReadStream(path);
  }

  async read(key: string): Promise<Uint8Array> {
    return readFile(await this.existing(key));
  }

  async localPath(key: string): Promise<string> {
    return this.existing(key);
  }

  async exists(key: string): Promise<boolean> {
    return (await stat(await this.pathFor(key, false)).catch(absent))?.isFile() ?? false;
  }

  async delete(key: string): Promise<void> {
    await rm(await this.pathFor(key, false), { force: true });
  }

  async deletePrefix(prefix: string): Promise<void> {
    if (!prefix.endsWith('/')) throw new Error(`a prefix ends with a slash: ${JSON.stringify(prefix)}`);
    await rm(await this.pathFor(prefix.slice(0, -1), false), { recursive: true, force: true });
  }

  async removeLeftovers(untouchedMs: number): Promise<number> {
    let removed = 0;
    for (const entry of (await readdir(this.root, { recursive: true, withFileTypes: true }).catch(absent)) ?? []) {
      if (!entry.isFile() || !entry.name.endsWith(asideSuffix)) continue;
      const path = join(entry.parentPath, entry.name);
      const age = Date.now() - ((await stat(path).catch(absent))?.mtimeMs ?? Date.now());
      if (age < untouchedMs) continue;
      await rm(path, { force: true });
      removed++;
    }
    return removed;
  }

  private async existing(key: string): Promise<string> {
    const path = await this.pathFor(key, false);
    if (!(await stat(path).catch(absent))?.isFile())
      throw new AppError('NOT_FOUND', 'The stored file does not exist any more. It may have been deleted meanwhile.');
    return path;
  }

  /** The file of a key; refuses everything that would lie outside the root, also through a symbolic link. */
  private async pathFor(key: string, create: boolean): Promise<string> {
    if (!/^[0-9a-z_]+(\/[0-9a-z_]+)*$/.test(key)) throw new Error(`not a storage key: ${JSON.stringify(key)}`);
    const path = join(this.root, key);
    const folder = dirname(path);
    if (create) await mkdir(folder, { recursive: true }).catch((error: unknown) => Promise.reject(explained(error)));
    const real = await realpath(create ? folder : path).catch(absent);
    if (real === null) return path;
    const root = await realpath(this.root);
    if (real !== root && !real.startsWith(root + sep)) throw new Error(`the key leads out of the store: ${key}`);
    return path;
  }
}

const asideSuffix = '.part';

/** Writes and hashes in one pass. The file is on the disk, and not only in its cache, when this resolves. */
async function writeAside(
  path: string,
  body: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of body instanceof Uint8Array ? [body] : body) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      await writeAll(file, chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.byteLength; ) at += (await file.write(chunk, at)).bytesWritten;
}

/** Without this a rename may be lost with the power although the content was flushed. */
async function flushDirectory(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}

/** Errors of the disk in words; those of the body (a broken upload) pass as they are. */
function explained(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AppError(
      'STORAGE_FULL',
      'The disk that stores files is full. Free some space, or delete datasets and experiments that are not needed, and try again.',
      { cause: error },
    );
  if (code === 'EROFS' || code === 'EACCES' || code === 'EIO')
    return new AppError(
      'STORAGE_UNAVAILABLE',
      `The storage cannot be written (${code}). Check the data directory and its permissions.`,
      { cause: error },
    );
  return error;
}
