import { randomUUID } from 'node:crypto';
import type { Actor } from '@laurel/access';
import { AppError, newId } from '@laurel/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from './index.ts';
import {
  addDataset,
  addExperiment,
  addPerson,
  openScenario,
  request,
  runToEnd,
  type Scenario,
  smallStudy,
} from './testing/scenario.ts';
import { stopTestDatabases } from './testing.ts';

interface Ids {
  project: string;
  dataset: string;
  experiment: string;
  model: string;
  request: string;
  job: string;
  user: string;
  key: string;
}

let scenario: Scenario;
let owner: Actor;
let other: Actor;
let mine: Ids;

/** Ids of the right form that name nothing. */
const unknown: Ids = {
  project: newId('project'),
  dataset: newId('dataset'),
  experiment: newId('experiment'),
  model: newId('model'),
  request: newId('promotionRequest'),
  job: newId('job'),
  user: newId('user'),
  key: newId('apiKey'),
};

beforeAll(async () => {
  scenario = await openScenario();
  const { db } = scenario;
  owner = await addPerson(scenario, 'approver');
  other = await addPerson(scenario, 'approver');
  mine = await makeEverything(db, owner);
  await makeEverything(db, other);
});
afterAll(async () => {
  await scenario.close();
  await stopTestDatabases();
});

async function makeEverything(db: Db, actor: Actor): Promise<Ids> {
  const dataset = await addDataset(db, actor);
  const study = smallStudy(2);
  const experiment = await addExperiment(db, actor, { datasetId: dataset.id, study });
  await runToEnd(db, experiment, study);
  const [model] = await db.experiments.models(actor, experiment);
  const asked = await db.promotions.request(actor, model!.id, { reason: 'x' });
  const job = newId('job');
  await db.jobs.create(actor, { id: job, projectId: dataset.projectId, kind: 'test', action: 'predict', input: {} });
  const key = await db.apiKeys.create(actor, { name: 'k' });
  return {
    project: dataset.projectId,
    dataset: dataset.id,
    experiment,
    model: model!.id,
    request: asked.id,
    job,
    user: actor.userId,
    key: key.id,
  };
}

type Call = (db: Db, actor: Actor, ids: Ids) => Promise<unknown>;
const page = {};

/** Every function of a repository that takes an id; a foreign one must be answered exactly like an unknown one. */
const byId: Record<string, Call> = {
  'projects.get': (db, actor, ids) => db.projects.get(actor, ids.project),
  'projects.update': (db, actor, ids) => db.projects.update(actor, ids.project, { name: 'x' }),
  'projects.delete': (db, actor, ids) => db.projects.delete(actor, ids.project),
  'projects.members': (db, actor, ids) => db.projects.members(actor, ids.project),
  'projects.setMembers': (db, actor, ids) => db.projects.setMembers(actor, ids.project, []),
  'datasets.create': (db, actor, ids) =>
    db.datasets.create(actor, {
      id: newId('dataset'),
      projectId: ids.project,
      name: 'd',
      bytes: 1,
      sha256: 'a',
      contentType: 'text/csv',
      parse: {},
      source: { kind: 'upload', note: null },
    }),
  'datasets.list': (db, actor, ids) => db.datasets.list(actor, { projectId: ids.project }, page),
  'datasets.get': (db, actor, ids) => db.datasets.get(actor, ids.dataset),
  'datasets.profile': (db, actor, ids) => db.datasets.profile(actor, ids.dataset),
  'datasets.setColumnType': (db, actor, ids) => db.datasets.setColumnType(actor, ids.dataset, 'length', 'text'),
  'datasets.delete': (db, actor, ids) => db.datasets.delete(actor, ids.dataset),
  'experiments.create': (db, actor, ids) => db.experiments.create(actor, { request: request(ids.dataset), seed: 1 }),
  'experiments.list': (db, actor, ids) => db.experiments.list(actor, { projectId: ids.project }, page),
  'experiments.list of a dataset': (db, actor, ids) => db.experiments.list(actor, { datasetId: ids.dataset }, page),
  'experiments.get': (db, actor, ids) => db.experiments.get(actor, ids.experiment),
  'experiments.trials': (db, actor, ids) => db.experiments.trials(actor, ids.experiment),
  'experiments.manifest': (db, actor, ids) => db.experiments.manifest(actor, ids.experiment),
  'experiments.models': (db, actor, ids) => db.experiments.models(actor, ids.experiment),
  'experiments.command': (db, actor, ids) => db.experiments.command(actor, ids.experiment, { type: 'cancel' }),
  'experiments.revealHoldout': (db, actor, ids) => db.experiments.revealHoldout(actor, ids.experiment),
  'experiments.delete': (db, actor, ids) => db.experiments.delete(actor, ids.experiment),
  'experiments.events': (db, actor, ids) => db.experiments.events(actor, ids.experiment, 0, 10),
  'models.list': (db, actor, ids) => db.models.list(actor, { experimentId: ids.experiment }, page),
  'models.get': (db, actor, ids) => db.models.get(actor, ids.model),
  'models.learningCurves': (db, actor, ids) => db.models.learningCurves(actor, ids.model),
  'promotions.request': (db, actor, ids) => db.promotions.request(actor, ids.model, { reason: 'x' }),
  'promotions.list': (db, actor, ids) => db.promotions.list(actor, { projectId: ids.project }, page),
  'promotions.get': (db, actor, ids) => db.promotions.get(actor, ids.request),
  'promotions.approve': (db, actor, ids) => db.promotions.approve(actor, ids.request, { comment: 'x' }),
  'promotions.reject': (db, actor, ids) => db.promotions.reject(actor, ids.request, { comment: 'x' }),
  'promotions.withdraw': (db, actor, ids) => db.promotions.withdraw(actor, ids.request),
  'promotions.champion': (db, actor, ids) => db.promotions.champion(actor, ids.project),
  'promotions.history': (db, actor, ids) => db.promotions.history(actor, ids.project),
  'promotions.rollback': (db, actor, ids) => db.promotions.rollback(actor, ids.project, { reason: 'x' }),
  'audit.list': (db, actor, ids) => db.audit.list(actor, { projectId: ids.project }, page),
  'users.get': (db, actor, ids) => db.users.get(actor, ids.user),
  'users.create': (db, actor, ids) =>
    db.users.create(actor, { email: `${randomUUID()}@example.org`, name: 'x', role: 'viewer', projectId: ids.project }),
  'users.resetPassword': (db, actor, ids) => db.users.resetPassword(actor, ids.user, 'long enough'),
  'users.setRole': (db, actor, ids) => db.users.setRole(actor, ids.user, 'viewer'),
  'users.delete': (db, actor, ids) => db.users.delete(actor, ids.user),
  'apiKeys.create': (db, actor, ids) => db.apiKeys.create(actor, { name: 'x', userId: ids.user }),
  'apiKeys.delete': (db, actor, ids) => db.apiKeys.delete(actor, ids.key),
  'jobs.create': (db, actor, ids) =>
    db.jobs.create(actor, { id: newId('job'), projectId: ids.project, kind: 'x', action: 'predict', input: {} }),
  'jobs.get': (db, actor, ids) => db.jobs.get(actor, ids.job),
  'access.check': (db, actor, ids) => db.access.check(actor, 'predict', { kind: 'model', id: ids.model }),
};
/** These name nobody else's thing; their answers are checked below, or in their own tests. */
const withoutId = [
  'projects.create',
  'projects.list',
  'audit.verify',
  'audit.record',
  'users.list',
  'users.changePassword',
  'users.acceptInvitation',
  'apiKeys.list',
  'apiKeys.verify',
  'sessions.verify',
  'idempotency.once',
  'access.require',
  'signIns.attempt',
  'signIns.clear',
  'signIns.refund',
];

async function refusal(call: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`expected a refusal, got ${String(error)}`);
  return { code: error.code, message: error.message };
}

describe('a member of another project', () => {
  it('is tried at every function there is', () => {
    const { db } = scenario;
    const repositories = Object.entries(db).filter(
      ([name, value]) => typeof value === 'object' && name !== 'internal' && name !== 'prisma',
    );
    const all = repositories.flatMap(([name, value]) => Object.keys(value).map((key) => `${name}.${key}`));
    const tried = Object.keys(byId).map((name) => name.split(' ')[0]!);
    expect(all.sort()).toEqual([...new Set([...tried, ...withoutId])].sort());
  });

  it.each(Object.entries(byId))('is told by %s the same as for an unknown id', async (name, call) => {
    const { db } = scenario;
    const foreign = await refusal(call(db, other, mine));
    expect(foreign).toEqual(await refusal(call(db, other, unknown)));
    const ofInstallation = /^(users\.(create|resetPassword|setRole|delete)|apiKeys\.create)$/.test(name);
    expect(foreign.code).toBe(ofInstallation ? 'FORBIDDEN' : 'NOT_FOUND');
    // ids that are none, and odd characters, are not found either, and never an error of the database
    const odd = Object.fromEntries(Object.keys(unknown).map((key) => [key, `x'\0\u{1f600}`])) as unknown as Ids;
    expect((await refusal(call(db, other, odd))).code).toBe(foreign.code);
  });

  it('finds nothing of it in lists and searches', async () => {
    const { db } = scenario;
    const lists = [
      await db.projects.list(other, page),
      await db.datasets.list(other, {}, page),
      await db.datasets.list(other, {}, { sort: 'name' }),
      await db.experiments.list(other, {}, page),
      await db.models.list(other, {}, page),
      await db.promotions.list(other, {}, page),
      await db.audit.list(other, {}, { limit: 500 }),
      await db.audit.list(other, { entity: mine.experiment }, page),
      await db.audit.list(other, { q: mine.project }, page),
      await db.users.list(other, page),
      await db.apiKeys.list(other, page),
    ];
    const text = JSON.stringify(lists);
    for (const id of Object.values(mine)) expect(text).not.toContain(id);
    expect(lists[0]!.items).toHaveLength(1);
    expect(lists[6]!.items.length).toBeGreaterThan(5);
  });

  it('cannot read the whole log, and administrators see everything', async () => {
    const { db, admin } = scenario;
    await expect(db.audit.verify(other)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await db.projects.list(admin, page)).items).toHaveLength(2);
    expect((await db.projects.get(admin, mine.project)).role).toBe('admin');
  });
});

describe('roles', () => {
  it('allow viewers to look, editors to change, approvers to decide', async () => {
    const { db, admin } = scenario;
    const viewer = await addPerson(scenario, 'viewer');
    const members = (await db.projects.members(owner, mine.project)).map(({ userId, role }) => ({ userId, role }));
    await db.projects.setMembers(owner, mine.project, [...members, { userId: viewer.userId, role: 'viewer' }]);
    expect((await db.models.get(viewer, mine.model)).id).toBe(mine.model);
    expect(await db.access.check(viewer, 'predict', { kind: 'model', id: mine.model })).toMatchObject({
      role: 'viewer',
    });
    for (const call of [
      () => db.projects.update(viewer, mine.project, { name: 'x' }),
      () => db.datasets.delete(viewer, mine.dataset),
      () => db.experiments.create(viewer, { request: request(mine.dataset), seed: 1 }),
      () => db.promotions.request(viewer, mine.model, { reason: 'x' }),
      () => db.projects.setMembers(viewer, mine.project, []),
      () => db.projects.create(viewer, { name: 'x' }),
      () => addDataset(db, viewer),
      () => db.users.create(viewer, { email: 'x@example.org', name: 'x', role: 'viewer' }),
    ]) {
      expect((await refusal(call())).code).toBe('FORBIDDEN');
    }
    await expect(
      db.projects.setMembers(admin, mine.project, [{ email: 'nobody@example.org', role: 'viewer' }]),
    ).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
  });

  it('are narrowed by the scopes of a key', async () => {
    const { db } = scenario;
    const { key } = await db.apiKeys.create(owner, { name: 'predictions', scopes: ['predict'] });
    const actor = (await db.apiKeys.verify(key))!;
    expect(await db.access.check(actor, 'predict', { kind: 'model', id: mine.model })).toMatchObject({
      projectId: mine.project,
    });
    expect((await refusal(db.models.get(actor, mine.model))).code).toBe('FORBIDDEN');
    expect((await refusal(db.projects.list(actor, page))).code).toBe('FORBIDDEN');
    expect((await refusal(db.apiKeys.create(actor, { name: 'more' }))).code).toBe('FORBIDDEN');
    await expect(db.apiKeys.create(owner, { name: 'x', scopes: ['everything'] })).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
    });
  });
});

describe('deleting', () => {
  it('a project takes everything with it, and leaves the log', async () => {
    const { db, admin } = scenario;
    const made = await makeEverything(db, owner);
    await expect(db.datasets.delete(owner, made.dataset)).rejects.toMatchObject({ code: 'CONFLICT' });
    await db.projects.delete(owner, made.project);
    for (const table of ['dataset', 'experiment', 'model', 'artifact', 'promotionRequest', 'job', 'trial'] as const) {
      const model = db.prisma[table] as unknown as { count(input: { where: object }): Promise<number> };
      expect(await model.count({ where: { projectId: made.project } }), table).toBe(0);
    }
    const log = await db.audit.list(admin, { projectId: made.project }, page);
    expect(log.items[0]).toMatchObject({ action: 'project.deleted', actor: { id: owner.userId } });
    expect((await db.audit.verify(admin)).valid).toBe(true);
  });
});
