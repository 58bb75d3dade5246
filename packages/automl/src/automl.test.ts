import { AppError } from '@laurel/contracts';
import { findColumn, selectRows, type Table } from '@laurel/tabular';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadModel, readArtifactHeader } from './artifact.ts';
import { type AutomlOptions, type AutomlResult, automl } from './automl.ts';
import { compareModels, tiedModels } from './compare.ts';
import { sha256Hex } from './container.ts';
import { evaluateModel } from './evaluate.ts';
import { modelImportance, permutationImportance } from './explain/importance.ts';
import { partialDependence } from './explain/partial-dependence.ts';
import { signalTable } from './testing.ts';
import type { EngineContext } from './types.ts';

const table = signalTable(240);
const context: EngineContext = { now: () => performance.now() };
const base = { table, context, families: ['linear', 'gbm'], features: { exclude: ['value', 'kind', 'label'] } };

function run(target: string, options: Partial<AutomlOptions>): Promise<AutomlResult> {
  const exclude = base.features.exclude.filter((name) => name !== target);
  return automl({ ...base, target, features: { exclude }, validation: { folds: 3 }, ...options });
}

describe('a run with a number of trials', () => {
  let one: AutomlResult;
  beforeAll(async () => {
    one = await run('label', { trials: 5, parallelism: 1, seed: 3, holdout: 0.2 });
  });

  it('gives the same bytes again, whatever the parallelism', async () => {
    const two = await run('label', { trials: 5, parallelism: 2, seed: 3, holdout: 0.2 });
    const digests = (result: AutomlResult) =>
      [...result.trials]
        .sort(([a], [b]) => a - b)
        .map(([number, trial]) => [number, trial.score, sha256Hex(trial.artifact)]);
    expect(digests(two)).toEqual(digests(one));
    expect(two.winner).toBe(one.winner);
    expect(two.prepared.splitSha256).toBe(one.prepared.splitSha256);
  });

  it('gives another model with another seed', async () => {
    const other = await run('label', { trials: 2, seed: 4, holdout: 0.2 });
    expect(other.prepared.splitSha256).not.toBe(one.prepared.splitSha256);
  });

  it('beats its baseline by far, on sealed rows too', () => {
    const scores = [...one.trials.values()].map((trial) => trial.score);
    expect(scores[0]).toBeCloseTo(0.5, 1);
    expect(Math.max(...scores)).toBeGreaterThan(0.85);
    const holdout = evaluateModel({
      prepared: one.prepared,
      predictions: one.trials.get(one.winner)!.holdout,
      split: 'holdout',
    });
    expect(holdout.metrics.roc_auc?.value).toBeGreaterThan(0.8);
    expect(holdout.rows).toBe(48);
  });

  it('predicts the holdout as the artifact does', () => {
    const { prepared, model, trials, winner } = one;
    const rows = Int32Array.from({ length: 48 }, (_, i) => prepared.trainingRows + i);
    const predicted = model.predict(selectRows(prepared.features, rows));
    const stored = trials.get(winner)!.holdout;
    for (const [i, value] of predicted.entries()) expect(stored[i]).toBeCloseTo(value, 6);
  });

  it('has out-of-fold predictions that its fold models give', () => {
    const { prepared, trials } = one;
    const [, trial] = [...trials].find(([, { members, name }]) => members.length === 0 && name.startsWith('Linear'))!;
    return loadModel(trial.artifact).then((model) => {
      expect(model.foldModels).toBe(3);
      const rows = Int32Array.from({ length: 20 }, (_, i) => i);
      const features = selectRows(prepared.features, rows);
      const byFold = [0, 1, 2].map((fold) => model.predictWithFold(fold, features));
      for (const row of rows) {
        const fold = prepared.folds[0]![row]!;
        expect(trial.oof[row * 2]).toBeCloseTo(byFold[fold]![row * 2]!, 6);
      }
      model.dispose();
    });
  });

  it('predicts a row alone as among others, with columns in another order and extra ones', () => {
    const { model } = one;
    const all = model.predict(table);
    const turned: Table = { rows: table.rows, columns: [...table.columns].reverse() };
    expect(model.predict(turned)).toEqual(all);
    for (const row of [0, 17, 239]) {
      expect(model.predict(selectRows(table, [row]))).toEqual(all.subarray(row * 2, row * 2 + 2));
    }
  });

  it('takes an unseen level as missing, and names a column that lacks', () => {
    const { model } = one;
    const town = findColumn(table, 'town')!;
    const swap = (codes: Int32Array, levels: string[]): Table => ({
      rows: 2,
      columns: selectRows(table, [0, 1]).columns.map((column) =>
        column.name === 'town' ? { ...town, codes, levels } : column,
      ) as Table['columns'],
    });
    expect(model.predict(swap(Int32Array.of(0, 0), ['atlantis']))).toEqual(
      model.predict(swap(Int32Array.of(-1, -1), [])),
    );
    const without = { rows: table.rows, columns: table.columns.filter(({ name }) => name !== 'y') };
    expect(() => model.predict(without)).toThrow(/lacks the column "y"/);
  });

  it('refuses an artifact with one bit changed', async () => {
    const broken = one.artifact.slice();
    broken[broken.length - 20]! ^= 1;
    const error = await loadModel(broken).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe('ARTIFACT_CORRUPT');
    expect(() => readArtifactHeader(new Uint8Array(10))).toThrow(/cannot be used/);
  });

  it('finds which columns matter, by fold models and on the sealed rows', () => {
    for (const split of ['oof', 'holdout'] as const) {
      const found = modelImportance(one.model, one.prepared, { split });
      expect(
        found.features
          .slice(0, 2)
          .map(({ feature }) => feature)
          .sort(),
      ).toEqual(['x', 'y']);
      const noise = found.features.find(({ feature }) => feature === 'noise')!;
      expect(noise.mean).toBeLessThan(found.features[0]!.mean / 4);
      for (const { ciLow, mean, ciHigh } of found.features) expect(ciLow <= mean && mean <= ciHigh).toBe(true);
    }
  });

  it('shows how the prediction depends on a number and on a category', () => {
    const byX = partialDependence(one.model, one.prepared.features, 'x', { seed: 1, iceRows: 7 });
    const yes = byX.average.yes!;
    expect(byX.kind).toBe('numeric');
    expect(byX.grid).toHaveLength(20);
    expect(yes.at(-1)! - yes[0]!).toBeGreaterThan(0.3);
    for (const [i, value] of byX.average.no!.entries()) expect(value + yes[i]!).toBeCloseTo(1, 9);
    expect(byX.ice).toHaveLength(7);
    expect(byX.iceOf).toBe(one.prepared.plan.positiveClass);
    const byTown = partialDependence(one.model, one.prepared.features, 'town', { seed: 1 });
    expect([...byTown.grid].sort()).toEqual(['north', 'south', 'west']);
    expect(byTown.average.yes![byTown.grid.indexOf('west')]).toBeGreaterThan(
      byTown.average.yes![byTown.grid.indexOf('north')]!,
    );
    expect(byTown.distribution.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(1);
    expect(() => partialDependence(one.model, table, 'nothing', { seed: 1 })).toThrow(/no input "nothing"/);
  });

  it('tells a real difference from luck', () => {
    const trials = [...one.trials.values()];
    const better = compareModels(one.prepared, trials.at(-1)!, trials[0]!);
    expect(better.verdict).toBe('likely real');
    expect(better.delta).toBeGreaterThan(0.3);
    expect(compareModels(one.prepared, trials[1]!, trials[1]!).verdict).toBe('could be luck');
    const tied = tiedModels(one.prepared, trials);
    expect(tied[0]).toBe(false);
    expect(tied.filter(Boolean).length).toBeGreaterThan(0);
  });
});

describe('other tasks', () => {
  it('tells several classes apart', async () => {
    const { model, trials, winner } = await run('kind', { trials: 3, seed: 1 });
    expect(model.labels).toEqual(['high', 'low', 'middle']);
    const predicted = model.predict(table);
    for (let row = 0; row < 10; row++) {
      const sum = predicted[row * 3]! + predicted[row * 3 + 1]! + predicted[row * 3 + 2]!;
      expect(sum).toBeCloseTo(1, 9);
    }
    expect(trials.get(winner)!.metrics.accuracy).toBeGreaterThan(0.6);
  });

  it('predicts numbers', async () => {
    const { model, prepared, trials, winner } = await run('value', { trials: 3, seed: 1 });
    expect(model.task).toBe('regression');
    expect(trials.get(winner)!.metrics.r2).toBeGreaterThan(0.8);
    const evaluation = evaluateModel({ prepared, predictions: trials.get(winner)!.oof, split: 'oof' });
    expect(evaluation.regression?.scatter).toHaveLength(240);
    expect(evaluation.classification).toBeNull();
    const { features } = permutationImportance(
      model,
      table,
      Float64Array.from({ length: 240 }, (_, i) => i),
      { metric: 'mae', seed: 1, repeats: 1 },
    );
    expect(features).toHaveLength(4);
  });

  it('gets no score from a target that was shuffled', async () => {
    const shuffled: Table = {
      rows: table.rows,
      columns: table.columns.map((column) =>
        'codes' in column && column.name === 'label'
          ? { ...column, codes: column.codes.map((_, i, all) => all[(i * 97) % 240]!) }
          : column,
      ),
    };
    const { trials } = await run('label', { table: shuffled, trials: 2, families: ['linear'], seed: 2 });
    expect(trials.get(2)!.score).toBeGreaterThan(0.35);
    expect(trials.get(2)!.score).toBeLessThan(0.65);
  });

  it('rejects when it is aborted', async () => {
    const controller = new AbortController();
    const aborting = run('label', {
      trials: 5,
      context: { ...context, signal: controller.signal },
      onState: () => controller.abort(),
    });
    await expect(aborting).rejects.toThrow(/abort/i);
  });
});
