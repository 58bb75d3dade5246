import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { BlobStore } from '../blob-store.ts';
import { blobKeys } from '../keys.ts';

const dataset = 'ds_00000000000000000000aa';
const experiment = 'exp_00000000000000000000bb';

/** What every store must do, whatever holds the bytes. `create` gives an empty store. */
export function describeBlobStore(create: () => Promise<BlobStore>): void {
  it('gives back what was put, with its size and hash', async () => {
    const store = await create();
    const bytes = randomBytes(3_000_000);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const key = blobKeys.datasetSource(dataset);
    expect(await store.put(key, bytes)).toEqual({ bytes: bytes.length, sha256 });
    expect(Buffer.compare(await store.read(key), bytes)).toBe(0);
    expect(Buffer.compare(await readFile(await store.localPath(key)), bytes)).toBe(0);
    const parts: Buffer[] = [];
    for await (const part of await store.get(key)) parts.push(part as Buffer);
    expect(Buffer.compare(Buffer.concat(parts), bytes)).toBe(0);
  });

  it('takes a stream, also an empty one', async () => {
    const store = await create();
    const key = blobKeys.prepared(experiment);
    const written = await store.put(key, stream(['ab', 'c', 'def']));
    expect(written).toEqual({ bytes: 6, sha256: createHash('sha256').update('abcdef').digest('hex') });
    expect(Buffer.from(await store.read(key)).toString()).toBe('abcdef');
    expect((await store.put(key, stream([]))).bytes).toBe(0);
    expect(await store.exists(key)).toBe(true);
    expect((await store.read(key)).length).toBe(0);
  });

  it('keeps the old blob, and nothing of the new one, when the stream breaks', async () => {
    const store = await create();
    const key = blobKeys.datasetSource(dataset);
    await store.put(key, Buffer.from('old'));
    await expect(store.put(key, broken())).rejects.toThrow('the line was cut');
    expect(Buffer.from(await store.read(key)).toString()).toBe('old');
    const other = blobKeys.datasetTable(dataset);
    await expect(store.put(other, broken())).rejects.toThrow('the line was cut');
    expect(await store.exists(other)).toBe(false);
  });

  it('shows readers the old or the new blob and never a mix', async () => {
    const store = await create();
    const key = blobKeys.datasetSource(dataset);
    const size = 400_000;
    await store.put(key, Buffer.alloc(size, 0));
    const writes = (async () => {
      for (let i = 1; i <= 20; i++) await store.put(key, Buffer.alloc(size, i));
    })();
    for (let i = 0; i < 40; i++) {
      const seen = await store.read(key);
      expect(seen.length).toBe(size);
      expect(new Set(seen).size).toBe(1);
    }
    await writes;
  });

  it('answers NOT_FOUND for a key that does not exist', async () => {
    const store = await create();
    const key = blobKeys.batchInput('job_00000000000000000000cc');
    await expect(store.get(key)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(store.read(key)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(store.localPath(key)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await store.exists(key)).toBe(false);
    await store.delete(key);
  });

  it('deletes one blob, or all below a prefix and no others', async () => {
    const store = await create();
    const keep = blobKeys.predictions('exp_00000000000000000000bbx', 'trl_1');
    const gone = [blobKeys.prepared(experiment), blobKeys.predictions(experiment, 'trl_1')];
    for (const key of [keep, ...gone]) await store.put(key, Buffer.from(key));
    await store.deletePrefix(blobKeys.experiment(experiment));
    for (const key of gone) expect(await store.exists(key)).toBe(false);
    expect(await store.exists(keep)).toBe(true);
    await store.delete(keep);
    expect(await store.exists(keep)).toBe(false);
    await store.deletePrefix(blobKeys.dataset(dataset));
  });

  it('refuses everything that is not a key of ours', async () => {
    const store = await create();
    for (const key of [
      '',
      '/etc/passwd',
      '../x',
      'a/../../x',
      'a//b',
      'a/',
      'a\\b',
      'a\0b',
      'ds_1/%2e%2e/x',
      'A/b',
      'a/.b',
    ]) {
      await expect(store.put(key, Buffer.from('x'))).rejects.toThrow('not a storage key');
      await expect(store.read(key)).rejects.toThrow('not a storage key');
    }
    expect(() => blobKeys.dataset('../x')).toThrow('not an id of ours');
  });
}

async function* stream(parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}
async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(100_000, 7);
  throw new Error('the line was cut');
}
