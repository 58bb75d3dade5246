import { describe, expect, it } from 'vitest';
import { createPredictor } from '../model/predictor.ts';
import type { TreeModel } from '../types.ts';
import { boost } from './boost.ts';
import { refit } from './refit.ts';
import type { BoostRows, Objective } from './types.ts';

function rowsOf(count: number, shift: number, makeTarget: (x: number, z: number) => number): BoostRows {
  let state = 7;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const x = Float64Array.from({ length: count }, () => random() * 4 - 2);
  const z = Float64Array.from({ length: count }, () => random() * 4 - 2);
  return {
    features: [
      { kind: 'numeric', values: x },
      { kind: 'numeric', values: z },
    ],
    rows: count,
    target: Float64Array.from(x, (value, i) => makeTarget(value, z[i]!) + shift),
  };
}

function predictions(model: TreeModel, rows: BoostRows): Float64Array {
  const predictor = createPredictor(model);
  const result = predictor.predict(rows.features, rows.rows);
  predictor.dispose();
  return result;
}

function meanSquaredError(model: TreeModel, rows: BoostRows): number {
  const predicted = predictions(model, rows);
  return rows.target.reduce((sum, y, i) => sum + (y - predicted[i]!) ** 2, 0) / rows.rows;
}

describe('refit', () => {
  const plane = (x: number, z: number) => x + z * z;

  it('gives the same values from the rows that the model was fitted on', async () => {
    const rows = rowsOf(400, 0, plane);
    const objectives: Objective[] = [{ kind: 'squared' }, { kind: 'quantile', level: 0.3 }, { kind: 'absolute' }];
    for (const objective of objectives) {
      const { model } = await boost({ train: rows, objective, parameters: { rounds: 10 }, seed: 1 });
      const again = refit({ model, rows, decay: 0 });
      for (const [i, value] of again.ensemble.value.entries()) expect(value).toBeCloseTo(model.ensemble.value[i]!, 5);
    }
  });

  it('gives the same values for classes, with trees of their own and shared ones', async () => {
    const rows = rowsOf(300, 0, (x, z) => (x > 0 ? 1 : 0) + (z > 0.5 ? 1 : 0));
    for (const trees of ['perClass', 'shared'] as const) {
      const objective: Objective = { kind: 'softmax', classes: 3, trees };
      const { model } = await boost({ train: rows, objective, parameters: { rounds: 5, l2: 1 }, seed: 1 });
      if (trees === 'shared') {
        const again = refit({ model, rows, decay: 0 });
        for (const [i, value] of again.ensemble.value.entries()) expect(value).toBeCloseTo(model.ensemble.value[i]!, 4);
      } else {
        expect(predictions(refit({ model, rows, decay: 0 }), rows).every(Number.isFinite)).toBe(true);
      }
    }
  });

  it('follows a target that has moved, and keeps the old values as far as decay says', async () => {
    const { model } = await boost({
      train: rowsOf(400, 0, plane),
      objective: { kind: 'squared' },
      parameters: { rounds: 60 },
      seed: 1,
    });
    const moved = rowsOf(400, 3, plane);
    expect(meanSquaredError(refit({ model, rows: moved, decay: 0 }), moved)).toBeLessThan(
      0.05 * meanSquaredError(model, moved),
    );
    expect(refit({ model, rows: moved, decay: 1 }).ensemble.value).toEqual(model.ensemble.value);
  });

  it('refuses what was not boosted and a decay out of range', async () => {
    const rows = rowsOf(100, 0, plane);
    const { model } = await boost({ train: rows, objective: { kind: 'squared' }, parameters: { rounds: 2 }, seed: 1 });
    expect(() => refit({ model: { ...model, kind: 'forest' }, rows })).toThrow(/boosted model/);
    expect(() => refit({ model, rows, decay: 2 })).toThrow(/decay/);
  });

  it('refuses rows and models that do not go together', async () => {
    const rows = rowsOf(100, 0, plane);
    const { model } = await boost({ train: rows, objective: { kind: 'squared' }, parameters: { rounds: 2 }, seed: 1 });
    expect(() => refit({ model, rows: { ...rows, target: rows.target.subarray(1) } })).toThrow(/do not match/);
    expect(() => refit({ model, rows: { ...rows, target: rows.target.map(() => Number.NaN) } })).toThrow(/target/);
    const about = { ...model.about, objective: { kind: 'softmax', classes: 500 } };
    const zeros = { ...rows, target: rows.target.map(() => 0) };
    expect(() => refit({ model: { ...model, about }, rows: zeros })).toThrow(/number of outputs/);
    const monotone = await boost({
      train: rows,
      objective: { kind: 'squared' },
      parameters: { rounds: 2, monotone: [1, 0] },
      seed: 1,
    });
    expect(() => refit({ model: monotone.model, rows })).toThrow(/monotone/);
    for (const learningRates of [7, [7], [[0, 'x']], [[0, -1]], [null]]) {
      const odd = { ...model, about: { ...model.about, learningRates } };
      expect(() => refit({ model: odd, rows })).toThrow(/learning rates/);
    }
  });

  it('shrinks each round by the rate that it was grown with', async () => {
    const rows = rowsOf(400, 0, plane);
    let clock = 0;
    const { model, learningRate } = await boost({
      train: rows,
      objective: { kind: 'squared' },
      parameters: { rounds: 30, learningRate: 0.02 },
      seed: 1,
      adaptToDeadline: true,
      now: () => clock++,
      deadlineMs: 100,
    });
    expect(learningRate).toBeGreaterThan(0.02);
    const again = refit({ model, rows, decay: 0 });
    for (const [i, value] of again.ensemble.value.entries()) expect(value).toBeCloseTo(model.ensemble.value[i]!, 5);
  });
});
