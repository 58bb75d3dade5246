import type { PredictResponse } from '@laurel/contracts';
import type { Table } from '@laurel/tabular';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelIdOf, startApp } from './testing/platform.ts';
import { train } from './testing/trained.ts';

const months = 96;
const table: Table = {
  rows: months,
  columns: [
    {
      name: 'month',
      type: 'datetime',
      values: Float64Array.from({ length: months }, (_, i) => Date.UTC(2010, i, 1)),
      dateFormat: 'YYYY-MM-DD',
    },
    {
      name: 'sold',
      type: 'numeric',
      values: Float64Array.from(
        { length: months },
        (_, i) => 200 + i + 50 * Math.sin((2 * Math.PI * i) / 12) + (i % 5),
      ),
    },
  ],
};
let server: Awaited<ReturnType<typeof startApp>>;
const path = `/models/${modelIdOf(2)}/predict`;

beforeAll(async () => {
  const validation = { kind: 'time', folds: 3 };
  const families = [{ family: 'seasonal-naive' }, { family: 'linear' }];
  server = await startApp(await train(table, 'sold', families, { task: 'forecast', validation }));
});
afterAll(() => server.close());

async function answers(rows: Record<string, unknown>[]): Promise<PredictResponse> {
  const answer = await server.post(path, { rows });
  expect(answer.status).toBe(200);
  return (await answer.json()) as PredictResponse;
}

describe('a forecast that is asked for', () => {
  it('answers dates with a value and an interval each', async () => {
    const { predictions, warnings } = await answers([{ month: '2018-01-01' }, { month: '2018-12-01' }]);
    expect(warnings).toEqual([]);
    for (const prediction of predictions) {
      const { value, interval } = prediction as { value: number; interval: [number, number] };
      expect(value).toBeGreaterThan(200);
      expect(value).toBeLessThan(400);
      expect(interval[0]).toBeLessThanOrEqual(value);
      expect(interval[1]).toBeGreaterThanOrEqual(value);
    }
  });

  it('takes what has happened since from rows that bring the target', async () => {
    const [plain] = (await answers([{ month: '2018-02-01' }])).predictions as { value: number }[];
    const news = [{ month: '2018-01-01', sold: 800 }, { month: '2018-02-01' }];
    const { predictions, warnings } = await answers(news);
    expect(warnings).toEqual([]);
    expect((predictions[1] as { value: number }).value).toBeGreaterThan(plain!.value + 20);
  });

  it('names the row that cannot be answered', async () => {
    const refused = await server.post(path, { rows: [{ month: '2018-01-01' }, { month: '2095-01-01' }] });
    const { error } = (await refused.json()) as { error: { code: string; message: string } };
    expect(refused.status).toBe(400);
    expect(error).toMatchObject({ code: 'PARAMETER_INVALID', message: expect.stringContaining('rows[1]') });
  });
});
