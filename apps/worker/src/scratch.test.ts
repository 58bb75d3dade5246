import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openScratch, withFolder } from './scratch.ts';

describe('scratch folders', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'laurel-scratch-'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  it('of dead processes are removed, those of live ones kept', async () => {
    const all = dirname(await openScratch(home));
    await mkdir(join(all, '1-live'));
    await mkdir(join(all, '4194305-dead'));
    const mine = await openScratch(home);
    const names = await readdir(all);
    expect(names).toContain('1-live');
    expect(names).not.toContain('4194305-dead');
    expect(names).toHaveLength(2);
    expect(await readdir(mine)).toEqual([]);
  });

  it('of another host are left alone, even with the same process number', async () => {
    const theirs = await openScratch(home, 'other-host');
    await openScratch(home, 'this-host');
    expect(await readdir(theirs)).toEqual([]);
  });

  it('of a job are gone afterwards, also when it failed', async () => {
    const mine = await openScratch(home);
    const work = withFolder(mine, async (folder) => {
      await writeFile(join(folder, 'x'), 'y');
      throw new Error('failed');
    });
    await expect(work).rejects.toThrow('failed');
    expect(await readdir(mine)).toEqual([]);
  });
});
