import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  ChampionView,
  ExperimentPlan,
  Leaderboard,
  ModelView,
  PredictResponse,
  PromotionView,
} from '@laurel/contracts';
import { expect, test } from '@playwright/test';
import { type Api, adminApi, apiOf, signIn, untilEnded, uploadCsv, webUrl } from '../support/api.ts';
import { discard, type Platform, root, startPlatform, waitFor } from '../support/platform.ts';

const shared = process.env.LAUREL_SHARED_DIR ?? join(root, '../shared');
const adult = join(shared, 'data/adult.csv');

let platform: Platform;
let admin: Api;

test.beforeAll(async () => {
  platform = await startPlatform();
  admin = adminApi(platform);
});
test.afterAll(async () => {
  if (platform) await discard(platform);
});

/** A person with a password and a role in the project. */
async function person(role: string, projectId: string): Promise<Api> {
  const email = `${role}-${randomBytes(4).toString('hex')}@example.org`;
  const password = randomBytes(12).toString('hex');
  const made = await admin.post('/users', { email, name: `The ${role}`, role, password, projectId });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return await signIn(platform, email, password);
}

test('the whole loop on adult through the API alone', async () => {
  test.skip(!existsSync(adult), 'the shared data folder is not beside the repository (LAUREL_SHARED_DIR)');
  const csv = readFileSync(adult);
  const target = 'class';
  const dataset = await uploadCsv(admin, 'adult', new Uint8Array(csv));
  expect(dataset.sha256).toBe(createHash('sha256').update(csv).digest('hex'));

  const plan = await admin.post<{ plan: ExperimentPlan } & ExperimentPlan>('/experiments/plan', {
    datasetId: dataset.id,
    target,
    budget: { seconds: 30 },
  });
  expect(plan.status, JSON.stringify(plan.body)).toBe(200);
  const planned = plan.body.plan ?? plan.body;
  expect(planned.task).toBe('binary');
  expect(planned.metric).toBe('roc_auc');
  expect(planned.holdoutFraction).toBeCloseTo(0.2);
  expect(planned.sentences.length).toBeGreaterThan(2);

  const started = await admin.post<{ id: string; status: string }>('/experiments', {
    datasetId: dataset.id,
    target,
    budget: { seconds: 30 },
    seed: 5,
  });
  expect(started.status).toBe(202);
  const view = await untilEnded(admin, started.body.id, 90_000);
  expect(view.status).toBe('completed');

  const board = (await admin.get<Leaderboard>(`/experiments/${view.id}/leaderboard`)).body;
  expect(board.metric).toMatchObject({ id: 'roc_auc', higherIsBetter: true });
  const families = new Set(board.rows.map((row) => row.family));
  for (const family of ['baseline', 'linear', 'gbm', 'mlp', 'ensemble']) expect(families).toContain(family);
  const best = board.rows[0] as Leaderboard['rows'][number];
  expect(best.validation.mean as number).toBeGreaterThan(0.91);
  expect(board.rows.every((row) => row.holdout === null)).toBe(true);
  const csvBoard = await admin.get<string>(`/experiments/${view.id}/leaderboard?format=csv`);
  expect(csvBoard.headers.get('content-type')).toContain('text/csv');

  const modelId = view.winnerModelId as string;
  const model = (await admin.get<ModelView>(`/models/${modelId}`)).body;
  expect(model.lineage.datasetSha256).toBe(dataset.sha256);
  const dependence = await settled<{ grid: unknown[]; average: Record<string, number[]>; ice: number[][] }>(
    admin,
    `/models/${modelId}/partial-dependence?feature=age&ice=10`,
  );
  expect(dependence.grid.length).toBeGreaterThan(5);
  expect(dependence.ice.length).toBe(10);
  const importance = await settled<{ features: { feature: string }[] }>(admin, `/models/${modelId}/importance`);
  expect(importance.features.length).toBe(model.inputs.length);
  const evaluation = await settled<{ rows: number; classification: { confusion: { matrix: number[][] } } }>(
    admin,
    `/models/${modelId}/evaluation`,
  );
  const counted = evaluation.classification.confusion.matrix.flat().reduce((sum, count) => sum + count, 0);
  expect(counted).toBe(evaluation.rows);
  expect(counted).toBeGreaterThan(3_000); // a tenth of the training rows validates when the budget is short

  const editor = await person('editor', dataset.projectId);
  const approver = await person('approver', dataset.projectId);
  const request = await editor.post<PromotionView>(`/models/${modelId}/promotion-requests`, {
    reason: 'The best model of the first experiment',
  });
  expect(request.status, JSON.stringify(request.body)).toBe(201);
  expect(
    (
      await editor.post<{ error: { code: string } }>(`/promotion-requests/${request.body.id}/approve`, {
        comment: 'mine',
      })
    ).status,
  ).not.toBe(200);
  expect((await admin.post(`/promotion-requests/${request.body.id}/approve`, { comment: 'by a key' })).status).not.toBe(
    200,
  );
  const approved = await approver.post<PromotionView>(`/promotion-requests/${request.body.id}/approve`, {
    comment: 'Looked at it',
    checklist: { scores: true },
  });
  expect(approved.status, JSON.stringify(approved.body)).toBe(200);
  expect((await admin.get<ChampionView>(`/projects/${dataset.projectId}/champion`)).body.modelId).toBe(modelId);

  const row: Record<string, unknown> = Object.fromEntries(model.inputs.map((input) => [input.name, input.example]));
  const direct = await admin.post<PredictResponse>(`/models/${modelId}/predict`, { rows: [row] });
  expect(direct.status, JSON.stringify(direct.body)).toBe(200);
  const serveApi = apiOf(platform.credentials.serveUrl.replace('localhost', '127.0.0.1'), platform.credentials.apiKey);
  let champion = await serveApi.post<PredictResponse>(`/projects/${dataset.projectId}/predict`, { rows: [row] });
  await waitFor(
    async () => {
      champion = await serveApi.post<PredictResponse>(`/projects/${dataset.projectId}/predict`, { rows: [row] });
      return champion.status === 200;
    },
    10_000,
    () => `the prediction server answers ${champion.status}`,
  );
  expect(champion.body.predictions).toEqual(direct.body.predictions);
  expect(champion.body.modelId).toBe(modelId);

  const verified = await admin.get<{ valid: boolean; length: number }>('/audit/verify');
  expect(verified.body.valid).toBe(true);
  expect(verified.body.length).toBeGreaterThan(5);
});

test('an upload of 50 MB arrives whole through the built server', async () => {
  // 50 MB of CSV made here: wide text cells, so that profiling stays quick
  const cell = 'x'.repeat(2000);
  const lines = ['id,group,note,value'];
  for (let i = 0; lines.length * 2030 < 50 * 1024 * 1024; i++)
    lines.push(`${i},${i % 7},${cell}${i},${(i * 37) % 101}`);
  const body = Buffer.from(`${lines.join('\n')}\n`);
  const answer = await admin.send<{ id: string; sha256: string }>(
    'POST',
    '/datasets?name=large',
    new Uint8Array(body),
    { 'content-type': 'text/csv' },
  );
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  expect(answer.body.sha256).toBe(createHash('sha256').update(body).digest('hex'));
  await waitFor(
    async () => (await admin.get<{ status: string }>(`/datasets/${answer.body.id}`)).body.status === 'ready',
    90_000,
    () => 'the large table is not ready',
  );
});

test('what the API refuses, it refuses in one form', async () => {
  const refused = async (answer: Promise<{ status: number; body: unknown }>, status: number, code: string) => {
    const { status: got, body } = await answer;
    expect({ got, body }).toMatchObject({
      got: status,
      body: { error: { code, message: expect.any(String), requestId: expect.any(String) } },
    });
  };
  await refused(apiOf(webUrl(platform), 'nothing').get('/projects'), 401, 'UNAUTHENTICATED');
  await refused(admin.get('/experiments/exp_0123456789abcdefghjkmn'), 404, 'NOT_FOUND');
  await refused(admin.send('POST', '/projects', '{', { 'content-type': 'application/json' }), 400, 'JSON_INVALID');
  await refused(admin.post('/projects', { name: 'x', owner: 'me' }), 400, 'UNKNOWN_FIELD');
});

/** A computation over 10 seconds answers 202 first. */
async function settled<T>(api: Api, path: string): Promise<T> {
  let body: unknown;
  let status = 0;
  await waitFor(
    async () => {
      ({ status, body } = await api.get(path));
      return status !== 202;
    },
    90_000,
    () => `${path} is still being computed`,
  );
  expect(status, JSON.stringify(body).slice(0, 500)).toBe(200);
  return body as T;
}
