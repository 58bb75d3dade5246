import { createRandom } from '@laurel/tabular/random';
import { describe, expect, it } from 'vitest';
import { trialCost } from './cost.ts';
import { strategyById } from './registry.ts';
import { dimensionsOf, positionIn } from './sample.ts';
import { anything, madeUpFamilies, madeUpSetting } from './testing.ts';
import type { Proposal, SearchSetting } from './types.ts';

const family = madeUpFamilies[1]!;
const setting = (seed: number): SearchSetting =>
  madeUpSetting({ families: [{ ...family, startingConfigs: () => [{}] }], seed });
const seeds = Array.from({ length: 16 }, (_, i) => i + 1);

/** Squared distance from an optimum in the unit cube of five parameters, a random one for each seed; 0 is best. */
function loss(seed: number): (proposal: Proposal) => number {
  const random = createRandom(seed * 101);
  const optimum = dimensionsOf(family.space).map(() => 0.1 + 0.8 * random.next());
  return ({ config }) =>
    dimensionsOf(family.space).reduce((sum, [name, parameter], k) => {
      return sum + (positionIn(parameter, config[name] ?? parameter.default) - optimum[k]!) ** 2;
    }, 0);
}

/** Mean over seeds of the least loss that is reached before the cost is spent. */
function regret(id: string, budget: { trials: number } | { cost: number }): number {
  const reached = seeds.map((seed) => {
    const of = { ...setting(seed), higherIsBetter: false };
    const strategy = strategyById(id).create(of);
    const score = loss(seed);
    let best = Number.POSITIVE_INFINITY;
    for (let number = 1, spent = 0; number <= 400; number++) {
      if ('trials' in budget && number > budget.trials) break;
      const proposal = strategy.ask(anything)!;
      const seconds = trialCost(of.families[0]!, of, proposal);
      spent += seconds;
      if ('cost' in budget && spent > budget.cost) break;
      best = Math.min(best, score(proposal));
      strategy.tell({ number, ...proposal, score: score(proposal), ...('cost' in budget ? { seconds } : {}) });
    }
    return best;
  });
  return reached.reduce((sum, value) => sum + value, 0) / reached.length;
}

describe('on a quadratic function of five parameters', () => {
  const models = { trials: 80 };
  const random = regret('random', models);

  it('Parzen estimators come closer than random search with as many models', () => {
    expect(regret('tpe', models)).toBeLessThan(0.6 * random);
  });

  it('local search around the best comes closer, too', () => {
    expect(regret('portfolio-then-search', models)).toBeLessThan(0.6 * random);
  });

  it('cost-frugal search comes closer than random search for the same cost', () => {
    const cost = { cost: 40 * trialCost(family, setting(1), { config: {} }) };
    expect(regret('cost-frugal', cost)).toBeLessThan(0.6 * regret('random', cost));
  });

  it('random search gets closer the longer it runs', () => {
    expect(random).toBeLessThan(regret('random', { trials: 10 }));
  });
});
