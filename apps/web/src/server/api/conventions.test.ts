import { stopTestDatabases } from '@laurel/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminPassword, createWorld, type Person, type World } from '../testing/world.ts';

let world: World;
let ada: Person;
beforeAll(async () => {
  world = await createWorld();
  ada = await world.person('ada');
});
afterAll(async () => {
  await world?.close();
  await stopTestDatabases();
});

const jsonType = { 'content-type': 'application/json' };

describe('errors', () => {
  it.each([
    ['nothing at the address', '/nothing', {}, 404, 'NOT_FOUND'],
    ['a method that there is not', '/projects', { method: 'PATCH', json: {} }, 405, 'METHOD_NOT_ALLOWED'],
    ['another method', '/health', { method: 'POST', json: {} }, 405, 'METHOD_NOT_ALLOWED'],
    ['malformed JSON', '/projects', { body: '{"name":', headers: jsonType }, 400, 'JSON_INVALID'],
    ['JSON of depth 10,000', '/projects', { body: '['.repeat(10_000), headers: jsonType }, 400, 'JSON_INVALID'],
    [
      'a body of 11 MB',
      '/projects',
      { body: `{"name":"${'x'.repeat(11 * 1024 * 1024)}"}`, headers: jsonType },
      413,
      'BODY_TOO_LARGE',
    ],
    [
      'text/plain',
      '/projects',
      { body: '{"name":"x"}', headers: { 'content-type': 'text/plain' } },
      415,
      'CONTENT_TYPE_UNSUPPORTED',
    ],
    ['no content type', '/projects', { body: new Uint8Array([123, 125]) }, 415, 'CONTENT_TYPE_UNSUPPORTED'],
    [
      'a compressed body',
      '/projects',
      { body: '{}', headers: { ...jsonType, 'content-encoding': 'gzip' } },
      415,
      'CONTENT_TYPE_UNSUPPORTED',
    ],
    ['an unknown field', '/projects', { json: { name: 'x', ownerId: 'usr_1' } }, 400, 'UNKNOWN_FIELD'],
    [
      '__proto__',
      '/projects',
      { body: '{"name":"x","__proto__":{"isAdmin":true}}', headers: jsonType },
      400,
      'UNKNOWN_FIELD',
    ],
    ['a name of 10,000 characters', '/projects', { json: { name: 'x'.repeat(10_000) } }, 422, 'VALUE_INVALID'],
    ['a parameter twice', '/projects?limit=1&limit=2', {}, 400, 'PARAMETER_INVALID'],
    ['an operator as a parameter', '/projects?id[not]=1', {}, 400, 'UNKNOWN_FIELD'],
    ['sorting by something secret', '/users?sort=passwordHash', {}, 400, 'PARAMETER_INVALID'],
    ['sorting through a relation', '/users?sort=accounts.password', {}, 400, 'PARAMETER_INVALID'],
    ['a made-up cursor', '/projects?cursor=abc', {}, 400, 'PARAMETER_INVALID'],
    [
      'a cursor with SQL',
      `/projects?cursor=${encodeURIComponent("'; SELECT pg_sleep(5)--")}`,
      {},
      400,
      'PARAMETER_INVALID',
    ],
    ['a limit of 0', '/projects?limit=0', {}, 400, 'PARAMETER_INVALID'],
    ['a body where none is taken', '/api-keys/x', { method: 'DELETE', json: { all: true } }, 404, 'NOT_FOUND'],
    ['a key that is no key', '/projects', { headers: { authorization: 'Basic YTpi' } }, 401, 'UNAUTHENTICATED'],
    [
      'a key that there is not',
      '/projects',
      { headers: { authorization: `Bearer lrl_${'0'.repeat(40)}` } },
      401,
      'UNAUTHENTICATED',
    ],
    ['a host that is not ours', '/health', { headers: { host: 'evil.test' } }, 421, 'HOST_NOT_ALLOWED'],
  ] as const)('%s', async (_, path, init, status, code) => {
    const own = 'headers' in init && 'authorization' in init.headers;
    const answer = await world.call(path, { ...init, as: own ? null : ada } as never);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject({ code, requestId: answer.headers.get('x-request-id') });
    expect(Object.keys(answer.body.error).sort()).toEqual(['code', 'details', 'message', 'requestId']);
    expect(answer.text).not.toMatch(/node_modules|SELECT|prisma|\/work\/|at Object\./);
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  });

  it('names the methods that there are', async () => {
    const answer = await world.call('/projects', { method: 'DELETE', as: ada });
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
  });

  it('gives every answer the same headers', async () => {
    for (const answer of [await world.call('/health'), await world.call('/nothing'), await world.call('/projects')]) {
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('x-request-id')).toMatch(/^req_/);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('ignores headers that other servers take for orders', async () => {
    for (const headers of [
      { 'x-middleware-subrequest': 'middleware:middleware:middleware' },
      { 'x-http-method-override': 'DELETE' },
      { 'x-forwarded-host': 'evil.test' },
      { 'x-original-url': '/api/v1/health' },
    ]) {
      expect((await world.call('/projects', { headers })).status).toBe(401);
    }
  });
});

describe('lists', () => {
  it('come in pages that miss nothing and repeat nothing', async () => {
    const bea = await world.person('bea');
    for (let i = 0; i < 7; i++) await world.call('/projects', { as: bea, json: { name: `p${i}` } });
    const names: string[] = [];
    let cursor = '';
    do {
      const answer = await world.call(
        `/projects?limit=3&sort=name${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
        { as: bea },
      );
      names.push(...answer.body.items.map((project: { name: string }) => project.name));
      cursor = answer.body.nextCursor ?? '';
    } while (cursor !== '');
    expect(names).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6']);
  });
});

describe('Idempotency-Key', () => {
  const headers = { 'idempotency-key': 'the-same-key' };
  it('makes one of many, and refuses another body', async () => {
    const cy = await world.person('cy');
    const send = () => world.call('/projects', { as: cy, json: { name: 'once' }, headers });
    const answers = await Promise.all(Array.from({ length: 8 }, send));
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(answers[0]!.status).toBe(201);
    expect((await world.call('/projects', { as: cy })).body.items).toHaveLength(1);
    const changed = await world.call('/projects', { as: cy, json: { name: 'twice' }, headers });
    expect([changed.status, changed.body.error.code]).toEqual([422, 'IDEMPOTENCY_MISMATCH']);
    const elsewhere = await world.call('/api-keys', { as: cy, json: { name: 'once' }, headers });
    expect(elsewhere.status).toBe(422);
  });

  it('must be a key', async () => {
    const answer = await world.call('/projects', {
      as: ada,
      json: { name: 'x' },
      headers: { 'idempotency-key': 'x'.repeat(300) },
    });
    expect(answer.status).toBe(400);
  });
});

describe('sessions', () => {
  const signIn = (password = adminPassword, headers: Record<string, string> = {}) =>
    world.call('/sessions', { json: { email: 'Admin@laurel.test', password }, headers });

  it('sign in, say who, and end', async () => {
    const answer = await signIn();
    expect(answer.status).toBe(201);
    expect(answer.body.user).toMatchObject({ email: 'admin@laurel.test', role: 'admin' });
    const cookie = answer.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^laurel_session=[^;]{16,}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
    const bearer = { authorization: `Bearer ${answer.body.token}` };
    expect((await world.call('/sessions/current', { headers: bearer })).body.user.email).toBe('admin@laurel.test');
    expect((await world.call('/sessions/current', { method: 'DELETE', headers: bearer })).status).toBe(204);
    expect((await world.call('/sessions/current', { headers: bearer })).status).toBe(401);
    const rows = await world.platform.db.audit.list(world.admin.actor, { entity: world.admin.userId }, {});
    expect(rows.items.map((row) => row.action)).toEqual(expect.arrayContaining(['session.created', 'session.ended']));
  });

  it('says the same of an unknown person and a wrong password, and records the try', async () => {
    const wrong = await signIn('not-the-password');
    const unknown = await world.call('/sessions', {
      json: { email: 'nobody@laurel.test', password: 'not-the-password' },
    });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.body.error.message).toBe(unknown.body.error.message);
    const rows = await world.platform.db.audit.list(world.admin.actor, { action: 'session.refused' }, {});
    expect(rows.items.map((row) => row.after)).toContainEqual({ email: 'nobody@laurel.test' });
    expect(JSON.stringify(rows)).not.toContain('not-the-password');
  });

  it('by cookie, change nothing for a page of another site', async () => {
    const cookie = (await signIn()).headers.get('set-cookie')!.split(';')[0]!;
    const change = (headers: Record<string, string>) =>
      world.call('/projects', { json: { name: 'by cookie' }, headers: { cookie, ...headers } });
    expect((await world.call('/projects', { headers: { cookie } })).status).toBe(200);
    for (const origin of ['https://evil.test', 'null', 'http://localhost:9999']) {
      expect((await change({ origin })).body.error.code).toBe('CSRF');
    }
    expect((await change({})).body.error.code).toBe('CSRF');
    expect((await change({ origin: 'http://localhost:3000' })).status).toBe(201);
    const form = await world.call('/projects', {
      body: 'name=x',
      headers: { cookie, origin: 'http://localhost:3000', 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(form.status).toBe(415);
    expect((await signIn(adminPassword, { origin: 'https://evil.test' })).status).toBe(403);
  });

  it('are refused after ten wrong passwords, for that person', async () => {
    const dan = await world.person('dan');
    const tries = [];
    for (let i = 0; i < 11; i++)
      tries.push(
        await world.call('/sessions', {
          json: { email: dan.email, password: `wrong-${i}` },
          headers: { 'x-forwarded-for': `10.0.0.${i}` },
        }),
      );
    expect(tries.at(-1)!.status).toBe(429);
    expect(Number(tries.at(-1)!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await signIn()).status).toBe(201);
  });

  it('carry a cookie bound to the host where people come by https', async () => {
    const secure = await createWorld({ publicOrigin: 'https://laurel.example.org' });
    try {
      const answer = await secure.call('/sessions', { json: { email: 'admin@laurel.test', password: adminPassword } });
      expect(answer.headers.get('set-cookie')).toMatch(/^__Host-laurel_session=.*; Secure$/);
      expect(answer.headers.get('strict-transport-security')).toContain('max-age=31536000');
    } finally {
      await secure.close();
    }
  });
});

describe('people and keys', () => {
  it('are added by an administrator, with a password or an invitation', async () => {
    const made = await world.call('/users', {
      as: world.admin,
      json: { email: 'eve@laurel.test', name: 'Eve', role: 'viewer' },
    });
    expect(made.status).toBe(201);
    expect(made.body.invitation.url).toBe(`http://localhost:3000/invitation#${made.body.invitation.token}`);
    const accept = () =>
      world.call('/invitations/accept', { json: { token: made.body.invitation.token, password: 'a-good-password' } });
    expect((await accept()).status).toBe(200);
    expect((await accept()).status).toBe(404);
    const signedIn = await world.call('/sessions', { json: { email: 'eve@laurel.test', password: 'a-good-password' } });
    expect(signedIn.status).toBe(201);
    const twice = await world.call('/users', {
      as: world.admin,
      json: { email: 'eve@laurel.test', name: 'Eve', role: 'viewer' },
    });
    expect(twice.status).toBe(409);
  });

  it('show a key once and take it back at once', async () => {
    const made = await world.call('/api-keys', { as: ada, json: { name: 'mine' } });
    const mine = { ...ada, key: made.body.key as string };
    expect((await world.call('/projects', { as: mine })).status).toBe(200);
    expect((await world.call('/api-keys', { as: ada })).text).not.toContain(made.body.key);
    expect((await world.call(`/api-keys/${made.body.id}`, { method: 'DELETE', as: ada })).status).toBe(204);
    expect((await world.call('/projects', { as: mine })).status).toBe(401);
  });

  it('do not let a member make a key of somebody else', async () => {
    const answer = await world.call('/api-keys', { as: ada, json: { name: 'theirs', userId: world.admin.userId } });
    expect([403, 404]).toContain(answer.status);
    const scope = await world.call('/api-keys', { as: ada, json: { name: 'x', scopes: ['everything'] } });
    expect(scope.status).toBe(422);
  });
});

describe('the document', () => {
  it('describes every route', async () => {
    const { body } = await world.call('/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toContain('/models/{id}/promotion-requests');
    expect(body.components.schemas.Dataset.properties.sha256.type).toBe('string');
    const upload = body.paths['/datasets'].post;
    expect(Object.keys(upload.requestBody.content)).toContain('multipart/form-data');
    expect(upload.security).toEqual([{ bearer: [] }]);
  });

  it('has a page that loads nothing from elsewhere', async () => {
    const page = await world.call('/docs');
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'nonce-[^']+';/);
    expect(page.text).not.toMatch(/https?:\/\//);
    expect((await world.call('/docs/swagger-ui-bundle.js')).text.length).toBeGreaterThan(500_000);
  });
});

describe('readiness', () => {
  it('names what is missing', async () => {
    const answer = await world.call('/ready');
    expect(answer.status).toBe(503);
    expect(answer.body.missing).toEqual(['serve']);
    expect(answer.body.checks.database.ok).toBe(true);
    expect((await world.call('/health')).body.status).toBe('ok');
  });
});
