import { createRandom, profileTable, sliceRows } from '@laurel/tabular';
import { expect, it } from 'vitest';
import { loadModel, readArtifactHeader } from '../artifact.ts';
import { automl } from '../automl.ts';
import { holdoutMetrics } from '../holdout.ts';
import { planWithTable } from '../plan/plan.ts';
import { prepareData } from '../prepare.ts';
import { noCapMs } from '../study/budget.ts';
import { signalTable, tableOf } from '../testing.ts';
import { runTrial } from '../trial/trial.ts';
import type { TrialResult } from '../types.ts';
import { refitModel } from './refit.ts';

const context = { now: () => 0 };

it.each(['label', 'value'])('fits a model for %s again on all rows, and distils it', async (target) => {
  const table = signalTable(300, 3);
  const run = await automl({ table, target, trials: 2, families: ['gbm'], holdout: 0.2, seed: 2, context });
  const { prepared, artifact, model } = run;
  const source = run.trials.get(run.winner)!;
  const sealed = sliceRows(prepared.features, prepared.trainingRows, prepared.target.length - prepared.trainingRows);
  for (const kind of ['full', 'distilled'] as const) {
    const refit = await refitModel(prepared, artifact, { kind, name: source.name, seed: 1 }, context);
    const loaded = await loadModel(refit.artifact);
    expect(Float32Array.from(loaded.predict(sealed))).toEqual(refit.holdout);
    expect(loaded.foldModels).toBe(1);
    // as good as what it was made from, within what 240 rows can tell
    expect(refit.score / source.score).toBeGreaterThan(0.7);
    expect(refit.score / source.score).toBeLessThan(1.4);
    // and so is what the new model itself answers for rows that it has not seen
    const sealedScore = (holdout: Float32Array) => holdoutMetrics(prepared, holdout)![prepared.plan.metric]!.value!;
    expect(sealedScore(refit.holdout) / sealedScore(source.holdout)).toBeGreaterThan(0.7);
    expect(sealedScore(refit.holdout) / sealedScore(source.holdout)).toBeLessThan(1.4);
    expect(refit.name).not.toBe(source.name);
    loaded.dispose();
  }
  model.dispose();
});

it('gives a network the temperature that its folds learnt from rows that a refit does not hold back', async () => {
  const random = createRandom(3);
  const noise = () => Array.from({ length: 240 }, () => random.normal());
  const x = noise();
  const label = x.map((value) => (value + 2 * random.normal() > 0 ? 'yes' : 'no'));
  const table = tableOf({ x, y: noise(), z: noise(), label });
  const request = { target: 'label', budget: { trials: 1 }, validation: { folds: 2 } };
  const prepared = prepareData(table, planWithTable({ profile: profileTable(table), table, request, seed: 1 }));
  const config = { epochs: 60, width: 64, layers: 2, learningRate: 0.3, dropout: 0 };
  const spec = { number: 1, kind: 'model' as const, family: 'mlp', config, seed: 2, capMs: noCapMs };
  const trial = (await runTrial(prepared, spec, context)) as TrialResult;
  const temperatures = (artifact: Uint8Array) =>
    readArtifactHeader(artifact).members.map(
      ({ header }) => (header as { network: { temperatures: number[] } }).network.temperatures[0]!,
    );
  const [first, second] = temperatures(trial.artifact) as [number, number];
  expect(first + second).toBeGreaterThan(2.2);
  const refit = await refitModel(prepared, trial.artifact, { kind: 'full', name: 'it', seed: 1 }, context);
  expect(temperatures(refit.artifact)[0]).toBeCloseTo((first + second) / 2, 10);
});

it('fits every member of an ensemble once', async () => {
  const table = signalTable(250, 5);
  const run = await automl({
    table,
    target: 'value',
    trials: 6,
    families: ['gbm', 'linear'],
    holdout: 0,
    seed: 4,
    context,
  });
  const ensemble = [...run.trials.values()].find((trial) => trial.members.length > 0)!;
  const refit = await refitModel(run.prepared, ensemble.artifact, { kind: 'full', name: 'it', seed: 1 }, context);
  expect(refit.artifact.length).toBeLessThan(ensemble.artifact.length);
  expect(readArtifactHeader(refit.artifact).members.map((m) => m.weight)).toEqual(
    readArtifactHeader(ensemble.artifact).members.map((m) => m.weight),
  );
  expect(refit.holdout.length).toBe(0);
  const again = await refitModel(run.prepared, ensemble.artifact, { kind: 'full', name: 'it', seed: 1 }, context);
  expect(again.artifact).toEqual(refit.artifact);
  run.model.dispose();
});

it('says why a refitted model is not fitted again', async () => {
  const run = await automl({
    table: signalTable(200),
    target: 'value',
    trials: 2,
    families: ['linear'],
    seed: 1,
    context,
  });
  const refit = await refitModel(run.prepared, run.artifact, { kind: 'full', name: 'it', seed: 1 }, context);
  await expect(
    refitModel(run.prepared, refit.artifact, { kind: 'full', name: 'it', seed: 1 }, context),
  ).rejects.toMatchObject({ code: 'STATE_INVALID' });
  run.model.dispose();
});
