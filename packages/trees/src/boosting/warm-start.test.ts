import { describe, expect, it } from 'vitest';
import { decodeModel } from '../model/decode.ts';
import { encodeModel } from '../model/encode.ts';
import { createPredictor } from '../model/predictor.ts';
import { boost } from './boost.ts';
import { objectives } from './testing/cases.ts';
import { bytesOfTrees, meanSquaredError, mixedRows, splitRows } from './testing/data.ts';
import type { BoostParameters, Objective } from './types.ts';

const all: readonly Objective[] = [...objectives, { kind: 'softmax', classes: 3, trees: 'shared' }];

describe('going on from a model', () => {
  it.each(all)('by m rounds gives the trees that k + m rounds at once give: %o', async (objective) => {
    const train = mixedRows(1, 500, objective);
    const inputOf = (rounds: number, more: Partial<BoostParameters> = {}) => ({
      ...{ train, objective, parameters: { rounds, minDataInLeaf: 5, ...more }, seed: 3 },
    });
    const first = await boost(inputOf(4));
    // as it would come from a file
    const warmStart = decodeModel(encodeModel(first.model));
    const second = await boost({ ...inputOf(3), warmStart });
    const once = await boost(inputOf(7));
    expect(second.rounds).toBe(7);
    expect(second.grownRounds).toBe(3);
    expect(bytesOfTrees(second.model)).toEqual(bytesOfTrees(once.model));
    const random = { extraRandom: true, featureFractionByNode: 0.5, featureFraction: 0.8, rowFraction: 0.6 };
    const drawn = await boost({ ...inputOf(3, random), warmStart: (await boost(inputOf(4, random))).model });
    expect(bytesOfTrees(drawn.model)).toEqual(bytesOfTrees((await boost(inputOf(7, random))).model));
  });

  it('keeps its bins and its start on other rows, and gets better on them', async () => {
    const objective = { kind: 'squared' } as const;
    const [one, two] = splitRows(mixedRows(2, 1_500, objective), 500);
    const first = await boost({ train: one, objective, parameters: { rounds: 20 }, seed: 1 });
    const second = await boost({ train: two, objective, parameters: { rounds: 40 }, seed: 1, warmStart: first.model });
    expect(second.model.binning).toEqual(first.model.binning);
    expect(second.model.ensemble.base).toEqual(first.model.ensemble.base);
    const { length } = first.model.ensemble.value;
    expect(second.model.ensemble.value.subarray(0, length)).toEqual(first.model.ensemble.value);
    const [before, after] = [first, second].map(({ model }) =>
      meanSquaredError(two.target, createPredictor(model).predict(two.features, two.rows)),
    );
    expect(after).toBeLessThan(before! / 1.5);
  });

  it('watches the validation rows from where the model is', async () => {
    const objective = { kind: 'logistic' } as const;
    const [train, validation] = splitRows(mixedRows(3, 800, objective), 500);
    const first = await boost({ train, objective, parameters: { rounds: 10 }, seed: 1 });
    let last: Float64Array | undefined;
    let looks = 0;
    const score = (predictions: Float64Array) => {
      last = predictions.slice();
      return ++looks;
    };
    const { model, rounds, curve } = await boost({
      ...{ train, validation, objective, parameters: { rounds: 5 }, seed: 1, warmStart: first.model },
      earlyStopping: { higherIsBetter: true, score },
    });
    expect(rounds).toBe(15);
    expect(curve).toHaveLength(5);
    expect(createPredictor(model).predict(validation.features, validation.rows)).toEqual(last);
  });

  it('is refused for another objective or other columns', async () => {
    const train = mixedRows(4, 200, { kind: 'logistic' });
    const given = { parameters: { rounds: 2 }, seed: 1 };
    const { model: warmStart } = await boost({ ...given, train, objective: { kind: 'logistic' } });
    const code = 'INVALID_PARAMETER';
    const classes = { kind: 'softmax', classes: 2 } as const;
    await expect(boost({ ...given, train, objective: classes, warmStart })).rejects.toMatchObject({ code });
    await expect(boost({ ...given, train, objective: { kind: 'squared' }, warmStart })).rejects.toMatchObject({ code });
    const shared = { kind: 'softmax', classes: 2, trees: 'shared' } as const;
    const { model: vectors } = await boost({ ...given, train, objective: shared });
    await expect(boost({ ...given, train, objective: classes, warmStart: vectors })).rejects.toThrow(
      /Start anew|objective/,
    );
    const fewer = { ...train, features: train.features.slice(1) };
    await expect(boost({ ...given, train: fewer, objective: { kind: 'logistic' }, warmStart })).rejects.toMatchObject({
      code: 'INVALID_DATA',
    });
  });
});
