import { describe, expect, it } from 'vitest';
import { familyOf } from '../../families.ts';
import { fitInput, synthetic } from '../testing/synthetic.ts';
import { withinLimits } from './boosting-limits.ts';

const rows = 50_000;
const part = {
  features: [{ kind: 'numeric' as const, values: new Float64Array(0) }],
  rows,
  target: new Float64Array(0),
  learnt: new Float64Array(0),
};
const data = { train: part, validation: null };
const logistic = { kind: 'logistic' } as const;
const wanted = { rounds: 1000, maxLeaves: 64, minDataInLeaf: 20 };

describe('withinLimits', () => {
  it('changes nothing where there is room, or no limit', () => {
    expect(withinLimits({}, data, logistic, wanted)).toEqual(wanted);
    const { histogramPoolBytes, ...rest } = withinLimits(
      { memoryLimitBytes: 2 ** 31, modelLimitBytes: 2 ** 28 },
      data,
      logistic,
      wanted,
    );
    expect(rest).toEqual(wanted);
    expect(histogramPoolBytes).toBe(512 * 2 ** 20);
  });

  it('takes fewer rounds for a small model, and fewer leaves before the rounds get too few', () => {
    const some = withinLimits({ modelLimitBytes: 1e6 }, data, logistic, wanted);
    expect(some).toMatchObject({ maxLeaves: 64 });
    expect(some.rounds).toBeLessThan(1000);
    expect(some.rounds).toBeGreaterThanOrEqual(250);
    const small = withinLimits({ modelLimitBytes: 2e5 }, data, logistic, wanted);
    expect(small.maxLeaves).toBeLessThan(64);
    expect(small.rounds).toBeGreaterThanOrEqual(50);
    const shared = withinLimits({ modelLimitBytes: 1e6 }, data, { kind: 'softmax', classes: 10 }, wanted);
    expect(shared.rounds * shared.maxLeaves!).toBeLessThan((some.rounds * some.maxLeaves!) / 5);
  });

  it('gives up room for histograms where memory is short', () => {
    const wide = { ...part, features: Array.from({ length: 2000 }, () => part.features[0]!) };
    const found = withinLimits({ memoryLimitBytes: 2.2e8 }, { train: wide, validation: null }, logistic, wanted);
    expect(found).toMatchObject(wanted);
    expect(found.histogramPoolBytes).toBeLessThan(512 * 2 ** 20);
  });
});

describe.each(['gbm', 'gbm-depth'])('%s', (id) => {
  it('keeps its model under the limit', async () => {
    const input = fitInput(synthetic('multiclass', 600, 31), {});
    const family = await familyOf(id).load();
    const bytesOf = async (modelLimitBytes: number) => {
      const { tensors } = (await family.fit({ ...input, modelLimitBytes })).state();
      return Object.values(tensors).reduce((sum, tensor) => sum + tensor.byteLength, 0);
    };
    expect(await bytesOf(2 ** 28)).toBeGreaterThan(120_000);
    expect(await bytesOf(120_000)).toBeLessThan(120_000);
  });
});

it.each(['gbm', 'gbm-depth', 'random-forest', 'extra-trees'])(
  '%s says before it begins that its memory is too small',
  async (id) => {
    const input = fitInput(synthetic('binary', 300, 32), {}, { memoryLimitBytes: 70_000 });
    const fit = familyOf(id)
      .load()
      .then((family) => family.fit(input));
    await expect(fit).rejects.toMatchObject({ code: 'MEMORY_LIMIT' });
  },
);
