import { type Action, projectActions, projectMatrix } from '@laurel/access';
import { newId } from '@laurel/contracts';
import { stopTestDatabases } from '@laurel/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { begin, finishRun, queuedExperiment, readyDataset } from '../testing/trained.ts';
import { type CallInit, createWorld, type Person, type World } from '../testing/world.ts';
import { routes } from './routes.ts';

/** Ids of one of each kind; every case is called with those of a foreign project and with unknown ones. */
interface Ids {
  project: string;
  dataset: string;
  experiment: string;
  model: string;
  promotionRequest: string;
  job: string;
  user: string;
  apiKey: string;
}
type Make = (ids: Ids) => { path: string; json?: unknown; text?: string };

const csv = 'x,y\n1,a\n';
const get =
  (path: (ids: Ids) => string): Make =>
  (ids) => ({ path: path(ids) });

/**
 * One valid call of every route. `foreign`: how ids of another project must be answered; 'none': the route names no id.
 * A route that is not here fails the first test.
 */
const cases: Record<string, { call: Make; foreign: 404 | 'none' }> = {
  'get /health': { call: get(() => '/health'), foreign: 'none' },
  'get /ready': { call: get(() => '/ready'), foreign: 'none' },
  'get /openapi.json': { call: get(() => '/openapi.json'), foreign: 'none' },
  'get /docs': { call: get(() => '/docs'), foreign: 'none' },
  'get /docs/swagger-ui.css': { call: get(() => '/docs/swagger-ui.css'), foreign: 'none' },
  'get /docs/swagger-ui-bundle.js': { call: get(() => '/docs/swagger-ui-bundle.js'), foreign: 'none' },
  'post /sessions': {
    call: () => ({ path: '/sessions', json: { email: 'nobody@x', password: 'not-right' } }),
    foreign: 'none',
  },
  'get /sessions/current': { call: get(() => '/sessions/current'), foreign: 'none' },
  'delete /sessions/current': { call: get(() => '/sessions/current'), foreign: 'none' },
  'get /projects': { call: get(() => '/projects'), foreign: 'none' },
  'post /projects': { call: () => ({ path: '/projects', json: { name: 'new' } }), foreign: 'none' },
  'get /projects/{id}': { call: get((ids) => `/projects/${ids.project}`), foreign: 404 },
  'patch /projects/{id}': {
    call: (ids) => ({ path: `/projects/${ids.project}`, json: { name: 'taken' } }),
    foreign: 404,
  },
  'delete /projects/{id}': { call: get((ids) => `/projects/${ids.project}`), foreign: 404 },
  'get /projects/{id}/members': { call: get((ids) => `/projects/${ids.project}/members`), foreign: 404 },
  'put /projects/{id}/members': {
    call: (ids) => ({ path: `/projects/${ids.project}/members`, json: { members: [] } }),
    foreign: 404,
  },
  'post /datasets': { call: (ids) => ({ path: `/datasets?projectId=${ids.project}`, text: csv }), foreign: 404 },
  'get /datasets': { call: get((ids) => `/datasets?projectId=${ids.project}`), foreign: 404 },
  'get /datasets/{id}': { call: get((ids) => `/datasets/${ids.dataset}`), foreign: 404 },
  'delete /datasets/{id}': { call: get((ids) => `/datasets/${ids.dataset}`), foreign: 404 },
  'patch /datasets/{id}/columns/{name}': {
    call: (ids) => ({ path: `/datasets/${ids.dataset}/columns/x`, json: { type: 'text' } }),
    foreign: 404,
  },
  'get /datasets/{id}/rows': { call: get((ids) => `/datasets/${ids.dataset}/rows`), foreign: 404 },
  'get /datasets/{id}/profile': { call: get((ids) => `/datasets/${ids.dataset}/profile`), foreign: 404 },
  'get /datasets/{id}/visuals': { call: get((ids) => `/datasets/${ids.dataset}/visuals`), foreign: 404 },
  'post /experiments/plan': {
    call: (ids) => ({ path: '/experiments/plan', json: { datasetId: ids.dataset, target: 'y' } }),
    foreign: 404,
  },
  'post /experiments': {
    call: (ids) => ({ path: '/experiments', json: { datasetId: ids.dataset, target: 'y' } }),
    foreign: 404,
  },
  'get /experiments': { call: get((ids) => `/experiments?projectId=${ids.project}`), foreign: 404 },
  'get /experiments/{id}': { call: get((ids) => `/experiments/${ids.experiment}`), foreign: 404 },
  'delete /experiments/{id}': { call: get((ids) => `/experiments/${ids.experiment}`), foreign: 404 },
  'post /experiments/{id}/finish': {
    call: (ids) => ({ path: `/experiments/${ids.experiment}/finish`, json: {} }),
    foreign: 404,
  },
  'post /experiments/{id}/cancel': {
    call: (ids) => ({ path: `/experiments/${ids.experiment}/cancel`, json: {} }),
    foreign: 404,
  },
  'post /experiments/{id}/pause': {
    call: (ids) => ({ path: `/experiments/${ids.experiment}/pause`, json: {} }),
    foreign: 404,
  },
  'post /experiments/{id}/resume': {
    call: (ids) => ({ path: `/experiments/${ids.experiment}/resume`, json: {} }),
    foreign: 404,
  },
  'post /experiments/{id}/extend': {
    call: (ids) => ({ path: `/experiments/${ids.experiment}/extend`, json: { seconds: 30 } }),
    foreign: 404,
  },
  'post /experiments/{id}/reveal-holdout': {
    call: (ids) => ({ path: `/experiments/${ids.experiment}/reveal-holdout`, json: {} }),
    foreign: 404,
  },
  'get /experiments/{id}/trials': { call: get((ids) => `/experiments/${ids.experiment}/trials`), foreign: 404 },
  'get /experiments/{id}/manifest': { call: get((ids) => `/experiments/${ids.experiment}/manifest`), foreign: 404 },
  'get /experiments/{id}/splits': { call: get((ids) => `/experiments/${ids.experiment}/splits`), foreign: 404 },
  'get /experiments/{id}/events': { call: get((ids) => `/experiments/${ids.experiment}/events`), foreign: 404 },
  'get /experiments/{id}/leaderboard': {
    call: get((ids) => `/experiments/${ids.experiment}/leaderboard`),
    foreign: 404,
  },
  'get /models': { call: get((ids) => `/models?experimentId=${ids.experiment}`), foreign: 404 },
  'get /models/compare': { call: get((ids) => `/models/compare?ids=${ids.model},${newId('model')}`), foreign: 404 },
  'get /models/{id}': { call: get((ids) => `/models/${ids.model}`), foreign: 404 },
  'get /models/{id}/learning-curves': { call: get((ids) => `/models/${ids.model}/learning-curves`), foreign: 404 },
  'get /models/{id}/partial-dependence': {
    call: get((ids) => `/models/${ids.model}/partial-dependence?feature=x`),
    foreign: 404,
  },
  'get /models/{id}/importance': { call: get((ids) => `/models/${ids.model}/importance`), foreign: 404 },
  'get /models/{id}/evaluation': { call: get((ids) => `/models/${ids.model}/evaluation`), foreign: 404 },
  'get /models/{id}/predictions': { call: get((ids) => `/models/${ids.model}/predictions`), foreign: 404 },
  'post /models/{id}/predict': {
    call: (ids) => ({ path: `/models/${ids.model}/predict`, json: { rows: [{ x: 1 }] } }),
    foreign: 404,
  },
  'post /projects/{id}/predict': {
    call: (ids) => ({ path: `/projects/${ids.project}/predict`, json: { rows: [{ x: 1 }] } }),
    foreign: 404,
  },
  'post /models/{id}/batch-predictions': {
    call: (ids) => ({ path: `/models/${ids.model}/batch-predictions`, text: csv }),
    foreign: 404,
  },
  'post /models/{id}/refit': { call: (ids) => ({ path: `/models/${ids.model}/refit`, json: {} }), foreign: 404 },
  'get /jobs/{id}': { call: get((ids) => `/jobs/${ids.job}`), foreign: 404 },
  'get /jobs/{id}/download': { call: get((ids) => `/jobs/${ids.job}/download`), foreign: 404 },
  'post /models/{id}/promotion-requests': {
    call: (ids) => ({ path: `/models/${ids.model}/promotion-requests`, json: { reason: 'because' } }),
    foreign: 404,
  },
  'get /promotion-requests': { call: get((ids) => `/promotion-requests?projectId=${ids.project}`), foreign: 404 },
  'get /promotion-requests/{id}': { call: get((ids) => `/promotion-requests/${ids.promotionRequest}`), foreign: 404 },
  'post /promotion-requests/{id}/approve': {
    call: (ids) => ({ path: `/promotion-requests/${ids.promotionRequest}/approve`, json: { comment: 'fine' } }),
    foreign: 404,
  },
  'post /promotion-requests/{id}/reject': {
    call: (ids) => ({ path: `/promotion-requests/${ids.promotionRequest}/reject`, json: { comment: 'no' } }),
    foreign: 404,
  },
  'post /promotion-requests/{id}/withdraw': {
    call: (ids) => ({ path: `/promotion-requests/${ids.promotionRequest}/withdraw`, json: {} }),
    foreign: 404,
  },
  'get /projects/{id}/champion': { call: get((ids) => `/projects/${ids.project}/champion`), foreign: 404 },
  'get /projects/{id}/champion/history': {
    call: get((ids) => `/projects/${ids.project}/champion/history`),
    foreign: 404,
  },
  'post /projects/{id}/champion/rollback': {
    call: (ids) => ({ path: `/projects/${ids.project}/champion/rollback`, json: { reason: 'back' } }),
    foreign: 404,
  },
  'get /audit': { call: get((ids) => `/audit?projectId=${ids.project}`), foreign: 404 },
  'get /audit/export': { call: get((ids) => `/audit/export?projectId=${ids.project}`), foreign: 404 },
  'get /audit/verify': { call: get(() => '/audit/verify'), foreign: 'none' },
  'get /users': { call: get(() => '/users'), foreign: 'none' },
  'post /users': {
    call: () => ({ path: '/users', json: { email: 'new@x', name: 'New', role: 'editor' } }),
    foreign: 'none',
  },
  'get /users/{id}': { call: get((ids) => `/users/${ids.user}`), foreign: 404 },
  // people are changed by administrators alone, so for all others every id is refused alike
  'patch /users/{id}': { call: (ids) => ({ path: `/users/${ids.user}`, json: { role: 'admin' } }), foreign: 'none' },
  'delete /users/{id}': { call: get((ids) => `/users/${ids.user}`), foreign: 'none' },
  'post /users/{id}/reset-password': {
    call: (ids) => ({ path: `/users/${ids.user}/reset-password`, json: { password: 'a-new-password' } }),
    foreign: 'none',
  },
  'post /password': {
    call: () => ({ path: '/password', json: { current: 'not-mine', next: 'a-new-password' } }),
    foreign: 'none',
  },
  'post /invitations/accept': {
    call: () => ({ path: '/invitations/accept', json: { token: 'x', password: 'a-new-password' } }),
    foreign: 'none',
  },
  'get /api-keys': { call: get(() => '/api-keys'), foreign: 'none' },
  'post /api-keys': { call: () => ({ path: '/api-keys', json: { name: 'mine' } }), foreign: 'none' },
  'delete /api-keys/{id}': { call: get((ids) => `/api-keys/${ids.apiKey}`), foreign: 404 },
  'get /workers': { call: get(() => '/workers'), foreign: 'none' },
  'get /samples': { call: get(() => '/samples'), foreign: 'none' },
  'post /samples/{sample}/train': {
    call: (ids) => ({ path: '/samples/penguins/train', json: { projectId: ids.project } }),
    foreign: 404,
  },
};

let world: World;
let other: Person;
let viewer: Person;
let foreign: Ids;

const keyOf = (route: { method: string; path: string }) => `${route.method} ${route.path}`;
const canary = 'canary-of-the-other-project';

function init(route: { method: string }, made: ReturnType<Make>, as: Person | null): CallInit {
  const method = route.method.toUpperCase();
  if (made.text !== undefined) return { method, as, body: made.text, headers: { 'content-type': 'text/csv' } };
  return made.json === undefined ? { method, as } : { method, as, json: made.json };
}
const call = (key: string, ids: Ids, as: Person | null) => {
  const route = routes.find((each) => keyOf(each) === key)!;
  const made = cases[key]!.call(ids);
  return world.call(made.path, init(route, made, as));
};

beforeAll(async () => {
  world = await createWorld();
  const { platform, admin } = world;
  const project = await platform.db.projects.create(admin.actor, { name: canary });
  const member = await world.person('member', { [project.id]: 'approver' });
  viewer = await world.person('viewer', { [project.id]: 'viewer' });
  other = await world.person('other');
  await platform.db.projects.create(other.actor, { name: 'their own' });
  const dataset = await readyDataset(platform, member.actor, project.id, canary);
  const experiment = await queuedExperiment(platform, member.actor, dataset.id);
  await begin(platform, experiment.id);
  const model = await finishRun(platform, member.actor, experiment.id);
  const request = await platform.db.promotions.request(member.actor, model, { reason: canary });
  const job = await world.call(`/models/${model}/batch-predictions`, {
    as: member,
    body: csv,
    headers: { 'content-type': 'text/csv' },
  });
  const [key] = (await platform.db.apiKeys.list(member.actor, {})).items;
  foreign = {
    project: project.id,
    dataset: dataset.id,
    experiment: experiment.id,
    model,
    promotionRequest: request.id,
    job: job.body.id,
    user: member.userId,
    apiKey: key!.id,
  };
});
afterAll(async () => {
  await world?.close();
  await stopTestDatabases();
});

const unknown = (): Ids => ({
  project: newId('project'),
  dataset: newId('dataset'),
  experiment: newId('experiment'),
  model: newId('model'),
  promotionRequest: newId('promotionRequest'),
  job: newId('job'),
  user: newId('user'),
  apiKey: newId('apiKey'),
});

describe('every route', () => {
  it('is in the list of this test', () => {
    expect(routes.map(keyOf).sort()).toEqual(Object.keys(cases).sort());
  });

  it.each(routes.map((route) => [keyOf(route), route] as const))(
    '%s: nobody gets in without a sign-in',
    async (key, route) => {
      const answer = await call(key, foreign, null);
      if (route.auth === 'actor') {
        expect(answer.status).toBe(401);
        expect(answer.body.error.code).toBe('UNAUTHENTICATED');
      } else expect(answer.status).not.toBe(500);
      expect(answer.text).not.toContain(canary);
    },
  );

  const naming = routes.filter((route) => cases[keyOf(route)]?.foreign === 404);
  it('is said to name no id only when it has none, or is for administrators', () => {
    for (const route of routes) {
      if (cases[keyOf(route)]?.foreign !== 'none' || route.action === 'user.manage') continue;
      expect(
        Object.values(route.params).filter((kind) => kind !== 'text'),
        keyOf(route),
      ).toEqual([]);
    }
  });

  it.each(naming.map((route) => [keyOf(route)] as const))('%s: a foreign id is an unknown id', async (key) => {
    const answer = await call(key, foreign, other);
    const reference = await call(key, unknown(), other);
    expect(answer.status).toBe(404);
    const { requestId: _, ...error } = answer.body.error;
    const { requestId: __, ...expected } = reference.body.error;
    expect(error).toEqual(expected);
    expect(reference.status).toBe(404);
    expect(answer.text).not.toContain(canary);
  });

  it.each(naming.map((route) => [keyOf(route)] as const))('%s: an id of another form is an unknown id', async (key) => {
    const odd = '..%2f..%2fetc%2fpasswd';
    const ids = Object.fromEntries(Object.keys(foreign).map((kind) => [kind, odd])) as unknown as Ids;
    const answer = await call(key, ids, other);
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain('root:');
  });

  const changes = routes.filter((route) => {
    const action = route.action as Action | 'own' | null;
    return (
      action !== null &&
      (projectActions as readonly string[]).includes(action) &&
      !projectMatrix.viewer.has(action as never)
    );
  });
  it('has changes to refuse', () => {
    expect(changes.length).toBeGreaterThan(10);
  });
  it.each(changes.map((route) => [keyOf(route)] as const))('%s: a viewer is refused', async (key) => {
    const answer = await call(key, foreign, viewer);
    expect(answer.status).toBe(403);
    expect(answer.body.error.code).toBe('FORBIDDEN');
  });

  const administration = routes.filter((route) => route.action === 'user.manage' || route.action === 'audit.verify');
  it.each(administration.map((route) => [keyOf(route)] as const))('%s: only for administrators', async (key) => {
    expect((await call(key, foreign, other)).status).toBe(403);
  });
});

describe('a member of another project', () => {
  it('finds nothing of the first in lists, with no filter at all', async () => {
    for (const path of [
      '/projects',
      '/datasets',
      '/experiments',
      '/models',
      '/promotion-requests',
      '/audit',
      '/audit/export',
      '/users',
      '/api-keys',
    ]) {
      const answer = await world.call(path, { as: other });
      expect(answer.status, path).toBe(200);
      expect(answer.text, path).not.toContain(canary);
      expect(answer.text, path).not.toContain(foreign.user);
    }
  });

  it('cannot reach it through a dataset or model of its own beside it', async () => {
    const mine = (await world.platform.db.projects.list(other.actor, {})).items[0]!;
    const dataset = await readyDataset(world.platform, other.actor, mine.id);
    const experiment = await queuedExperiment(world.platform, other.actor, dataset.id);
    await begin(world.platform, experiment.id);
    const model = await finishRun(world.platform, other.actor, experiment.id);
    const answers = [
      await world.call(`/models/compare?ids=${model},${foreign.model}`, { as: other }),
      await world.call(`/models/${model}/batch-predictions`, { as: other, json: { datasetId: foreign.dataset } }),
      await world.call(`/experiments?projectId=${mine.id}&datasetId=${foreign.dataset}`, { as: other }),
      await world.call(`/models?projectId=${mine.id}&experimentId=${foreign.experiment}`, { as: other }),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([404, 404, 404, 404]);
  });

  it('has its refusals on record', async () => {
    await call('delete /datasets/{id}', foreign, viewer);
    const rows = await world.platform.db.audit.list(world.admin.actor, { action: 'access.denied' }, {});
    expect(rows.items[0]).toMatchObject({ actor: { name: 'viewer' }, entity: { kind: 'route', id: foreign.dataset } });
  });
});

describe('a key for predictions alone', () => {
  it('opens nothing else', async () => {
    const made = await world.call('/api-keys', { as: viewer, json: { name: 'predict only', scopes: ['predict'] } });
    expect(made.status).toBe(201);
    const limited = { ...viewer, key: made.body.key as string };
    for (const route of routes) {
      if (route.auth !== 'actor') continue;
      const answer = await call(keyOf(route), foreign, limited);
      if (route.action === 'predict') expect(answer.status, keyOf(route)).not.toBe(403);
      else expect(answer.status, keyOf(route)).toBe(403);
    }
  });
});
