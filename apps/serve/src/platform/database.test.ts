import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Actor, systemActor } from '@laurel/access';
import { loadModel } from '@laurel/automl';
import type { PredictResponse } from '@laurel/contracts';
import { createDb, type Db } from '@laurel/db';
import { stopTestDatabases, type TestDatabase, testDatabase } from '@laurel/db/testing';
import { createBlobStore } from '@laurel/storage';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../app.ts';
import { ComputeThreads } from '../compute/threads.ts';
import type { App } from '../http/context.ts';
import type { Platform } from '../ports.ts';
import { Champions } from '../serving/champions.ts';
import { ModelCache } from '../serving/model-cache.ts';
import { trainInDatabase } from '../testing/database-run.ts';
import { flowers } from '../testing/trained.ts';
import { databasePlatform } from './database.ts';

const internalToken = 'internal-token-of-the-tests-0123456789';
const rows = [JSON.parse('{"length": 5.1, "width": 3, "colour": "red", "seen": "2024-02-01", "__proto__": 6}')];

let test: TestDatabase;
let db: Db;
let home: string;
let run: Awaited<ReturnType<typeof trainInDatabase>>;
let requester: Actor;
let approver: Actor;
let ownKey: string;
let foreignKey: string;
let app: App;
let platform: Platform;
let champions: Champions;
let threads: ComputeThreads;

const person = (userId: string): Actor => ({ ...systemActor, kind: 'user', userId, name: userId, mayApprove: true });

beforeAll(async () => {
  test = await testDatabase();
  db = createDb({ connectionString: test.connectionString });
  home = await mkdtemp(join(tmpdir(), 'laurel serve '));
  const blobs = createBlobStore({ kind: 'files', directory: join(home, 'blobs') });
  const admin = await db.internal.ensureAdministrator({
    email: 'a@example.org',
    password: 'a long password 1',
    name: 'A',
  });
  requester = person(admin.userId);
  const second = await db.users.create(requester, {
    email: 'b@example.org',
    name: 'B',
    role: 'admin',
    password: 'a long password 2',
  });
  const outsider = await db.users.create(requester, {
    email: 'c@example.org',
    name: 'C',
    role: 'viewer',
    password: 'a long password 3',
  });
  approver = person(second.user.id);
  ownKey = await db.internal.createApiKeyFor(requester.userId, 'own');
  foreignKey = await db.internal.createApiKeyFor(outsider.user.id, 'foreign');
  run = await trainInDatabase({
    db,
    blobs,
    actor: approver,
    table: flowers(),
    target: 'species',
    families: ['baseline', 'gbm'],
  });

  platform = databasePlatform({ db: createDb({ connectionString: test.connectionString }), blobs, freshMs: 20 });
  const artifact = (sha256: string) => platform.models.artifact(sha256);
  const cache = new ModelCache({ artifact, load: loadModel, maxBytes: 1e8 });
  const log = () => {};
  // slow polling: what is noticed here is noticed by notification
  champions = new Champions({ source: platform.champions, cache, log, pollMs: 60_000 });
  threads = new ComputeThreads({ size: 1, artifact });
  app = createApp({ platform, cache, champions, threads, internalToken, scratch: home, maxScoreBytes: 1e6, log });
  await champions.start();
}, 120_000);

afterAll(async () => {
  await champions?.close();
  await threads?.close();
  await platform?.close();
  await db?.close();
  await test?.drop();
  await stopTestDatabases();
  await rm(home, { recursive: true, force: true });
});

const predict = (path: string, key: string) =>
  app.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ rows }),
  });
const inside = (path: string) => app.request(path, { headers: { 'x-laurel-internal': internalToken } });

async function promote(modelId: string): Promise<void> {
  // the run belongs to the second administrator: whoever asks must not be who approves, nor have made that account
  const request = await db.promotions.request(approver, modelId, { reason: 'better' });
  await db.promotions.approve(requester, request.id, { comment: 'fine' });
}

describe('the prediction server over a real database', () => {
  it('predicts by model for its members, and knows nothing for others', async () => {
    const path = `/api/v1/models/${run.models[0]!.id}/predict`;
    const answer = await predict(path, ownKey);
    expect(answer.status).toBe(200);
    expect(((await answer.json()) as PredictResponse).predictions).toHaveLength(1);
    expect((await predict(path, foreignKey)).status).toBe(404);
    expect((await predict(path, 'lrl_unknown')).status).toBe(401);
    expect((await predict('/models/mdl_nothing/predict', ownKey)).status).toBe(404);
  });

  it('answers by the champion as soon as it was approved, and by the next one after that', async () => {
    const path = `/projects/${run.projectId}/predict`;
    expect((await predict(path, ownKey)).status).toBe(404);
    for (const { id } of run.models) {
      await promote(id);
      const current = async () => ((await (await predict(path, ownKey)).json()) as PredictResponse).modelId;
      await expect.poll(current, { timeout: 5000 }).toBe(id);
    }
    expect((await predict(path, foreignKey)).status).toBe(404);
  });

  it('pages, evaluates, explains and compares from what is stored', async () => {
    const [best, other] = run.models as unknown as [{ id: string }, { id: string }];
    const status = async (path: string) => (await inside(path)).status;
    expect(await status(`/internal/datasets/${run.datasetId}/rows?limit=5`)).toBe(200);
    expect(await status(`/internal/models/${best.id}/evaluation`)).toBe(200);
    expect(await status(`/internal/models/${best.id}/importance`)).toBe(200);
    expect(await status(`/internal/models/${best.id}/partial-dependence?feature=length`)).toBe(200);
    expect(await status(`/internal/experiments/${run.experimentId}/splits?format=csv`)).toBe(200);
    expect(await (await inside(`/internal/experiments/${run.experimentId}/ties`)).json()).toEqual({
      tied: [best.id],
      tested: [best.id, other.id],
    });
    const compared = await app.request('/internal/models/compare', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-laurel-internal': internalToken },
      body: JSON.stringify({ ids: [best.id, other.id] }),
    });
    expect(await compared.json()).toMatchObject({
      rows: 300,
      pairs: [{ a: best.id, b: other.id, verdict: 'likely real' }],
    });
  });

  it('is 503 for a model whose stored bytes were damaged', async () => {
    const damaged = run.models.at(-1)!;
    const client = new pg.Client({ connectionString: test.connectionString });
    await client.connect();
    await client.query('UPDATE artifact_chunk SET bytes = set_byte(bytes, 100, (get_byte(bytes, 100) + 1) % 256)');
    await client.end();
    const fresh = databasePlatform({ db, blobs: createBlobStore({ kind: 'files', directory: join(home, 'blobs') }) });
    const model = await fresh.models.model(damaged.id);
    await expect(fresh.models.artifact(model.artifactSha256)).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
      status: 503,
    });
  });

  it('keeps answering from memory when the database is gone', async () => {
    const path = `/projects/${run.projectId}/predict`;
    expect((await predict(path, ownKey)).status).toBe(200);
    await test.drop();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await app.request('/ready')).status).toBe(503);
    expect((await predict(path, ownKey)).status).toBe(200);
  });
});
