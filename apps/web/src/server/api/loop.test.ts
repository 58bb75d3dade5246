import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { stopTestDatabases } from '@laurel/db/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { begin, finishRun, queuedExperiment, readyDataset } from '../testing/trained.ts';
import { createWorld, type Person, type World } from '../testing/world.ts';

interface Asked {
  path: string;
  token: string | undefined;
  type: string | undefined;
  body: string;
}

let world: World;
let ada: Person;
let ben: Person;
let projectId: string;
let loopback: Server;
let asked: Asked[] = [];
let answers: Record<string, { status: number; headers?: Record<string, string>; body: string }> = {};
const csv = 'x,y\n1,a\n2,b\n';

/** What the prediction server would say is not the matter here; that it is asked rightly and passed on is. */
function listen(): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { 'x-laurel-internal': token, 'content-type': type } = request.headers;
      asked.push({ path: request.url!, token: token as string, type, body: Buffer.concat(chunks).toString() });
      const answer = answers[request.url!.split('?')[0]!] ?? {
        status: 404,
        body: '{"error":{"code":"NOT_FOUND","message":"x"}}',
      };
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(answer.body);
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

beforeAll(async () => {
  loopback = await listen();
  world = await createWorld({ servePort: (loopback.address() as AddressInfo).port });
  ada = await world.person('ada');
  projectId = (await world.call('/projects', { as: ada, json: { name: 'Loop' } })).body.id;
  ben = await world.person('ben', { [projectId]: 'approver' });
  // she may approve, only not what she asked for herself
  await world.platform.db.projects.setMembers(world.admin.actor, projectId, [
    { userId: ada.userId, role: 'approver' },
    { userId: ben.userId, role: 'approver' },
  ]);
});
afterAll(async () => {
  await world?.close();
  await stopTestDatabases();
  loopback?.close();
});
beforeEach(() => {
  asked = [];
  answers = {};
});

const upload = (body: BodyInit, headers: Record<string, string> = {}, query = `?projectId=${projectId}&name=table`) =>
  world.call(`/datasets${query}`, { as: ada, body, headers: { 'content-type': 'text/csv', ...headers } });
async function trained(): Promise<{ datasetId: string; experimentId: string; modelId: string }> {
  const dataset = await readyDataset(world.platform, ada.actor, projectId, `t${Math.random()}`);
  const experiment = await queuedExperiment(world.platform, ada.actor, dataset.id);
  await begin(world.platform, experiment.id);
  const modelId = await finishRun(world.platform, ada.actor, experiment.id, experiment.id);
  return { datasetId: dataset.id, experimentId: experiment.id, modelId };
}

describe('upload', () => {
  const folders = async () =>
    (await readdir(join(world.platform.env.home, 'blobs', 'datasets')).catch(() => [])).sort();

  it('keeps the bytes and says their hash', async () => {
    const answer = await upload(csv, { 'content-length': String(csv.length) });
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ projectId, name: 'table', version: 1, status: 'profiling', bytes: csv.length });
    expect(answer.body.sha256).toBe(createHash('sha256').update(csv).digest('hex'));
    expect((await upload(csv)).body.version).toBe(2);
  });

  it('makes a project when none is named, and takes a form', async () => {
    const form = new FormData();
    form.set('file', new Blob([csv], { type: 'text/csv' }), 'people.csv');
    const answer = await world.call('/datasets', { as: ada, body: form });
    expect(answer.status).toBe(202);
    expect(answer.body.name).toBe('people');
    expect((await world.call(`/projects/${answer.body.projectId}`, { as: ada })).body.name).toBe('people');
  });

  it('repeated with its key is one dataset and one file', async () => {
    const headers = { 'idempotency-key': 'upload-1' };
    const first = await upload(csv, headers, '?name=repeated');
    const before = await folders();
    const second = await upload(csv, headers, '?name=repeated');
    expect(second.text).toBe(first.text);
    expect(await folders()).toEqual(before);
    expect((await upload(`${csv}3,a\n`, headers, '?name=repeated')).status).toBe(422);
    expect(await folders()).toEqual(before);
  });

  it.each([
    ['a file over the limit', new Uint8Array(1024 * 1024 + 1), {}, '', 413, 'FILE_TOO_LARGE'],
    ['fewer bytes than announced', csv, { 'content-length': '1000' }, '', 400, 'LENGTH_MISMATCH'],
    [
      'JSON that names a file',
      '{"files":[{"filepath":"/etc/passwd"}]}',
      { 'content-type': 'application/json' },
      '',
      415,
      'CONTENT_TYPE_UNSUPPORTED',
    ],
    ['an unknown encoding', csv, {}, '&encoding=klingon', 400, 'PARAMETER_INVALID'],
    ['a delimiter of two characters', csv, {}, '&delimiter=ab', 400, 'PARAMETER_INVALID'],
    ['an unknown option', csv, {}, '&url=http://169.254.169.254/', 400, 'UNKNOWN_FIELD'],
  ])('refuses %s and leaves nothing', async (_, body, headers, query, status, code) => {
    const before = [await folders(), (await world.call('/datasets', { as: ada })).body.items.length];
    const answer = await upload(body, headers as Record<string, string>, `?projectId=${projectId}&name=bad${query}`);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect([await folders(), (await world.call('/datasets', { as: ada })).body.items.length]).toEqual(before);
  });
});

describe('a dataset', () => {
  it('takes another column type, shows its profile, and goes with its files', async () => {
    const dataset = await readyDataset(world.platform, ada.actor, projectId, 'types');
    const patch = await world.call(`/datasets/${dataset.id}/columns/x`, {
      method: 'PATCH',
      as: ada,
      json: { type: 'categorical' },
    });
    expect(patch.body.columns[0]).toMatchObject({ name: 'x', type: 'categorical', inferredType: 'numeric' });
    const missing = await world.call(`/datasets/${dataset.id}/columns/__proto__`, {
      method: 'PATCH',
      as: ada,
      json: { type: 'text' },
    });
    expect([404, 422]).toContain(missing.status);
    expect((await world.call(`/datasets/${dataset.id}/profile`, { as: ada })).body.rows).toBe(4);
    expect((await world.call(`/datasets/${dataset.id}/visuals`, { as: ada })).body).toEqual({ items: [] });
    expect((await world.call(`/datasets/${dataset.id}`, { method: 'DELETE', as: ada })).status).toBe(204);
    expect((await world.call(`/datasets/${dataset.id}`, { as: ada })).status).toBe(404);
    expect(await readdir(join(world.platform.env.home, 'blobs', 'datasets'))).not.toContain(dataset.id);
  });
});

describe('an experiment', () => {
  it('is checked by the prediction server before it is queued', async () => {
    const dataset = await readyDataset(world.platform, ada.actor, projectId, 'checked');
    const body = { datasetId: dataset.id, target: 'y', budget: { seconds: -1 } };
    answers['/internal/validate'] = {
      status: 422,
      body: '{"error":{"code":"BUDGET_INVALID","message":"Give a budget.","requestId":"x","details":{}}}',
    };
    const refused = await world.call('/experiments', { as: ada, json: body });
    expect([refused.status, refused.body.error.code]).toEqual([422, 'BUDGET_INVALID']);
    expect(refused.body.error.requestId).toBe(refused.headers.get('x-request-id'));
    expect((await world.call(`/experiments?datasetId=${dataset.id}`, { as: ada })).body.items).toEqual([]);
    expect(asked[0]).toMatchObject({ path: '/internal/validate', token: world.platform.env.internalToken });
    expect(JSON.parse(asked[0]!.body)).toMatchObject({ datasetId: dataset.id, request: body });

    answers['/internal/validate'] = { status: 200, body: '{}' };
    const made = await world.call('/experiments', { as: ada, json: { ...body, budget: { seconds: 30 }, seed: 7 } });
    expect(made.status).toBe(202);
    expect(made.body).toMatchObject({ status: 'queued', seed: 7, projectId });
    const cancelled = await world.call(`/experiments/${made.body.id}/cancel`, { method: 'POST', as: ada });
    expect(cancelled.body.status).toBe('cancelled');
    const again = await world.call(`/experiments/${made.body.id}/finish`, { as: ada, json: {} });
    expect(again.status).toBe(409);
  });

  it('starts from the best configurations of an earlier one of its project, and of no other', async () => {
    const { datasetId, experimentId } = await trained();
    answers['/internal/validate'] = { status: 200, body: '{}' };
    const body = {
      datasetId,
      target: 'y',
      strategy: 'tpe',
      space: { gbm: { maxLeaves: { max: 64 } } },
      trialSeconds: 5,
    };
    const made = await world.call('/experiments', { as: ada, json: { ...body, warmStartFrom: experimentId } });
    expect(made.status).toBe(202);
    const trials = await world.platform.db.experiments.trials(ada.actor, experimentId);
    const expected = trials.filter(({ family }) => family === 'gbm').map(({ family, config }) => ({ family, config }));
    expect(expected.length).toBeGreaterThan(0);
    const { request } = JSON.parse(asked[0]!.body);
    expect(request).toMatchObject({ ...body, warmStartFrom: experimentId, warmStarts: expected });
    expect(made.body.request).toMatchObject({ warmStarts: expected });

    const unknown = await world.call('/experiments', {
      as: ada,
      json: { ...body, warmStartFrom: `exp_${'0'.repeat(26)}` },
    });
    expect([unknown.status, unknown.body.error.code]).toEqual([404, 'NOT_FOUND']);
    const elsewhere = await world.call('/projects', { as: ada, json: { name: 'elsewhere' } });
    const other = await readyDataset(world.platform, ada.actor, elsewhere.body.id, 'elsewhere');
    const foreign = await world.call('/experiments', {
      as: ada,
      json: { ...body, datasetId: other.id, warmStartFrom: experimentId },
    });
    expect([foreign.status, foreign.body.error.message]).toEqual([404, unknown.body.error.message]);
  });

  it('passes on an answer that is not there yet', async () => {
    const { datasetId } = await trained();
    answers['/internal/plan'] = { status: 202, headers: { 'retry-after': '3' }, body: '{"status":"computing"}' };
    const answer = await world.call('/experiments/plan', { as: ada, json: { datasetId, target: 'y' } });
    expect([answer.status, answer.headers.get('retry-after'), answer.body.status]).toEqual([202, '3', 'computing']);
  });

  it('has a board, with what the prediction server knows of ties', async () => {
    const { experimentId, modelId } = await trained();
    const board = await world.call(`/experiments/${experimentId}/leaderboard`, { as: ada });
    expect(board.body.metric).toEqual({ id: 'roc_auc', label: 'ROC AUC', higherIsBetter: true });
    expect(board.body.rows).toHaveLength(1);
    expect(board.body.rows[0]).toMatchObject({ rank: 1, modelId, badges: ['best', 'winner'], tiedWithBest: null });
    const text = await world.call(`/experiments/${experimentId}/leaderboard?format=csv`, { as: ada });
    expect(text.headers.get('content-type')).toContain('text/csv');
    expect(text.headers.get('content-disposition')).toContain('attachment');
    expect(text.text.split('\n')[1]).toContain(modelId);
  });
});

describe('events', () => {
  const stream = (id: string, headers: Record<string, string> = {}) =>
    world.call(`/experiments/${id}/events`, { as: ada, headers });
  const idsOf = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));

  it('replay a finished run in order, end, and resume after any of them', async () => {
    const { experimentId } = await trained();
    const all = await stream(experimentId);
    expect(all.headers.get('content-type')).toContain('text/event-stream');
    const ids = idsOf(all.text);
    expect(ids).toEqual(ids.map((_, at) => at + 1));
    expect(all.text.trimEnd().endsWith('event: end\ndata: {}')).toBe(true);
    expect(all.text).toContain('"status":"completed"');
    const rest = await stream(experimentId, { 'last-event-id': String(ids.length - 1) });
    expect(idsOf(rest.text)).toEqual([ids.length]);
    expect((await stream(experimentId, { 'last-event-id': String(ids.length) })).status).toBe(204);
    expect((await stream(experimentId, { 'last-event-id': 'abc' })).status).toBe(400);
    expect((await world.call(`/experiments/${experimentId}/events`, { method: 'HEAD', as: ada })).text).toBe('');
  });

  it('come while the run goes on, and end with it', async () => {
    const dataset = await readyDataset(world.platform, ada.actor, projectId, 'live');
    const experiment = await queuedExperiment(world.platform, ada.actor, dataset.id);
    const following = stream(experiment.id);
    await begin(world.platform, experiment.id);
    await finishRun(world.platform, ada.actor, experiment.id);
    const { text } = await following;
    expect(text).toContain('"type":"trial"');
    expect(idsOf(text)).toEqual(idsOf(text).map((_, at) => at + 1));
    expect(text).toContain('event: end');
  });

  it('stop for somebody whose key is taken back', async () => {
    const dataset = await readyDataset(world.platform, ada.actor, projectId, 'revoked');
    const experiment = await queuedExperiment(world.platform, ada.actor, dataset.id);
    const key = await world.call('/api-keys', { as: ada, json: { name: 'stream' } });
    const following = world.call(`/experiments/${experiment.id}/events`, { as: { ...ada, key: key.body.key } });
    await world.call(`/api-keys/${key.body.id}`, { method: 'DELETE', as: ada });
    expect((await following).text).not.toContain('event: end');
  });
});

describe('predictions', () => {
  it('are passed on with the body as it came', async () => {
    const { modelId } = await trained();
    const path = `/internal/models/${modelId}/predict`;
    answers[path] = {
      status: 422,
      body: '{"error":{"code":"MISSING_FEATURE","message":"Row 1 has no x.","requestId":"r","details":{}}}',
    };
    const answer = await world.call(`/models/${modelId}/predict`, { as: ada, json: { rows: [{}] } });
    expect([answer.status, answer.body.error.code]).toEqual([422, 'MISSING_FEATURE']);
    expect(asked[0]).toMatchObject({ path, type: 'application/json', body: '{"rows":[{}]}' });
    const multipart = await world.call(`/models/${modelId}/predict`, { as: ada, body: new FormData() });
    expect(multipart.status).toBe(415);
  });

  it('of a whole table are a job with a report and a download', async () => {
    const { modelId } = await trained();
    const report = { rows: 2, matched: ['x'], missing: [], unused: ['y'], unseen: [], score: null };
    answers[`/internal/models/${modelId}/score`] = {
      status: 200,
      body: JSON.stringify({ id: 'one', report, bytes: 10 }),
    };
    answers['/internal/scores/one'] = { status: 200, body: 'x,y,label\n1,a,a\n2,b,b\n' };
    const made = await world.call(`/models/${modelId}/batch-predictions`, {
      as: ada,
      body: csv,
      headers: { 'content-type': 'text/csv' },
    });
    expect(made.status).toBe(202);
    expect(asked[0]!.body).toBe(csv);
    const job = await world.call(`/jobs/${made.body.id}`, { as: ben });
    expect(job.body).toMatchObject({ status: 'completed', report, modelId });
    const download = await world.call(job.body.downloadUrl.replace('/api/v1', ''), { as: ben });
    expect(download.text).toBe('x,y,label\n1,a,a\n2,b,b\n');
    expect(download.headers.get('content-disposition')).toContain(`predictions-${modelId}.csv`);
  });

  it('of a dataset read its rows page by page', async () => {
    const { modelId, datasetId } = await trained();
    answers[`/internal/datasets/${datasetId}/rows`] = {
      status: 200,
      body: JSON.stringify({ offset: 0, total: 1, columns: ['x', 'y'], rows: [[1, 'a, "b"']] }),
    };
    answers[`/internal/models/${modelId}/score`] = {
      status: 422,
      body: '{"error":{"code":"TYPE_MISMATCH","message":"Column x holds text.","requestId":"r","details":{}}}',
    };
    const made = await world.call(`/models/${modelId}/batch-predictions`, { as: ada, json: { datasetId } });
    expect(made.body).toMatchObject({ status: 'failed', downloadUrl: null, error: { code: 'TYPE_MISMATCH' } });
    expect(asked.find((each) => each.path.endsWith('/score'))!.body).toBe('x,y\n1,"a, ""b"""\n');
    expect((await world.call(`/jobs/${made.body.id}/download`, { as: ada })).status).toBe(409);
  });
});

describe('promotion', () => {
  it('needs a second person, keeps a ledger, and goes back one step', async () => {
    const first = await trained();
    const ask = (modelId: string) =>
      world.call(`/models/${modelId}/promotion-requests`, { as: ada, json: { reason: 'better', newContract: true } });
    const request = await ask(first.modelId);
    expect(request.status).toBe(201);
    const approve = (id: string, as: Person) =>
      world.call(`/promotion-requests/${id}/approve`, {
        as,
        json: { comment: 'looked at it', checklist: { leaks: true } },
      });
    expect((await approve(request.body.id, ada)).body.error.code).toBe('FOUR_EYES');
    const second = await ask((await trained()).modelId);
    expect((await approve(request.body.id, ben)).status).toBe(200);
    expect((await approve(second.body.id, ben)).body.error.code).toBe('APPROVAL_STALE');
    const champion = await world.call(`/projects/${projectId}/champion`, { as: ada });
    expect(champion.body).toMatchObject({ modelId: first.modelId, approvedBy: { name: 'ben' } });
    const third = await ask((await trained()).modelId);
    expect((await approve(third.body.id, ben)).status).toBe(200);
    const back = await world.call(`/projects/${projectId}/champion/rollback`, {
      as: ben,
      json: { reason: 'worse live' },
    });
    expect(back.body.modelId).toBe(first.modelId);
    const history = await world.call(`/projects/${projectId}/champion/history`, { as: ada });
    expect(history.body.items.map((entry: { sequence: number }) => entry.sequence).sort()).toEqual([1, 2, 3]);
  });

  it('is on record, whole and unbroken', async () => {
    const verified = await world.call('/audit/verify', { as: world.admin });
    expect(verified.body).toMatchObject({ valid: true, firstBrokenSequence: null });
    const rows = await world.call(`/audit?projectId=${projectId}&action=promotion.approved&limit=1`, { as: ada });
    expect(rows.status).toBe(200);
    const lines = (await world.call(`/audit/export?projectId=${projectId}`, { as: ada })).text.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) expect(JSON.parse(line).projectId).toBe(projectId);
    const text = (await world.call(`/audit/export?projectId=${projectId}&format=csv`, { as: ada })).text;
    expect(text.startsWith('sequence,at,actorId')).toBe(true);
  });
});

describe('samples', () => {
  it('are one click to a queued experiment', async () => {
    const list = await world.call('/samples', { as: ada });
    expect(list.body.items.map((sample: { id: string }) => sample.id)).toEqual(['penguins', 'olympians', 'diamonds']);
    const made = await world.call('/samples/olympians/train', { method: 'POST', as: ada });
    expect(made.status).toBe(202);
    expect(made.body.dataset).toMatchObject({ status: 'profiling', source: { kind: 'sample' } });
    expect(made.body.dataset.source.note).toContain('gold + silver + bronze');
    expect(made.body.experiment).toMatchObject({
      status: 'queued',
      target: 'medal',
      request: { budget: { seconds: 60 } },
    });
    expect((await world.call('/samples/titanic/train', { method: 'POST', as: ada })).status).toBe(404);
  });
});
