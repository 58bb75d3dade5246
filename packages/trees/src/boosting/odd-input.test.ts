import { describe, expect, it } from 'vitest';
import { createPredictor } from '../model/predictor.ts';
import { drawFrom, randomRows } from '../model/testing.ts';
import type { FeatureInput } from '../types.ts';
import { boost } from './boost.ts';
import { objectives } from './testing/cases.ts';
import { mixedRows, takeRows } from './testing/data.ts';
import type { BoostInput, BoostParameters, BoostRows, Objective } from './types.ts';

const squared: Objective = { kind: 'squared' };
const logistic: Objective = { kind: 'logistic' };
const everyObjective: readonly Objective[] = [...objectives, { kind: 'softmax', classes: 5, trees: 'shared' }];

function numbers(...values: number[]): FeatureInput {
  return { kind: 'numeric', values: Float64Array.from(values) };
}

function rowsOf(features: FeatureInput[], ...target: number[]): BoostRows {
  return { features, rows: target.length, target: Float64Array.from(target) };
}

const few = rowsOf([numbers(1, 2, 3, 4)], 1, 0, 1, 0);

/** Fits, and expects predictions that are numbers, on the training rows and on rows from anywhere. */
async function sensible(input: Omit<BoostInput, 'seed'>) {
  const result = await boost({ parameters: { rounds: 5, minDataInLeaf: 1 }, ...input, seed: 1 });
  const predictor = createPredictor(result.model);
  const predictions = predictor.predict(input.train.features, input.train.rows);
  expect(predictions.every(Number.isFinite)).toBe(true);
  const anywhere = randomRows(drawFrom(3), result.model.binning, 50);
  expect(predictor.predict(anywhere, 50).every(Number.isFinite)).toBe(true);
  return { ...result, predictions };
}

describe.each(everyObjective)('for %o', (objective) => {
  const rows = 60;
  const data = mixedRows(1, rows, objective);

  it('one row, two rows, and rows that are all the same give sensible models', async () => {
    for (const chosen of [[0], [0, 1], new Array<number>(30).fill(3)]) {
      const { model } = await sensible({ train: takeRows(data, chosen), objective });
      if (new Set(chosen).size === 1) expect(model.ensemble.feature).toHaveLength(0);
    }
  });

  it('a target that never changes is predicted as it is', async () => {
    const train = { ...data, target: new Float64Array(rows).fill(1) };
    const { predictions } = await sensible({ train, objective });
    const width = predictions.length / rows;
    const own = predictions.filter((_, i) => i % width === (width > 1 ? 1 : 0));
    // a class that every row is in leaves half a row for the others
    for (const value of own) expect(Math.abs(value - 1)).toBeLessThan(objective.kind === 'softmax' ? 0.04 : 0.01);
  });

  it('constant, missing and unknown values are no obstacle', async () => {
    const features: FeatureInput[] = [
      { kind: 'numeric', values: new Float64Array(rows).fill(7) },
      { kind: 'numeric', values: new Float64Array(rows).fill(NaN) },
      { kind: 'sparse', rows: new Int32Array(0), values: new Float64Array(0) },
      { kind: 'categorical', codes: new Int32Array(rows).fill(-1), levels: 0 },
      { kind: 'categorical', codes: new Int32Array(rows).fill(4), levels: 5 },
    ];
    const alone = await sensible({ train: { ...data, features }, objective });
    expect(alone.model.ensemble.feature).toHaveLength(0);
    const edges = numbers(
      ...Array.from({ length: rows }, (_, i) => [NaN, Infinity, -Infinity, -0, 1e308, 5e-324][i % 6]!),
    );
    await sensible({ train: { ...data, features: [...features, edges] }, objective });
  });

  it('zero weights do no harm', async () => {
    const weights = new Float64Array(rows);
    weights[5] = 2;
    weights[6] = 1e-30;
    await sensible({ train: { ...data, weights }, objective });
    weights[7] = 1e25;
    await sensible({ train: { ...data, weights }, objective });
  });
});

describe('targets of one class', () => {
  it('leave a little for the other', async () => {
    const { predictions } = await sensible({ train: rowsOf([numbers(1, 2, 3)], 0, 0, 0), objective: logistic });
    expect(predictions[1]).toBeGreaterThan(0);
    expect(predictions[1]).toBeLessThan(0.2);
  });

  it('give every class that did not occur a chance above nothing', async () => {
    const { predictions } = await sensible({ train: few, objective: { kind: 'softmax', classes: 4 } });
    for (const p of predictions) expect(p).toBeGreaterThan(0);
  });
});

describe('data that makes no sense', () => {
  const cases: Record<string, [Partial<BoostInput>, RegExp]> = {
    'no rows': [{ train: { ...few, rows: 0 } }, /There are no training rows/],
    'no columns': [{ train: { ...few, features: [] } }, /between 1 and/],
    'a target too few': [{ train: { ...few, target: new Float64Array(3) } }, /3 training targets do not match 4 rows/],
    'a column that is too short': [{ train: { ...few, features: [numbers(1, 2)] } }, /Column 0 has 2 rows/],
    'weights that are too few': [{ train: { ...few, weights: new Float64Array(2) } }, /2 weights do not match 4 rows/],
    'a negative weight': [{ train: { ...few, weights: Float64Array.of(1, 1, -1, 1) } }, /row 2 is -1/],
    'a weight that is no number': [{ train: { ...few, weights: Float64Array.of(1, NaN, 1, 1) } }, /row 1 is NaN/],
    'an endless weight': [{ train: { ...few, weights: Float64Array.of(1, Infinity, 1, 1) } }, /row 1 is Infinity/],
    'weights of zero only': [{ train: { ...few, weights: new Float64Array(4) } }, /All rows have the weight 0/],
    'a target that is no number': [{ train: { ...few, target: Float64Array.of(1, NaN, 1, 1) } }, /row 1 is NaN/],
    'an endless target': [{ train: { ...few, target: Float64Array.of(1, 1, -Infinity, 1) } }, /row 2 is -Infinity/],
    'a class that is no class': [
      { train: { ...few, target: Float64Array.of(0, 1, 2, 1) }, objective: logistic },
      /row 2 is 2; logistic needs 0 or 1/,
    ],
    'half a class': [
      { train: { ...few, target: Float64Array.of(0, 0.5, 1, 1) }, objective: { kind: 'softmax', classes: 2 } },
      /row 1 is 0.5; softmax needs whole numbers from 0 to 1/,
    ],
    'a negative count': [
      { train: { ...few, target: Float64Array.of(0, -1, 1, 1) }, objective: { kind: 'poisson' } },
      /row 1 is -1; poisson needs numbers from 0/,
    ],
    'a target of the validation that is no number': [
      { validation: { ...few, target: Float64Array.of(1, NaN, 1, 1) } },
      /row 1 is NaN/,
    ],
    'a validation without the column': [{ validation: { ...few, features: [] } }, /column/i],
    'a validation with another kind of column': [
      { validation: { ...few, features: [{ kind: 'categorical', codes: new Int32Array(4), levels: 1 }] } },
      /Column 0 holds categories, but its bins were learnt from numbers/,
    ],
    'bins of other columns': [{ binning: [] }, /bins were learnt from 0/],
  };

  it.each(Object.keys(cases))('is refused: %s', async (name) => {
    const [input, message] = cases[name]!;
    const fit = boost({ train: few, objective: squared, seed: 1, ...input });
    await expect(fit).rejects.toMatchObject({
      name: 'TreesError',
      code: 'INVALID_DATA',
      message: expect.stringMatching(message),
    });
  });
});

describe('parameters that make no sense', () => {
  const cases: [Partial<BoostParameters>, RegExp][] = [
    [{ rounds: -1 }, /rounds must be a whole number from 0/],
    [{ rounds: 1.5 }, /rounds must be a whole number/],
    [{ learningRate: 0 }, /learningRate must be a number/],
    [{ learningRate: NaN }, /learningRate/],
    [{ maxLeaves: 0 }, /maxLeaves/],
    [{ maxDepth: -1 }, /maxDepth/],
    [{ minDataInLeaf: -1 }, /minDataInLeaf/],
    [{ l2: -0.1 }, /l2 must be/],
    [{ l1: NaN }, /l1 must be/],
    [{ rowFraction: 0 }, /rowFraction/],
    [{ featureFraction: 1.01 }, /featureFraction/],
    [{ goss: { top: 0.9, other: 0.2 } }, /goss/],
    [{ goss: { top: 0, other: 0.2 } }, /goss/],
    [{ monotone: [1, 1] }, /monotone needs one direction per feature: 1, not 2/],
    [{ monotone: [2 as 1] }, /monotone takes 1 \(rising\)/],
    [{ growth: 'sideways' as 'leafWise' }, /growth must be leafWise or depthWise, not sideways/],
    [{ histogram: 'round' as 'auto' }, /histogram must be one of auto, packed, float, not round/],
    [{ rounds: '10' as unknown as number }, /rounds must be/],
    [{ maxLeaves: undefined as unknown as number }, /maxLeaves must be/],
    [{ classWeights: [1, 1] }, /classWeights/],
  ];

  it.each(cases)('are refused by name: %o', async (parameters, message) => {
    const fit = boost({ train: few, objective: squared, parameters, seed: 1 });
    await expect(fit).rejects.toMatchObject({ code: 'INVALID_PARAMETER', message: expect.stringMatching(message) });
  });

  it('are refused where the objective has them', async () => {
    const wrong = [
      { kind: 'huber', delta: 0 },
      { kind: 'quantile', level: 1 },
      { kind: 'tweedie', power: 2 },
      { kind: 'softmax', classes: 1 },
      { kind: 'softmax', classes: 2.5 },
      { kind: 'hinge' },
    ] as Objective[];
    for (const objective of wrong) {
      await expect(boost({ train: few, objective, seed: 1 })).rejects.toMatchObject({ code: 'INVALID_PARAMETER' });
    }
    await expect(boost({ train: few, objective: squared, seed: 0.5 })).rejects.toThrow(/seed must be a whole number/);
  });

  it('are refused where a category should rise', async () => {
    const codes: FeatureInput = { kind: 'categorical', codes: Int32Array.of(0, 1, 0, 1), levels: 2 };
    const rising = (monotone: (-1 | 0 | 1)[]) =>
      boost({ train: { ...few, features: [codes] }, objective: squared, parameters: { monotone, rounds: 1 }, seed: 1 });
    await expect(rising([1])).rejects.toThrow(/Feature 0 is categorical/);
    expect((await rising([0])).rounds).toBe(0);
  });
});

describe('what cannot be scored', () => {
  it('keeps the rounds that were grown when no score says which is best', async () => {
    const train = mixedRows(1, 100, logistic);
    const { rounds } = await boost({
      ...{ train, validation: train, objective: logistic, parameters: { rounds: 7 }, seed: 1 },
      earlyStopping: { higherIsBetter: true, score: () => NaN },
    });
    expect(rounds).toBe(7);
  });

  it('lets errors of the score through', async () => {
    const score = () => {
      throw new Error('no such metric');
    };
    const train = mixedRows(1, 100, logistic);
    const earlyStopping = { higherIsBetter: true, score };
    const fit = boost({ train, validation: train, objective: logistic, seed: 1, earlyStopping });
    await expect(fit).rejects.toThrow('no such metric');
  });
});
