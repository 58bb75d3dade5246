import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDb, type Db } from '@laurel/db';
import { stopTestDatabases, testDatabase } from '@laurel/db/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readUpSettings } from './env.ts';
import { ensureCredentials } from './first-start.ts';
import { type Home, openHome, readCredentials } from './settings.ts';

describe('the first start', () => {
  let db: Db;
  let home: Home;
  const settings = readUpSettings({ LAUREL_ROOT: '/laurel', PORT: '4000' });

  beforeAll(async () => {
    db = createDb({ connectionString: (await testDatabase()).connectionString, poolSize: 2 });
  });
  beforeEach(() => {
    home = openHome(mkdtempSync(join(tmpdir(), 'laurel-first-')));
  });
  afterAll(async () => {
    await db.close();
    await stopTestDatabases();
  });

  it('that is cut off after the administrator was made goes on with the same password', async () => {
    const cutOff: Db = {
      ...db,
      internal: {
        ...db.internal,
        createApiKeyFor: async () => {
          throw new Error('the power went');
        },
      },
    };
    await expect(ensureCredentials(cutOff, home, settings)).rejects.toThrow('the power went');
    expect(existsSync(home.credentials)).toBe(false);

    const { credentials, first } = await ensureCredentials(db, home, settings);
    expect(first).toBe(true);
    expect(await db.apiKeys.verify(credentials?.apiKey ?? '')).toMatchObject({
      installationRole: 'admin',
      mayApprove: false,
    });
    expect(readCredentials(home)).toEqual(credentials);

    const second = await ensureCredentials(db, home, settings);
    expect(second).toEqual({ credentials, first: false });
    rmSync(home.dir, { recursive: true });
  });

  it('on the database of somebody else prints no sign-in', async () => {
    expect(await ensureCredentials(db, home, settings)).toEqual({ credentials: null, first: false });
    expect(existsSync(home.credentials)).toBe(false);
    rmSync(home.dir, { recursive: true });
  });
});
