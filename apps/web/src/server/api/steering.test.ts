import { stopTestDatabases } from '@laurel/db/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { begin, finishRun, queuedExperiment, readyDataset } from '../testing/trained.ts';
import { createWorld, type Person, type World } from '../testing/world.ts';

let world: World;
let editor: Person;
let datasetId: string;
beforeAll(async () => {
  world = await createWorld();
  const project = await world.platform.db.projects.create(world.admin.actor, { name: 'steered' });
  editor = await world.person('editor', { [project.id]: 'editor' });
  datasetId = (await readyDataset(world.platform, editor.actor, project.id)).id;
});
afterAll(async () => {
  await world?.close();
  await stopTestDatabases();
});

const post = (path: string, json: object = {}, headers: Record<string, string> = {}) =>
  world.call(path, { method: 'POST', as: editor, json, headers });

it('pauses, resumes and extends, once for each key, and refuses what makes no sense', async () => {
  const { id } = await queuedExperiment(world.platform, editor.actor, datasetId);
  const early = await post(`/experiments/${id}/pause`);
  expect([early.status, early.body.error.code]).toEqual([409, 'STATE_INVALID']);
  expect((await world.call(`/experiments/${id}/manifest`, { as: editor })).status).toBe(409);
  await begin(world.platform, id);
  await world.platform.db.internal.stepStudy(id, 'tick', {
    create: () => ({}),
    step: () => ({ state: { status: 'running', phase: 'search' }, actions: [] }),
  });

  const paused = await post(`/experiments/${id}/pause`);
  expect([paused.status, paused.body.status]).toEqual([200, 'paused']);
  expect((await post(`/experiments/${id}/pause`)).body.error.message).toBe(
    'This experiment is paused already. Resume it to go on.',
  );
  expect((await post(`/experiments/${id}/resume`)).body.status).toBe('running');
  expect((await post(`/experiments/${id}/resume`)).status).toBe(409);

  const key = { 'idempotency-key': 'more-please' };
  const first = await post(`/experiments/${id}/extend`, { trials: 900 }, key);
  const second = await post(`/experiments/${id}/extend`, { trials: 900 }, key);
  expect([first.status, second.status]).toEqual([200, 200]);
  expect((await post(`/experiments/${id}/extend`, { trials: 900 })).body.error.code).toBe('BUDGET_INVALID');
  expect((await post(`/experiments/${id}/extend`, { seconds: 60 })).body.error.message).toContain('Give more trials');
  expect((await post(`/experiments/${id}/extend`, {})).status).toBe(422);

  await finishRun(world.platform, editor.actor, id);
  const ended = await post(`/experiments/${id}/extend`, { trials: 1 });
  expect(ended.status).toBe(409);
  expect(ended.body.error.message).toContain(`"warmStartFrom": "${id}"`);
  const audit = await world.platform.db.audit.list(world.admin.actor, { entity: id }, {});
  const actions = audit.items.map(({ action }) => action);
  expect(actions.filter((action) => action === 'experiment.extended')).toHaveLength(1);
  expect(actions).toEqual(expect.arrayContaining(['experiment.paused', 'experiment.resumed']));

  const manifest = await world.call(`/experiments/${id}/manifest`, { as: editor });
  expect(manifest.body).toMatchObject({
    ...{ experimentId: id, status: 'completed', winner: 1, seed: 1 },
    trials: [{ number: 1, status: 'completed', score: 0.9 }],
  });
});
