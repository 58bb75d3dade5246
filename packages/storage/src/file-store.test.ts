import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createBlobStore } from './create.ts';
import { blobKeys } from './keys.ts';
import { describeBlobStore } from './testing/conformance.ts';

const folders: string[] = [];
async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'laurel-storage-'));
  folders.push(made);
  return made;
}
afterAll(() => Promise.all(folders.map((made) => rm(made, { recursive: true, force: true }))));

const key = blobKeys.datasetSource('ds_00000000000000000000aa');

describe('files', () => {
  describeBlobStore(async () => createBlobStore({ kind: 'files', directory: await folder() }));

  it('leave nothing aside when a stream breaks', async () => {
    const directory = await folder();
    const store = createBlobStore({ kind: 'files', directory });
    const failing = (async function* () {
      yield Buffer.alloc(10);
      throw new Error('cut');
    })();
    await expect(store.put(key, failing)).rejects.toThrow('cut');
    expect(await readdir(join(directory, 'datasets/ds_00000000000000000000aa'))).toEqual([]);
  });

  it('that a crash left half written are removed once they are old', async () => {
    const directory = await folder();
    const store = createBlobStore({ kind: 'files', directory });
    expect(await createBlobStore({ kind: 'files', directory: join(directory, 'none') }).removeLeftovers(0)).toBe(0);
    await store.put(key, Buffer.from('whole'));
    await writeFile(`${await store.localPath(key)}.0123456789ab.part`, 'half');
    expect(await store.removeLeftovers(60_000)).toBe(0);
    expect(await store.removeLeftovers(-1)).toBe(1);
    expect(await readdir(join(directory, 'datasets/ds_00000000000000000000aa'))).toEqual(['source']);
  });

  it('are not reached through a symbolic link that leads out', async () => {
    const directory = await folder();
    const outside = await folder();
    await writeFile(join(outside, 'source'), 'secret');
    await mkdir(join(directory, 'datasets'));
    await symlink(outside, join(directory, 'datasets/ds_00000000000000000000aa'));
    const store = createBlobStore({ kind: 'files', directory });
    await expect(store.read(key)).rejects.toThrow('leads out of the store');
    await expect(store.put(key, Buffer.from('x'))).rejects.toThrow('leads out of the store');
    expect(await readdir(outside)).toEqual(['source']);
  });

  it('say STORAGE_FULL on a full disk, remove the partial file and work again after', async ({ skip }) => {
    const directory = await folder();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory], { stdio: 'pipe' });
    } catch {
      return skip('this account may not mount a small disk');
    }
    try {
      const store = createBlobStore({ kind: 'files', directory });
      await expect(store.put(key, Buffer.alloc(3 << 20, 1))).rejects.toMatchObject({ code: 'STORAGE_FULL' });
      expect(await readdir(join(directory, 'datasets/ds_00000000000000000000aa'))).toEqual([]);
      expect((await store.put(key, Buffer.alloc(100_000, 1))).bytes).toBe(100_000);
    } finally {
      execFileSync('umount', [directory]);
    }
  });
});
