import { describe, expect, it } from 'vitest';
import { families } from '../models/registry.ts';
import { facts } from '../study/testing.ts';
import { portfolio } from './portfolio.ts';
import type { SearchSetting } from './types.ts';

const setting = (chosen: SearchSetting['families']): SearchSetting => ({
  families: chosen,
  facts,
  seed: 1,
  higherIsBetter: true,
});
const models = families.filter((family) => !family.combines);
const first = (places?: readonly number[]) => ({
  id: `family ${places ?? 'without a place'}`,
  reference: false,
  relativeCost: 9,
  costByClass: false,
  needs: { runtime: 'none', scaling: false, encoding: 'codes' } as const,
  ...(places ? { openingPlaces: places } : {}),
  space: {},
  startingConfigs: () => [{ turn: 1 }, { turn: 2 }, { turn: 3 }],
});

describe('portfolio', () => {
  it('opens with the reference and what is strong, and leaves no family out', () => {
    const { opening } = portfolio(setting(models));
    expect(opening[0]!.family).toBe(models.find((family) => family.reference)!.id);
    expect(new Set(opening.map(({ family }) => family)).size).toBe(models.length);
    expect(opening.slice(1).map(({ family }) => family)).toEqual([
      'linear',
      'gbm',
      'extra-trees',
      'gbm',
      'random-forest',
      'gbm-depth',
      'mlp',
    ]);
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
