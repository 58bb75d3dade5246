import { describe, expect, it } from 'vitest';
import { readTrainOptions } from './options.ts';

const request = (...args: string[]) => readTrainOptions(['t.csv', '--target', 'y', ...args])!.request;

describe('options of the search', () => {
  it('reads values, ranges and choices of hyperparameters', () => {
    const { space } = request(
      ...['--set', 'gbm.learningRate=0.1', '--set', 'gbm.maxLeaves=8..64', '--set', 'gbm.maxDepth=3|5'],
      ...['--set', 'gbm.extraRandom=true', '--set', 'linear.skewLimit=never', '--set', 'mlp.layers=2..'],
    );
    expect(space).toEqual({
      gbm: {
        learningRate: { fixed: 0.1 },
        maxLeaves: { min: 8, max: 64 },
        maxDepth: { values: [3, 5] },
        extraRandom: { fixed: true },
      },
      linear: { skewLimit: { fixed: 'never' } },
      mlp: { layers: { min: 2, max: undefined } },
    });
  });

  it('reads strategy, families and limits', () => {
    const args = ['--strategy', 'tpe', '--families', 'gbm, linear', '--trial-seconds', '2.5', '--max-model-mb', '1.5'];
    expect(request(...args, '--max-predict-ms', '0.2')).toMatchObject({
      strategy: 'tpe',
      families: ['gbm', 'linear'],
      trialSeconds: 2.5,
      constraints: { maxPredictMsPerRow: 0.2, maxModelBytes: 1_500_000 },
    });
    expect(request().space).toBeUndefined();
    expect(request().features).toBeUndefined();
  });

  it('reads what is switched off', () => {
    const args = ['--engineering', 'off', '--ensemble', 'off', '--drop', 'a / b', '--drop', 'c, d'];
    expect(request(...args)).toMatchObject({
      ensemble: 'off',
      features: { engineering: 'off', drop: ['a / b', 'c, d'] },
    });
  });

  it.each([
    [['--set', 'gbm=3'], 'family.parameter=value'],
    [['--trial-seconds', '0'], 'above 0'],
    [['--max-model-mb', 'big'], 'above 0'],
    [['--ensemble', 'no'], 'Use auto or off'],
    [['--engineering', 'none'], 'Use auto or off'],
  ])('says what is wrong with %j', (args, words) => {
    expect(() => request(...args)).toThrow(words);
  });
});
