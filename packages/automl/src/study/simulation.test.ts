import { createRandom } from '@laurel/tabular';
import { describe, expect, it } from 'vitest';
import { strategies } from '../search/registry.ts';
import { positionIn } from '../search/sample.ts';
import { type Landscape, madeUpFamilies } from '../search/testing.ts';
import { regretOf, type Simulation, simulate } from './simulation.ts';

/** A made-up table: every family has a reach, and six in ten have their optimum near a known good configuration. */
function landscape(seed: number): Landscape {
  const random = createRandom(seed);
  const optimum = Array.from({ length: 5 }, () => 0.1 + 0.8 * random.next());
  const { space, startingConfigs } = madeUpFamilies[1]!;
  const known = startingConfigs({} as never);
  const config = known[random.int(known.length)]!;
  if (random.next() < 0.6) {
    Object.entries(space).forEach(([name, parameter], k) => {
      const near = positionIn(parameter, config[name] ?? parameter.default) + 0.15 * random.normal();
      optimum[k] = Math.min(1, Math.max(0, near));
    });
  }
  const reach = madeUpFamilies.map(({ id, reference }) => [id, reference ? 0.5 : 0.8 + 0.15 * random.next()]);
  return { optimum, reach: Object.fromEntries(reach) };
}

const seeds = Array.from({ length: 6 }, (_, i) => i + 1);

function meanRegret(strategy: string, of: Omit<Simulation, 'strategy' | 'landscape' | 'seed'>): number {
  const regrets = seeds.map((seed) => {
    const table = landscape(seed);
    return regretOf(table, simulate({ ...of, strategy, landscape: table, seed }));
  });
  return regrets.reduce((sum, value) => sum + value, 0) / regrets.length;
}

describe('a simulated study', { timeout: 60_000 }, () => {
  const minute = { budget: { seconds: 60, trials: null }, workers: 2 };

  it.each(strategies.map(({ id }) => id))('%s ends in time with whole models, the same each time', (strategy) => {
    const simulation = { ...minute, strategy, landscape: landscape(3), seed: 3, rows: 60_000 };
    const trials = simulate(simulation);
    expect(simulate(simulation)).toEqual(trials);
    expect(trials.at(-1)!.at).toBeLessThanOrEqual(60);
    expect(trials.filter(({ rungRows }) => rungRows === undefined).length).toBeGreaterThan(5);
  });

  it.each(['portfolio-then-search', 'tpe', 'cost-frugal', 'halving'])('%s leaves less regret than random', (id) => {
    const hundred = { budget: { seconds: null, trials: 100 } };
    expect(meanRegret(id, hundred)).toBeLessThan(meanRegret('random', hundred));
  });

  it('tries every family where there is time, and none that cannot end', () => {
    const budget = { seconds: 300, trials: null };
    const trials = simulate({ ...minute, budget, strategy: 'portfolio-then-search', landscape: landscape(1), seed: 1 });
    expect(new Set(trials.map(({ family }) => family)).size).toBe(madeUpFamilies.length);
    const slow = simulate({
      ...minute,
      strategy: 'portfolio-then-search',
      landscape: landscape(1),
      seed: 1,
      slowness: 4,
    });
    expect(slow.length).toBeGreaterThan(3);
    expect(slow.map(({ family }) => family)).not.toContain('costly');
  });

  it('starts boosting with a learning rate that its time allows', () => {
    const hurried = simulate({
      ...minute,
      strategy: 'portfolio-then-search',
      landscape: landscape(1),
      seed: 1,
      slowness: 4,
    });
    const rates = hurried.filter(({ family }) => family === 'strong').map(({ config }) => config.rate as number);
    expect(Math.min(...rates.filter((rate) => rate !== undefined))).toBeGreaterThan(0.05);
  });

  it('fits part of the rows first, and the best quarter on all of them, when it halves', () => {
    const trials = simulate({ ...minute, strategy: 'halving', landscape: landscape(2), seed: 2, rows: 100_000 });
    const at = (rows: number | undefined) => trials.filter(({ rungRows }) => rungRows === rows);
    expect(at(10_000).length).toBeGreaterThan(at(40_000).length);
    for (const { family, config } of at(40_000)) {
      expect(at(10_000)).toContainEqual(expect.objectContaining({ family, config }));
    }
  });
});
