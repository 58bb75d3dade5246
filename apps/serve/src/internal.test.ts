import { type BatchReport, evaluation, importance, modelComparison, partialDependence } from '@laurel/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelIdOf, startApp } from './testing/platform.ts';
import { flowers, type Trained, train } from './testing/trained.ts';

let run: Trained;
let server: Awaited<ReturnType<typeof startApp>>;
const gbm = modelIdOf(2);

beforeAll(async () => {
  run = await train(flowers(), 'species', [{ family: 'baseline' }, { family: 'gbm' }]);
  server = await startApp(run);
});
afterAll(() => server.close());

const json = async (answer: Response | Promise<Response>) => (await answer).json() as Promise<Record<string, never>>;

describe('pages of rows', () => {
  it('gives rows as they are in the table, missing as null, dates as ISO', async () => {
    const page = await json(server.get('/internal/datasets/ds_1/rows?offset=29&limit=2'));
    expect(page).toMatchObject({ offset: 29, total: 300, columns: run.table.columns.map((column) => column.name) });
    const rows = page.rows as unknown as unknown[][];
    expect(rows).toHaveLength(2);
    expect(rows[0]![0]).toBeNull();
    expect(rows[0]![3]).toBe('2024-01-30T00:00:00.000Z');
    expect(rows[0]![5]).toBe('rose');
  });

  it('is empty past the end, and refuses odd pages and unknown datasets', async () => {
    expect((await json(server.get('/internal/datasets/ds_1/rows?offset=1000'))).rows).toEqual([]);
    expect((await server.get('/internal/datasets/ds_1/rows?limit=0')).status).toBe(400);
    expect((await server.get('/internal/datasets/ds_1/rows?page=1')).status).toBe(400);
    expect((await server.get('/internal/datasets/ds_2/rows')).status).toBe(404);
  });
});

describe('splits and stored predictions', () => {
  it('names every row once with its fold', async () => {
    const text = await (await server.get('/internal/experiments/exp_1/splits?format=csv')).text();
    const lines = text.trim().split('\n');
    expect(lines[0]).toMatch(/^row,part,fold_1/);
    expect(new Set(lines.slice(1).map((line) => line.split(',')[0])).size).toBe(300);
    const split = await json(server.get('/internal/experiments/exp_1/splits'));
    expect(split).toMatchObject({ rows: 300, trainingRows: 300, splitSha256: run.prepared.splitSha256 });
  });

  it('gives out-of-fold predictions by row, and the sealed holdout not at all', async () => {
    const answer = await server.get(`/internal/models/${gbm}/predictions?format=csv`);
    const lines = (await answer.text()).trim().split('\n');
    expect(lines[0]).toBe('row,actual,label,probability_iris,probability_lily,probability_rose');
    expect(lines).toHaveLength(301);
    const { items } = await json(server.get(`/internal/models/${gbm}/predictions`));
    const first = (items as unknown as { row: number; actual: string; probabilities: number[] }[])[0]!;
    expect(first.actual).toBe(['iris', 'lily', 'rose'][first.row % 3]);
    expect(first.probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    expect((await json(server.get(`/internal/models/${gbm}/predictions?split=holdout`))).error).toMatchObject({
      code: 'STATE_INVALID',
    });
  });
});

describe('plans', () => {
  const request = { datasetId: 'ds_1', target: 'species' };

  it('checks a request on the profile alone', async () => {
    const plan = await json(server.post('/internal/validate', { datasetId: 'ds_1', request }));
    expect(plan).toMatchObject({ task: 'multiclass', target: 'species' });
    const wrong = await server.post('/internal/validate', { datasetId: 'ds_1', request: { ...request, target: 'no' } });
    expect([wrong.status, (await json(wrong)).error]).toMatchObject([422, { code: 'TARGET_NOT_FOUND' }]);
    const odd = await server.post('/internal/validate', { datasetId: 'ds_1', request: { ...request, speed: 9 } });
    expect([odd.status, (await json(odd)).error]).toMatchObject([
      400,
      { code: 'UNKNOWN_FIELD', details: { field: 'request.speed' } },
    ]);
  });

  it('plans in full from the table, the same every time', async () => {
    const ask = () => json(server.post('/internal/plan', { datasetId: 'ds_1', request }));
    const plan = await ask();
    expect(plan.features as unknown as unknown[]).toHaveLength(5);
    expect((plan.sentences as unknown as string[]).length).toBeGreaterThan(0);
    expect(await ask()).toEqual(plan);
  });
});

describe('comparing models', () => {
  it('finds the boosted trees better than the baseline, which is not tied', async () => {
    const ties = await json(server.get('/internal/experiments/exp_1/ties'));
    expect(ties).toEqual({ tied: [gbm], tested: [modelIdOf(1), gbm] });
    const answer = await json(server.post('/internal/models/compare', { ids: [modelIdOf(1), gbm] }));
    const comparison = modelComparison.parse(answer);
    expect(comparison.rows).toBe(300);
    expect(comparison.pairs).toHaveLength(1);
    const pair = comparison.pairs[0]!;
    expect(pair).toMatchObject({ a: modelIdOf(1), b: gbm, verdict: 'likely real' });
    expect(pair.delta).toBeGreaterThan(0);
    expect(pair.ciLow).toBeGreaterThan(0);
    expect(pair.ciHigh).toBeGreaterThan(pair.ciLow!);
  });

  it('refuses one model, five, the same twice and unknown ones', async () => {
    const status = async (ids: string[]) => (await server.post('/internal/models/compare', { ids })).status;
    expect(await status([gbm])).toBe(400);
    expect(await status(['a', 'b', 'c', 'd', 'e'])).toBe(400);
    expect(await status([gbm, gbm])).toBe(400);
    expect(await status([gbm, 'mdl_77'])).toBe(404);
  });
});

describe('evaluation and explanations', () => {
  it('evaluates the out-of-fold predictions with intervals and curves', async () => {
    const found = evaluation.parse(await json(server.get(`/internal/models/${gbm}/evaluation`)));
    expect(found).toMatchObject({ split: 'oof', rows: 300 });
    const { value, ciLow, ciHigh } = found.metrics.log_loss!;
    expect(value).toBeCloseTo(run.models[1]!.result.score, 6);
    expect(ciLow! < value! && value! < ciHigh!).toBe(true);
    const { matrix } = found.classification!.confusion;
    expect(matrix.flat().reduce((a, b) => a + b)).toBe(300);
    expect((await server.get(`/internal/models/${gbm}/evaluation?threshold=2`)).status).toBe(400);
  });

  it('keeps the holdout sealed until it was opened', async () => {
    const sealed = await train(flowers(), 'species', [{ family: 'baseline' }], { holdout: 0.2 });
    const other = await startApp(sealed);
    for (const what of ['evaluation', 'importance', 'predictions']) {
      const answer = await other.get(`/internal/models/${modelIdOf(1)}/${what}?split=holdout`);
      expect([answer.status, (await json(answer)).error]).toMatchObject([409, { code: 'STATE_INVALID' }]);
    }
    other.world.holdoutOpened = true;
    const opened = evaluation.parse(await json(other.get(`/internal/models/${modelIdOf(1)}/evaluation?split=holdout`)));
    expect(opened).toMatchObject({ split: 'holdout', rows: 60 });
    await other.close();
  });

  it('finds the lengths important and draws one feature with individual lines', async () => {
    const found = importance.parse(await json(server.get(`/internal/models/${gbm}/importance`)));
    expect(found.features.map((entry) => entry.feature)).toHaveLength(5);
    expect(['length', 'width', '__proto__']).toContain(found.features[0]!.feature);
    expect(found.features[0]!.mean).toBeGreaterThan(0);
    const path = `/internal/models/${gbm}/partial-dependence`;
    const drawn = partialDependence.parse(await json(server.get(`${path}?feature=length&ice=7`)));
    expect(drawn.ice).toHaveLength(7);
    expect(drawn.average.iris![0]!).toBeGreaterThan(drawn.average.iris!.at(-1)!);
    const odd = partialDependence.parse(await json(server.get(`${path}?feature=__proto__`)));
    expect(odd.feature).toBe('__proto__');
    const unknown = await server.get(`${path}?feature=no`);
    expect([unknown.status, (await json(unknown)).error]).toMatchObject([422, { code: 'COLUMN_NOT_FOUND' }]);
    expect((await server.get(`${path}?feature=length&feature2=width`)).status).toBe(400);
    expect((await server.get(path)).status).toBe(400);
  });

  it('answers 202 with a time to wait when it takes too long, and the result after that', async () => {
    const hasty = await startApp(run, { waitMs: 1 });
    const ask = () => hasty.get(`/internal/models/${gbm}/importance`);
    const first = await ask();
    expect([first.status, first.headers.get('retry-after')]).toEqual([202, '3']);
    await expect.poll(async () => (await ask()).status, { timeout: 10_000 }).toBe(200);
    await hasty.close();
  });
});

describe('scoring a file', () => {
  const score = (text: string) => server.post(`/internal/models/${gbm}/score`, text, { 'content-type': 'text/csv' });
  const csvOf = (rows: string[]) => ['Species;note;width;length;seen;__proto__;colour', ...rows].join('\r\n');
  const rows = Array.from({ length: 60 }, (_, i) => {
    const kind = i % 3;
    return `${['iris', 'lily', 'rose'][kind]};"a;b";${2 + kind},5;${3 + 2 * kind};2024-01-05;${4 + 2 * kind};${i === 0 ? 'green' : 'red'}`;
  });

  it('appends predictions to the rows as they were, and scores them when the target is there', async () => {
    const answer = await json(score(csvOf(rows)));
    const report = answer.report as unknown as BatchReport;
    expect(report).toMatchObject({ rows: 60, missing: [], unused: ['Species', 'note'] });
    expect(report.unseen).toEqual([{ column: 'colour', values: 1, rows: 1 }]);
    expect(report.score).toMatchObject({ metric: 'log_loss', rows: 60 });
    expect(report.score!.value).toBeGreaterThan(0);
    expect(report.score!.ciLow).toBeLessThan(report.score!.value!);
    const download = await server.get(`/internal/scores/${answer.id}`);
    expect(download.headers.get('content-type')).toContain('text/csv');
    const lines = (await download.text()).trimEnd().split('\n');
    expect(lines).toHaveLength(61);
    expect(lines[0]).toBe(
      'Species;note;width;length;seen;__proto__;colour;prediction;probability_iris;probability_lily;probability_rose',
    );
    expect(lines[1]).toMatch(/^iris;"a;b";2,5;3;2024-01-05;4;green;iris;0\.\d+;/);
  });

  it('counts an absent column as missing and says so; without the target there is no score', async () => {
    const { report } = (await json(score('width,length\n3,5\n4,6\n'))) as unknown as { report: BatchReport };
    expect(report).toMatchObject({
      rows: 2,
      matched: ['length', 'width'],
      missing: ['colour', 'seen', '__proto__'],
      score: null,
    });
  });

  it('refuses what is no table, a value that cannot be read, and too many bytes', async () => {
    const code = async (text: string) => (await json(score(text))).error as unknown as { code: string };
    expect(await code('')).toMatchObject({ code: 'EMPTY_FILE' });
    expect(await code('petals,scent\n5,sweet\n')).toMatchObject({ code: 'MISSING_FEATURE' });
    expect(await code('width,length\n3,x\n')).toMatchObject({ code: 'TYPE_MISMATCH' });
    const small = await startApp(run, { maxScoreBytes: 10 });
    const answer = await small.post(`/internal/models/${gbm}/score`, 'width,length\n3,5\n', {
      'content-type': 'text/csv',
    });
    expect(answer.status).toBe(413);
    await small.close();
    expect((await server.get('/internal/scores/unknown')).status).toBe(404);
  });
});
