import { describe, expect, it } from 'vitest';
import { families } from '../models/registry.ts';
import { facts } from '../study/testing.ts';
import { predictedSeconds } from './cost.ts';
import { remember, startMemory } from './memory.ts';
import { portfolio, quickened, takeFirst } from './portfolio.ts';
import type { SearchSetting } from './types.ts';

const setting = (chosen: SearchSetting['families']): SearchSetting => ({
  families: chosen,
  facts,
  seed: 1,
  higherIsBetter: true,
});
const models = families.filter((family) => !family.combines && family.tasks.includes(facts.task));
const first = (places?: readonly number[]) => ({
  id: `family ${places ?? 'without a place'}`,
  reference: false,
  relativeCost: 9,
  costByClass: false,
  needs: { runtime: 'none', encoding: 'codes' } as const,
  ...(places ? { openingPlaces: places } : {}),
  space: {},
  startingConfigs: () => [{ turn: 1 }, { turn: 2 }, { turn: 3 }],
});

describe('a budget of seconds', () => {
  const boosting = models.filter(({ id }) => id === 'gbm' || id === 'baseline');
  const limited = (seconds: number) => ({ ...setting(boosting), budgetSeconds: seconds });
  const limits = (leftSeconds: number) => ({ leftSeconds, leftTrials: null });
  const all = (of: SearchSetting) => [...portfolio(of).opening, ...portfolio(of).rest];

  it('raises slow learning rates as far as the time needs, and leaves them where it does not', () => {
    const slow = { family: 'gbm', config: { learningRate: 0.0079, maxLeaves: 8 } };
    const memory = startMemory(null);
    expect(quickened(memory, limited(3600), slow, 1000)).toEqual(slow);
    const some = quickened(memory, limited(60), slow, predictedSeconds(memory, limited(60), slow) / 2);
    expect(some.config).toMatchObject({ maxLeaves: 8 });
    expect(some.config.learningRate).toBeCloseTo(0.0188, 4);
    expect(quickened(memory, limited(60), slow, 1e-6).config.learningRate).toBe(0.2);
  });

  it('learns from the trials how fast this machine is', () => {
    const of = limited(60);
    const memory = startMemory(null);
    const proposal = { family: 'gbm', config: {} };
    const before = predictedSeconds(memory, of, proposal);
    for (let number = 1; number <= 8; number++) {
      const config = { maxLeaves: 10 + number };
      const seconds = 3 * predictedSeconds(startMemory(null), of, { family: 'gbm', config });
      remember(memory, of, { number, family: 'gbm', config, score: 0.5, seconds });
    }
    expect(predictedSeconds(memory, of, proposal) / before).toBeGreaterThan(2);
    expect(predictedSeconds(memory, of, proposal) / before).toBeLessThanOrEqual(3);
  });

  it('drops what would take too much of the time, but never all of it', () => {
    const of = limited(60);
    const memory = startMemory(null);
    const take = (left: number) => takeFirst(memory, of, all(of), () => true, limits(left));
    expect(take(0.01)?.family).toBe('baseline');
    expect(take(0.01)?.family).toBe('gbm');
    expect(take(0.01)).toBeNull();
    expect(take(60)?.family).toBe('gbm');
  });

  it('moves what is costly on many rows behind its place', () => {
    const many = { ...setting(models), facts: { ...facts, rows: 200_000, numericFeatures: 50 } };
    const places = (of: SearchSetting) => portfolio(of).opening.map(({ family }) => family);
    expect(places({ ...many, budgetSeconds: 60 })).not.toEqual(places(many));
    expect(places({ ...many, budgetSeconds: 86_400 })).toEqual(places(many));
  });
});

describe('portfolio', () => {
  it('opens with the reference and what is strong, and leaves no family out', () => {
    const { opening } = portfolio(setting(models));
    expect(opening[0]!.family).toBe(models.find((family) => family.reference)!.id);
    expect(new Set(opening.map(({ family }) => family)).size).toBe(models.length);
    expect(opening.slice(1, 4).map(({ family }) => family)).toEqual(['linear', 'gbm', 'extra-trees']);
  });

  it('has every starting configuration once, in an order that does not depend on that of the families', () => {
    const { opening, rest } = portfolio(setting(models));
    const all = [...opening, ...rest].map((proposal) => JSON.stringify(proposal));
    expect(new Set(all).size).toBe(models.flatMap((family) => family.startingConfigs(facts)).length);
    expect(portfolio(setting([...models].reverse()))).toEqual({ opening, rest });
  });

  it('places defaults without a place after the others, the cheapest first, and the rest in turns', () => {
    const cheap = { ...first(), id: 'cheap', relativeCost: 1 };
    const { opening, rest } = portfolio(setting([first(), first([4, 2]), first([3]), cheap]));
    expect(opening.map(({ family, config }) => `${family} ${config.turn}`)).toEqual([
      'family 4,2 2',
      'family 3 1',
      'family 4,2 1',
      'cheap 1',
      'family without a place 1',
    ]);
    expect(rest.slice(0, 3).map(({ family, config }) => `${family} ${config.turn}`)).toEqual([
      'cheap 2',
      'family 3 2',
      'family without a place 2',
    ]);
  });
});
