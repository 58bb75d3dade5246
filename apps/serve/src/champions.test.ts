import { setTimeout as sleep } from 'node:timers/promises';
import type { Prediction, PredictResponse } from '@laurel/contracts';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { modelIdOf, startApp } from './testing/platform.ts';
import { flowers, type Trained, train } from './testing/trained.ts';

let run: Trained;
let server: Awaited<ReturnType<typeof startApp>>;
const path = '/projects/prj_1/predict';
const rows = [JSON.parse('{"length": 5.1, "width": 3, "colour": "red", "seen": "2024-02-01", "__proto__": 6}')];

beforeAll(async () => {
  run = await train(flowers(), 'species', [{ family: 'baseline' }, { family: 'gbm' }]);
});
afterEach(() => server.close());

function crown(trialNumber: number, sequence: number): void {
  const artifactSha256 = run.models.find((model) => model.trialNumber === trialNumber)!.sha256;
  server.world.champions = [{ projectId: 'prj_1', modelId: modelIdOf(trialNumber), artifactSha256, sequence }];
  server.world.onChange();
}

async function predict(): Promise<PredictResponse> {
  const answer = await server.post(path, { rows });
  if (answer.status !== 200) throw new Error(await answer.text());
  return (await answer.json()) as PredictResponse;
}

/** What each model says by itself, to know whose answer an answer is. */
async function expected(): Promise<Map<string, Prediction[]>> {
  const answers = new Map<string, Prediction[]>();
  for (const { trialNumber } of run.models) {
    const id = modelIdOf(trialNumber);
    const answer = await server.post(`/models/${id}/predict`, { rows });
    answers.set(id, ((await answer.json()) as PredictResponse).predictions);
  }
  return answers;
}

describe('the champion of a project', () => {
  it('is not there before a promotion, and answers the moment after', async () => {
    server = await startApp(run);
    const before = await server.post(path, { rows });
    expect([before.status, ((await before.json()) as { error: { code: string } }).error.code]).toEqual([
      404,
      'NO_CHAMPION',
    ]);
    crown(1, 1);
    expect((await predict()).modelId).toBe(modelIdOf(1));
  });

  it('is switched under load without a dropped, mixed or wrong answer', async () => {
    server = await startApp(run);
    crown(1, 1);
    const truth = await expected();
    const answers: PredictResponse[] = [];
    let going = true;
    const callers = Array.from({ length: 8 }, async () => {
      while (going) {
        answers.push(await predict());
        await sleep(0);
      }
    });
    for (let sequence = 2; sequence <= 6; sequence++) {
      await sleep(40);
      crown(sequence % 2 === 0 ? 2 : 1, sequence);
    }
    await sleep(60);
    going = false;
    await Promise.all(callers);
    expect(answers.length).toBeGreaterThan(50);
    expect(new Set(answers.map((answer) => answer.modelId)).size).toBe(2);
    for (const answer of answers) expect(answer.predictions).toEqual(truth.get(answer.modelId));
    expect((await predict()).modelId).toBe(modelIdOf(2));
  });

  it('is noticed by polling when no notification comes', async () => {
    server = await startApp(run);
    crown(1, 1);
    await predict();
    server.world.champions = [
      { ...server.world.champions[0]!, modelId: modelIdOf(2), artifactSha256: run.models[1]!.sha256, sequence: 2 },
    ];
    await expect.poll(async () => (await predict()).modelId, { timeout: 5000 }).toBe(modelIdOf(2));
  });

  it('goes on answering while the database is away', async () => {
    server = await startApp(run);
    crown(2, 1);
    const before = await predict();
    server.world.away = true;
    await sleep(120);
    expect((await predict()).predictions).toEqual(before.predictions);
    server.world.away = false;
  });

  it('stays in place while its successor cannot be read, which takes over when it can', async () => {
    server = await startApp(run);
    crown(1, 1);
    await predict();
    const { sha256 } = run.models[1]!;
    server.world.unreadable.add(sha256);
    crown(2, 2);
    await server.champions.refresh();
    expect((await predict()).modelId).toBe(modelIdOf(1));
    server.world.unreadable.clear();
    await expect.poll(async () => (await predict()).modelId, { timeout: 5000 }).toBe(modelIdOf(2));
  });

  it('is a 503 when what is stored of it is damaged, and not silently the one before', async () => {
    server = await startApp(run);
    crown(1, 1);
    await predict();
    server.world.damaged.add(run.models[1]!.sha256);
    crown(2, 2);
    await server.champions.refresh();
    const answer = await server.post(path, { rows });
    expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([
      503,
      'ARTIFACT_CORRUPT',
    ]);
  });

  it('is gone when the project is', async () => {
    server = await startApp(run);
    crown(1, 1);
    await predict();
    server.world.champions = [];
    await server.champions.refresh();
    expect((await server.post(path, { rows })).status).toBe(404);
  });
});
