import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor } from '@laurel/access';
import type { ProjectRole } from '@laurel/contracts';
import { testDatabase } from '@laurel/db/testing';
import { createApi } from '../api/create-api.ts';
import { createPlatform, type Platform } from '../platform.ts';

export const adminPassword = 'first-administrator';

export interface Person {
  userId: string;
  email: string;
  key: string;
  actor: Actor;
}

/** The API in this process on a real, fresh database and a folder; nothing listens on `servePort` unless a test does. */
export interface World {
  platform: Platform;
  admin: Person;
  /** a request with a person's key (or any headers); the path is below /api/v1 */
  call(path: string, init?: CallInit): Promise<Answer>;
  person(name: string, memberships?: Record<string, ProjectRole>): Promise<Person>;
  /** the server of the databases is stopped by `stopTestDatabases`, once per file */
  close(): Promise<void>;
}
export interface CallInit {
  method?: string;
  as?: Person | null;
  headers?: Record<string, string>;
  json?: unknown;
  body?: BodyInit;
}
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into any answer
  body: any;
  text: string;
}

export async function createWorld(
  options: { maxUploadBytes?: number; publicOrigin?: string; servePort?: number } = {},
): Promise<World> {
  const database = await testDatabase();
  const home = await mkdtemp(join(tmpdir(), 'laurel-web-'));
  const platform = createPlatform({
    databaseUrl: database.connectionString,
    redisUrl: null,
    home,
    publicOrigin: options.publicOrigin ?? 'http://localhost:3000',
    allowedHosts: [],
    // port 9 (discard): nothing answers there
    serveUrl: `http://127.0.0.1:${options.servePort ?? 9}`,
    internalToken: 'internal-token-of-the-tests-0123456789',
    authSecret: 'auth-secret-of-the-tests-0123456789-abc',
    maxUploadBytes: options.maxUploadBytes ?? 1024 * 1024,
    version: 'test',
  });
  const api = createApi(() => platform, { checkAnswers: true });
  const email = 'admin@laurel.test';
  const { userId } = await platform.db.internal.ensureAdministrator({ email, password: adminPassword, name: 'Admin' });
  const admin = await withKey(platform, { userId, email });

  return {
    platform,
    admin,
    async call(path, init = {}) {
      const headers = new Headers(init.headers);
      if (!headers.has('host')) headers.set('host', 'localhost:3000');
      if (init.as) headers.set('authorization', `Bearer ${init.as.key}`);
      if (init.json !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/json');
      const body = init.json === undefined ? init.body : JSON.stringify(init.json);
      const method = init.method ?? (body === undefined ? 'GET' : 'POST');
      const request = new Request(`http://localhost:3000/api/v1${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body, duplex: 'half' }),
      } as RequestInit);
      const response = await api.fetch(request);
      const text = await response.text();
      const json = response.headers.get('content-type')?.startsWith('application/json');
      return { status: response.status, headers: response.headers, text, body: json ? JSON.parse(text) : null };
    },
    async person(name, memberships = {}) {
      const made = await platform.db.users.create(admin.actor, { email: `${name}@laurel.test`, name, role: 'editor' });
      const person = await withKey(platform, { userId: made.user.id, email: made.user.email });
      for (const [projectId, role] of Object.entries(memberships)) {
        const members = await platform.db.projects.members(admin.actor, projectId);
        const others = members.map((member) => ({ userId: member.userId, role: member.role }));
        await platform.db.projects.setMembers(admin.actor, projectId, [...others, { userId: person.userId, role }]);
      }
      return person;
    },
    async close() {
      await platform.close();
      await database.drop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Keys that carry approvals, as ones that their owner made while signed in. */
async function withKey(platform: Platform, person: { userId: string; email: string }): Promise<Person> {
  const key = await platform.db.internal.createApiKeyFor(person.userId, 'tests', { mayApprove: true });
  const actor = await platform.db.apiKeys.verify(key);
  if (!actor) throw new Error('a key that was just made is not valid');
  return { ...person, key, actor };
}
