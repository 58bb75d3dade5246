import { existsSync } from 'node:fs';
import { systemActor } from '@laurel/access';
import type { Db } from '@laurel/db';
import type { UpSettings } from './env.ts';
import { type Credentials, generatePassword, type Home, readCredentials, writePrivate } from './settings.ts';

/**
 * Makes the first administrator and the key of this installation when the database has none, and keeps
 * `credentials.json` (mode 0600) true for the addresses of this start.
 */
export async function ensureCredentials(
  db: Db,
  home: Home,
  settings: UpSettings,
): Promise<{ credentials: Credentials | null; first: boolean }> {
  const password = settings.adminPassword ?? generatePassword();
  const { created, userId } = await db.internal.ensureAdministrator({
    email: settings.adminEmail,
    name: 'Administrator',
    password,
  });
  const urls = { url: settings.url, serveUrl: `http://localhost:${settings.servePort}` };
  if (created) {
    const apiKey = await db.internal.createApiKeyFor(userId, 'First start');
    const credentials = { ...urls, email: settings.adminEmail, password, apiKey };
    writePrivate(home.credentials, credentials);
    return { credentials, first: true };
  }
  if (!existsSync(home.credentials)) return { credentials: null, first: false };
  const kept = { ...(readCredentials(home) as Credentials), ...urls };
  writePrivate(home.credentials, kept);
  return { credentials: kept, first: false };
}

/** True when nobody has a project yet, so a sample is welcome. */
export async function isEmpty(db: Db): Promise<boolean> {
  return (await db.projects.list(systemActor, { limit: 1 })).items.length === 0;
}
