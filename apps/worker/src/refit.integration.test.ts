import { systemActor } from '@laurel/access';
import { newId } from '@laurel/contracts';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Platform, startPlatform } from './testing/platform.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform('postgres');
}, 120_000);
afterAll(() => platform.stop(), 60_000);

const csv = `x,y,z\n${Array.from({ length: 200 }, (_, i) => `${i % 17},${(i * 7) % 23},${(i % 17) * 2 + ((i * 7) % 23) + (i % 3)}`).join('\n')}\n`;

it('makes a new model of a winner, which says what it was made from', { timeout: 120_000 }, async () => {
  const { db } = platform;
  const dataset = await platform.upload(csv);
  const request = {
    target: 'z',
    task: 'regression' as const,
    budget: { trials: 2 },
    families: ['linear'],
    holdout: 0.2,
  };
  const experiment = await platform.experiment(dataset, request);
  await vi.waitFor(async () => expect((await platform.view(experiment)).status).toBe('completed'), {
    timeout: 60_000,
    interval: 200,
  });
  const { winnerModelId, projectId, progress } = await platform.view(experiment);
  const searched = await platform.trials(experiment);
  for (const kind of ['full', 'distilled'] as const) {
    const id = newId('job');
    const input = { modelId: winnerModelId, kind };
    await db.jobs.create(systemActor, { id, projectId, kind: 'refit-model', action: 'experiment.create', input });
    await vi.waitFor(async () => expect((await db.jobs.get(systemActor, id)).status).toBe('completed'), {
      timeout: 60_000,
      interval: 200,
    });
    const { modelId } = (await db.jobs.get(systemActor, id)).result as { modelId: string };
    const model = await db.models.get(systemActor, modelId);
    expect(model.lineage.refitOf).toEqual({ modelId: winnerModelId, kind });
    expect(model).toMatchObject({ experimentId: experiment, hasArtifact: true });
    // the target spreads over 12; what was learnt is near its noise
    expect(model.score.mean).toBeLessThan(3);
  }
  // what the search did is told as before
  expect(await platform.trials(experiment)).toEqual(searched);
  expect((await platform.view(experiment)).progress).toMatchObject({ trialsDone: progress.trialsDone });
  expect((await db.experiments.manifest(systemActor, experiment)).trials).toHaveLength(searched.length);
  // the winner is still the one that was evaluated
  expect((await platform.view(experiment)).winnerModelId).toBe(winnerModelId);
});
