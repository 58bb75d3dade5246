import { createAuth } from '@laurel/access/auth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, openScenario, type Scenario } from './testing/scenario.ts';
import { stopTestDatabases } from './testing.ts';

let scenario: Scenario;
let auth: ReturnType<typeof createAuth>;
const password = 'correct horse battery';
const from = { ip: '192.0.2.1', userAgent: 'vitest' };

beforeAll(async () => {
  scenario = await openScenario();
  const { prisma, signIns } = scenario.db;
  auth = createAuth({ prisma, throttle: signIns, secret: 's'.repeat(40), baseUrl: 'http://localhost:3000' });
});
afterAll(async () => {
  await scenario.close();
  await stopTestDatabases();
});

const bearer = (token: string) => new Headers({ authorization: `Bearer ${token}` });

describe('sessions', () => {
  it('begin with the right password and end when asked', async () => {
    const { db, admin } = scenario;
    const signed = await auth.signIn({ email: ' ADA@example.org ', password, ...from });
    expect(signed.user).toMatchObject({ id: admin.userId, role: 'admin', email: 'ada@example.org' });
    expect(Date.parse(signed.expiresAt)).toBeGreaterThan(Date.now() + 6 * 24 * 3600_000);
    const actor = { kind: 'user', userId: admin.userId, installationRole: 'admin', mayApprove: true, scopes: null };
    expect(await auth.resolveSession(bearer(signed.token))).toMatchObject(actor);
    expect(await db.sessions.verify(signed.token)).toMatchObject(actor);
    await auth.signOut(signed.token);
    expect(await db.sessions.verify(signed.token)).toBeNull();
    expect(await auth.resolveSession(bearer(signed.token))).toBeNull();
    expect(await db.sessions.verify('x')).toBeNull();
    expect(await auth.resolveSession(new Headers())).toBeNull();
  });

  it('say the same for a wrong password and an unknown address', async () => {
    const wrong = await auth.signIn({ email: 'ada@example.org', password: 'x', ...from }).catch((error) => error);
    const unknown = await auth.signIn({ email: 'eve@example.org', password: 'x', ...from }).catch((error) => error);
    expect(wrong.code).toBe('UNAUTHENTICATED');
    expect(unknown.message).toBe(wrong.message);
  });

  it('are throttled per account, whatever the address, and others are not', async () => {
    const { db, admin } = scenario;
    await db.users.create(admin, { email: 'bob@example.org', name: 'Bob', role: 'editor', password });
    const codes: string[] = [];
    for (let i = 0; i < 12; i++) {
      const input = { email: 'bob@example.org', password: 'wrong', ip: `192.0.2.${i}`, userAgent: null };
      await auth.signIn(input).catch((error) => codes.push(error.code));
    }
    expect(codes).toEqual([...Array(10).fill('UNAUTHENTICATED'), 'RATE_LIMITED', 'RATE_LIMITED']);
    await expect(auth.signIn({ email: 'bob@example.org', password, ...from })).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    });
    await expect(auth.signIn({ email: 'ada@example.org', password, ...from })).resolves.toBeTruthy();
  });
});

describe('people', () => {
  it('are made by administrators, once per address', async () => {
    const { db, admin } = scenario;
    const { user, invitation } = await db.users.create(admin, {
      email: 'Cy@Example.org',
      name: 'Cy',
      role: 'approver',
      password,
    });
    expect(user).toMatchObject({ email: 'cy@example.org', role: 'member', defaultRole: 'approver' });
    expect(user.id).toMatch(/^usr_/);
    expect(invitation).toBeNull();
    const again = { email: 'cy@example.org', name: 'Cy', role: 'viewer' as const };
    await expect(db.users.create(admin, again)).rejects.toMatchObject({ code: 'CONFLICT' });
    const short = { email: 'd@example.org', name: 'D', role: 'viewer' as const, password: 'short' };
    await expect(db.users.create(admin, short)).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
    await expect(db.users.create(admin, { ...again, email: 'nonsense' })).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
    });
    await auth.signIn({ email: 'cy@example.org', password, ...from });
  });

  it('come in by an invitation that works once', async () => {
    const { db, admin } = scenario;
    const { user, invitation } = await db.users.create(admin, { email: 'di@example.org', name: 'Di', role: 'editor' });
    await expect(auth.signIn({ email: 'di@example.org', password: '', ...from })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    expect(await db.users.acceptInvitation(invitation!.token, password)).toEqual({ userId: user.id });
    await expect(db.users.acceptInvitation(invitation!.token, password)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const { token } = await auth.signIn({ email: 'di@example.org', password, ...from });
    const di = (await db.sessions.verify(token))!;
    await expect(db.users.changePassword(di, { current: 'wrong', next: 'another one' })).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
    });
    await db.users.changePassword(di, { current: password, next: 'another one' });
    expect(await db.sessions.verify(token)).toBeNull();
    await auth.signIn({ email: 'di@example.org', password: 'another one', ...from });
  });

  it('are removed with their sessions and keys, but never the last administrator', async () => {
    const { db, admin } = scenario;
    const gone = await addPerson(scenario);
    const { key } = await db.apiKeys.create(gone, { name: 'k' });
    expect(await db.apiKeys.verify(key)).toMatchObject({ userId: gone.userId, mayApprove: true });
    await db.users.delete(admin, gone.userId);
    expect(await db.apiKeys.verify(key)).toBeNull();
    await expect(db.users.delete(admin, admin.userId)).rejects.toMatchObject({ code: 'CONFLICT' });
    const second = await addPerson(scenario, 'admin');
    await expect(db.users.setRole(admin, admin.userId, 'viewer')).resolves.toMatchObject({ role: 'member' });
    await expect(db.users.setRole(second, second.userId, 'viewer')).rejects.toMatchObject({ code: 'CONFLICT' });
    await db.users.setRole(second, admin.userId, 'admin');
  });
});

describe('API keys', () => {
  it('are verified by hash, expire, and tell when they were used', async () => {
    const { db, admin } = scenario;
    const { id, key } = await db.apiKeys.create(admin, { name: 'ci' });
    expect(key).toMatch(/^lrl_[0-9a-z]{38}$/);
    expect(await db.apiKeys.verify(key)).toMatchObject({ kind: 'api_key', apiKeyId: id, userId: admin.userId });
    const mistyped = key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');
    expect(await db.apiKeys.verify(mistyped)).toBeNull();
    const listed = (await db.apiKeys.list(admin, {})).items.find((item) => item.id === id)!;
    expect(listed.lastUsedAt).not.toBeNull();
    expect(JSON.stringify(listed)).not.toContain(key);
    await expect(db.apiKeys.create(admin, { name: 'x', expiresAt: '2001-01-01' })).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
    });
    await db.apiKeys.delete(admin, id);
    expect(await db.apiKeys.verify(key)).toBeNull();
    const first = await db.internal.createApiKeyFor(admin.userId, 'First start');
    expect(await db.apiKeys.verify(first)).toMatchObject({ mayApprove: false, installationRole: 'admin' });
    const byKey = (await db.apiKeys.verify(first))!;
    const { key: second } = await db.apiKeys.create(byKey, { name: 'made by a key' });
    expect(await db.apiKeys.verify(second)).toMatchObject({ mayApprove: false });
  });

  it('come with the one first administrator', async () => {
    const { db, admin } = scenario;
    const again = { email: 'other@example.org', password, name: 'Other' };
    const outcomes = await Promise.all([1, 2, 3].map(() => db.internal.ensureAdministrator(again)));
    expect(outcomes).toEqual(Array(3).fill({ created: false, userId: admin.userId }));
  });
});
