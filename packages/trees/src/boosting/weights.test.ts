import { describe, expect, it } from 'vitest';
import { createPredictor } from '../model/predictor.ts';
import { boost } from './boost.ts';
import { refit } from './refit.ts';
import { bytesOfTrees, mixedRows, takeRows } from './testing/data.ts';
import type { BoostParameters, BoostRows, Objective } from './types.ts';

describe('weights', () => {
  const rows = 600;
  const all = [...Array(rows).keys()];
  const parameters = {
    rounds: 8,
    minDataInLeaf: 0,
    minHessian: 3,
    histogram: 'float' as const,
    categorySmoothing: 0,
    minDataPerGroup: 0,
  };
  const cases: Objective[] = [
    { kind: 'squared' },
    { kind: 'poisson' },
    { kind: 'logistic' },
    { kind: 'softmax', classes: 3 },
  ];

  async function same(
    one: BoostRows,
    two: BoostRows,
    objective: Objective,
    more: Partial<BoostParameters>[] = [{}, {}],
  ) {
    const binning = (
      await boost({
        train: takeRows(mixedRows(6, rows, objective), all),
        objective,
        parameters: { rounds: 0 },
        seed: 1,
      })
    ).model.binning;
    const test = mixedRows(7, 300, objective);
    const [a, b] = await Promise.all(
      [one, two].map(async (train, i) => {
        const { model } = await boost({
          train,
          objective,
          binning,
          parameters: { ...parameters, ...more[i]! },
          seed: 1,
        });
        return createPredictor(model).raw(test.features, test.rows);
      }),
    );
    a!.forEach((value, i) => {
      if (!(Math.abs(value - b![i]!) < 1e-5 * Math.max(1, Math.abs(value)))) expect(value).toBe(b![i]);
    });
  }

  it.each(cases)('of 0 leave rows out: %o', async (objective) => {
    const data = mixedRows(6, rows, objective);
    const weights = Float64Array.from(all, (row) => (row % 3 === 1 ? 0 : 1));
    await same(
      { ...data, weights },
      takeRows(
        data,
        all.filter((row) => row % 3 !== 1),
      ),
      objective,
    );
  });

  it.each(cases)('of 2 count rows twice: %o', async (objective) => {
    const data = mixedRows(6, rows, objective);
    const weights = Float64Array.from(all, (row) => (row % 3 === 1 ? 2 : 1));
    const twice = all.flatMap((row) => (row % 3 === 1 ? [row, row] : [row]));
    await same({ ...data, weights }, takeRows(data, twice), objective);
  });

  it.each(cases.slice(2))('of classes count their rows so often: %o', async (objective) => {
    const data = mixedRows(6, rows, objective);
    const classWeights = objective.kind === 'logistic' ? [1, 3] : [1, 3, 2];
    const repeated = all.flatMap((row) => new Array<number>(classWeights[data.target[row]!]!).fill(row));
    await same(data, takeRows(data, repeated), objective, [{ classWeights }, {}]);
  });

  it('of 1 change nothing, and class weights multiply row weights', async () => {
    const data = mixedRows(6, rows, { kind: 'logistic' });
    await same({ ...data, weights: new Float64Array(rows).fill(1) }, data, { kind: 'logistic' });
    const weights = Float64Array.from(all, (row) => 1 + (row % 2));
    const both = weights.map((weight, row) => weight * (data.target[row] === 1 ? 3 : 0.5));
    const objective = { kind: 'logistic' } as const;
    const [one, two] = await Promise.all([
      boost({ train: { ...data, weights }, objective, parameters: { rounds: 5, classWeights: [0.5, 3] }, seed: 1 }),
      boost({ train: { ...data, weights: both }, objective, parameters: { rounds: 5 }, seed: 1 }),
    ]);
    expect(bytesOfTrees(one.model)).toEqual(bytesOfTrees(two.model));
  });

  it('that add up to the number of rows are still weights to a median', async () => {
    const target = Float64Array.of(0, 1, 2, 3);
    const features = [{ kind: 'numeric' as const, values: new Float64Array(4) }];
    const medianOf = async (weights: Float64Array) => {
      const train = { features, rows: 4, target, weights };
      const { model } = await boost({ train, objective: { kind: 'absolute' }, parameters: { rounds: 0 }, seed: 1 });
      return model.ensemble.base[0];
    };
    expect(await medianOf(Float64Array.of(1, 1, 1, 1))).toBe(1.5);
    expect(await medianOf(Float64Array.of(0.5, 0.5, 0.5, 2.5))).toBe(3);
  });

  it('that add up to the number of rows in a leaf are still weights to its median, also when refitted', async () => {
    const features = [{ kind: 'numeric' as const, values: Float64Array.of(0, 0, 1, 1) }];
    const target = Float64Array.of(0, 10, 100, 200);
    const train = { features, rows: 4, target, weights: Float64Array.of(0.5, 1.5, 0.5, 1.5) };
    const { model } = await boost({
      ...{ train, objective: { kind: 'absolute' }, seed: 1 },
      parameters: { rounds: 1, learningRate: 1, minDataInLeaf: 0, minHessian: 0 },
      binningOptions: { minDataInBin: 1 },
    });
    for (const one of [model, refit({ model, rows: train, decay: 0 })]) {
      expect([...createPredictor(one).predict(features, 4)]).toEqual([10, 10, 200, 200]);
    }
  });

  it('that vanish as f32 are refused like weights of zero', async () => {
    const train = { ...mixedRows(1, 50, { kind: 'squared' }), weights: new Float64Array(50).fill(1e-60) };
    await expect(boost({ train, objective: { kind: 'squared' }, seed: 1 })).rejects.toThrow(/weight 0/);
  });
});
