import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemActor } from '@laurel/access';
import { loadModel } from '@laurel/automl';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Platform, startPlatform, until } from './testing/platform.ts';
import { isEnd } from './testing/results.ts';

const limitMs = 120_000;
const root = process.env.LAUREL_SHARED_DIR ?? join(import.meta.dirname, '../../../../shared');
const airline = join(root, 'data/airline-passengers.csv');

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform('postgres');
}, limitMs);
afterAll(() => platform?.stop());

/** Monthly passengers with growth and a season in proportion to it. */
function series(months: number): string {
  const lines = Array.from({ length: months }, (_, i) => {
    const date = new Date(Date.UTC(2005, i, 1)).toISOString().slice(0, 10);
    const value = (120 + 2.5 * i) * (1 + 0.25 * Math.sin((2 * Math.PI * i) / 12)) + 8 * Math.sin(i * i * 1.7);
    return `${date},${value.toFixed(1)}`;
  });
  return `Month,Passengers\n${lines.join('\n')}\n`;
}

async function forecast(csv: string) {
  const datasetId = await platform.upload(csv);
  const id = await platform.experiment(datasetId, {
    target: 'Passengers',
    task: 'forecast',
    families: ['exponential-smoothing', 'linear'],
    budget: { trials: 7 },
    seed: 3,
  });
  await until('the end of the run', async () => isEnd((await platform.view(id)).status), platform.worker.log, limitMs);
  const view = await platform.view(id);
  expect(view.status, JSON.stringify(view.error)).toBe('completed');
  const models = await platform.db.experiments.models(systemActor, id);
  const winner = models.find((model) => model.id === view.winnerModelId)!;
  return { view, models, winner };
}

describe('a forecast on the platform', () => {
  it(
    'is planned, tried, stored and answered like any other model',
    async () => {
      const { view, models, winner } = await forecast(series(96));
      expect(view.plan).toMatchObject({ task: 'forecast', metric: 'mase', forecast: { horizon: 12, season: 12 } });
      const naive = models.find((model) => model.family === 'seasonal-naive')!;
      expect(winner.score.mean!).toBeLessThan(naive.score.mean!);
      const stored = await platform.db.internal.modelForServing(winner.id);
      const model = await loadModel(await platform.db.internal.readArtifact(stored!.artifactSha256!));
      const dates = Float64Array.of(Date.UTC(2013, 0, 1), Date.UTC(2013, 11, 1));
      const [january, december] = model.predict({
        rows: 2,
        columns: [{ name: 'Month', type: 'datetime', values: dates }],
      });
      expect(january!).toBeGreaterThan(250);
      expect(january!).toBeLessThan(500);
      expect(december!).not.toBe(january);
    },
    limitMs,
  );

  it.skipIf(!existsSync(airline))(
    `beats the seasonal naive forecast on the airline passengers (skipped where ${airline} is not there)`,
    async () => {
      const { winner } = await forecast(readFileSync(airline, 'utf8'));
      expect(winner.score.mean!).toBeLessThan(1);
    },
    limitMs,
  );
});
