import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { systemActor } from '@laurel/access';
import type { Db } from '@laurel/db';
import type { UpSettings } from './env.ts';
import { type Credentials, generatePassword, type Home, readCredentials, writePrivate } from './settings.ts';

/**
 * Makes the first administrator and the key of this installation when the database has none, and keeps
 * `credentials.json` (mode 0600) true for the addresses of this start. The password is written down before the
 * administrator exists: a start that is cut off in between goes on with the same one.
 */
export async function ensureCredentials(
  db: Db,
  home: Home,
  settings: UpSettings,
): Promise<{ credentials: Credentials | null; first: boolean }> {
  const urls = { url: settings.url, serveUrl: `http://localhost:${settings.servePort}` };
  if (existsSync(home.credentials)) {
    const kept = { ...(readCredentials(home) as Credentials), ...urls };
    const { created, userId } = await db.internal.ensureAdministrator(administrator(kept.email, kept.password));
    // the database is a new one: its administrator has the password that is on record here, and needs a key
    if (created) kept.apiKey = await db.internal.createApiKeyFor(userId, 'First start');
    writePrivate(home.credentials, kept);
    return { credentials: kept, first: created };
  }
  const pendingFile = join(home.dir, 'first-start.json');
  const interrupted = existsSync(pendingFile);
  const pending: { email: string; password: string } = interrupted
    ? JSON.parse(readFileSync(pendingFile, 'utf8'))
    : { email: settings.adminEmail, password: settings.adminPassword ?? generatePassword() };
  writePrivate(pendingFile, pending);
  const { created, userId } = await db.internal.ensureAdministrator(administrator(pending.email, pending.password));
  if (!created && !interrupted) {
    rmSync(pendingFile); // somebody else's database: its administrators are known to its owner
    return { credentials: null, first: false };
  }
  const apiKey = await db.internal.createApiKeyFor(userId, 'First start');
  const credentials = { ...urls, ...pending, apiKey };
  writePrivate(home.credentials, credentials);
  rmSync(pendingFile);
  return { credentials, first: true };
}

function administrator(email: string, password: string) {
  return { email, name: 'Administrator', password };
}

/** True when nobody has a project yet, so a sample is welcome. */
export async function isEmpty(db: Db): Promise<boolean> {
  return (await db.projects.list(systemActor, { limit: 1 })).items.length === 0;
}
