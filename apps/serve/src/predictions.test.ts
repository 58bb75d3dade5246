import type { PredictResponse } from '@laurel/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelIdOf, startApp } from './testing/platform.ts';
import { flowers, type Trained, train } from './testing/trained.ts';

let run: Trained;
let server: Awaited<ReturnType<typeof startApp>>;
const path = `/models/${modelIdOf(2)}/predict`;
// JSON.parse makes an own key of `__proto__`, as a request does
const row = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  ...JSON.parse('{"length": 5.1, "width": 3, "colour": "red", "seen": "2024-02-01", "__proto__": 6}'),
  ...change,
});
const without = (key: string) => Object.fromEntries(Object.entries(row()).filter(([name]) => name !== key));

beforeAll(async () => {
  run = await train(flowers(), 'species', [{ family: 'baseline' }, { family: 'gbm' }]);
  server = await startApp(run);
});
afterAll(() => server.close());

async function refused(body: unknown, headers: Record<string, string> = {}) {
  const answer = await server.post(path, body, headers);
  const { error } = (await answer.json()) as {
    error: { code: string; message: string; requestId: string; details: object };
  };
  return { status: answer.status, ...error };
}

describe('a row to predict', () => {
  it('is answered with a label, all probabilities, the model and the request', async () => {
    const answer = await server.post(path, { rows: [row(), row({ length: null, colour: null })] });
    expect(answer.status).toBe(200);
    const body = (await answer.json()) as PredictResponse;
    expect(body.modelId).toBe(modelIdOf(2));
    expect(body.requestId).toBe(answer.headers.get('x-request-id'));
    expect(body.warnings).toEqual([]);
    expect(body.predictions).toHaveLength(2);
    for (const prediction of body.predictions) {
      const { label, probabilities } = prediction as { label: string; probabilities: Record<string, number> };
      expect(Object.keys(probabilities)).toEqual(['iris', 'lily', 'rose']);
      expect(Object.values(probabilities).reduce((a, b) => a + b)).toBeCloseTo(1, 9);
      expect(probabilities[label]).toBe(Math.max(...Object.values(probabilities)));
    }
  });

  it('warns of an unknown column and an unseen category and predicts all the same', async () => {
    const answer = await server.post(path, { rows: [row({ colour: 'green', extra: 1, species: 'iris' })] });
    const { warnings } = (await answer.json()) as PredictResponse;
    expect(warnings.map(({ code, column }) => [code, column])).toEqual([
      ['UNKNOWN_FIELD', 'extra'],
      ['UNSEEN_CATEGORY', 'colour'],
    ]);
  });

  it.each([
    ['an absent key', () => ({ rows: [row(), without('width')] }), 422, 'MISSING_FEATURE', 'rows[1].width'],
    ['an absent __proto__', () => ({ rows: [without('__proto__')] }), 422, 'MISSING_FEATURE', '__proto__'],
    ['a text for a number', () => ({ rows: [row({ width: 'wide' })] }), 422, 'TYPE_MISMATCH', 'rows[0].width'],
    ['an object for a number', () => ({ rows: [row({ width: {} })] }), 422, 'TYPE_MISMATCH', 'rows[0].width'],
    ['a list for a category', () => ({ rows: [row({ colour: [] })] }), 422, 'TYPE_MISMATCH', 'rows[0].colour'],
    ['a row that is no object', () => ({ rows: [row(), null] }), 422, 'TYPE_MISMATCH', 'rows[1]'],
    ['a row that is a list', () => ({ rows: [[1, 2]] }), 422, 'TYPE_MISMATCH', 'rows[0]'],
    ['no rows', () => ({ rows: [] }), 422, 'NO_ROWS', 'at least one'],
    ['too many rows', () => ({ rows: new Array(10_001).fill({}) }), 413, 'TOO_MANY_ROWS', '10,000'],
    ['rows that are no list', () => ({ rows: { a: 1 } }), 400, 'PARAMETER_INVALID', 'rows'],
    ['another shape', () => [row()], 400, 'PARAMETER_INVALID', 'rows'],
    ['an unknown field', () => ({ rows: [row()], explain: true }), 400, 'UNKNOWN_FIELD', 'explain'],
    ['malformed JSON', () => '{"rows": [', 400, 'JSON_INVALID', 'JSON'],
    ['bytes that are not UTF-8', () => new Uint8Array([0x22, 0xff, 0x22]), 400, 'JSON_INVALID', 'UTF-8'],
  ])('is refused for %s', async (_, body, status, code, mention) => {
    const error = await refused(body());
    expect([error.status, error.code]).toEqual([status, code]);
    expect(error.message).toContain(mention);
    expect(error.requestId).not.toBe('');
  });

  it('is refused in a form that nobody reads', async () => {
    expect(await refused('<rows/>', { 'content-type': 'application/xml' })).toMatchObject({
      status: 415,
      code: 'CONTENT_TYPE_UNSUPPORTED',
    });
    expect(await refused('x', { 'content-encoding': 'gzip' })).toMatchObject({ status: 415 });
  });
});

describe('a CSV to predict', () => {
  const csv = (text: string) => server.post(path, text, { 'content-type': 'text/csv' });

  it('gives the same numbers as the same rows in JSON, columns in any order', async () => {
    const text = 'colour,__proto__,width,length,seen\nred,6,3,5.1,2024-02-01\n,6,3,,2024-02-01\n';
    const fromCsv = (await (await csv(text)).json()) as PredictResponse;
    const fromJson = (await (
      await server.post(path, { rows: [row(), row({ length: null, colour: null })] })
    ).json()) as PredictResponse;
    expect(fromCsv.predictions).toEqual(fromJson.predictions);
  });

  it('is refused when a column is missing, a value cannot be read, or there are no rows', async () => {
    const code = async (text: string) => ((await (await csv(text)).json()) as { error: { code: string } }).error.code;
    expect(await code('colour,width\nred,3\n')).toBe('MISSING_FEATURE');
    expect(await code('colour,__proto__,width,length,seen\nred,6,wide,5,2024-02-01\n')).toBe('TYPE_MISMATCH');
    expect(await code('colour,__proto__,width,length,seen\n')).toBe('NO_ROWS');
    expect(await code('')).toBe('EMPTY_FILE');
  });
});

describe('many rows and one', () => {
  it('give identical numbers, on the loop and in a compute thread', async () => {
    const { prepared } = run;
    const rows = Array.from({ length: 300 }, (_, i) =>
      row({
        length: i % 7 === 0 ? null : i / 40,
        width: i / 60,
        colour: ['red', 'blue', null, 'new'][i % 4],
        seen: Date.UTC(2024, 0, i % 60),
      }),
    );
    expect(prepared.inputs.map((input) => input.name)).toContain('__proto__');
    const all = (await (await server.post(path, { rows })).json()) as PredictResponse;
    for (const i of [0, 1, 2, 3, 7, 150, 299]) {
      const one = (await (await server.post(path, { rows: [rows[i]] })).json()) as PredictResponse;
      expect(one.predictions[0]).toEqual(all.predictions[i]);
    }
  });
});

describe('who may ask', () => {
  it('needs a key that is valid, for something it may see', async () => {
    expect(await refused({ rows: [row()] }, { authorization: '' })).toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
    });
    expect(await refused({ rows: [row()] }, { authorization: 'Bearer lrl_other' })).toMatchObject({ status: 401 });
    expect((await server.post('/models/mdl_foreign/predict', { rows: [row()] })).status).toBe(404);
    expect((await server.post('/models/mdl_9/predict', { rows: [row()] })).status).toBe(404);
    expect((await server.post('/projects/prj_foreign/predict', { rows: [row()] })).status).toBe(404);
    expect((await server.post(`/api/v1${path}`, { rows: [row()] })).status).toBe(200);
  });

  it('keeps the inside to those who know the internal token', async () => {
    const inside = `/internal/models/${modelIdOf(2)}/predict`;
    expect((await server.post(inside, { rows: [row()] })).status).toBe(200);
    expect((await server.post(inside, { rows: [row()] }, { 'x-laurel-internal': 'guess' })).status).toBe(404);
    expect((await server.app.request('/internal/datasets/ds_1/rows')).status).toBe(404);
  });

  it('answers health without a key and readiness with what is missing', async () => {
    expect((await server.app.request('/health')).status).toBe(200);
    expect((await server.app.request('/ready')).status).toBe(200);
    server.world.away = true;
    const answer = await server.app.request('/ready');
    server.world.away = false;
    expect([answer.status, await answer.json()]).toEqual([503, { status: 'not ready', missing: ['database'] }]);
  });
});
