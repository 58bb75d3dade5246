import { createRandom, deriveSeed, type Random } from '@laurel/tabular';
import type { Config, SearchSpace } from '../../models/types.ts';
import { dueFamilies, keyOf, note, remember, type SearchMemory, startMemory, takeFromPortfolio } from '../memory.ts';
import { portfolio } from '../portfolio.ts';
import { fromUnit, sampleConfig, sampleValue, toUnit } from '../sample.ts';
import type { Proposal, StrategyEntry } from '../types.ts';

const maxDraws = 20;
const exploreShare = 0.3;
/** Standard deviation of a step, as a share of a parameter's range. */
const stepSize = 0.15;

/**
 * The opening of the portfolio with every family's default, then turns: the best family gets two for one of the
 * second, three for one of the third. A family goes through its starting configurations, then steps around its best
 * one; three in ten proposals are drawn from the whole space. The idea is the local search of FLAML (Wu, Wang and
 * Huang 2021).
 */
export const local: StrategyEntry = {
  id: 'local',
  label: 'Local search around the best',
  description:
    'Tries the starting configurations, then steps around the best of each family, the better families more often.',
  create(setting, saved) {
    const { opening, rest } = portfolio(setting);
    const proposals = [...opening, ...rest];
    const memory = (saved as SearchMemory | undefined) ?? startMemory(proposals.length);

    /** The next starting configuration of the family that is due, or a step or draw when it has none left. */
    function next(allows: (family: string) => boolean): Proposal | null {
      for (const family of dueFamilies(memory, setting, allows)) {
        const fixed = takeFromPortfolio(memory, proposals, (id) => id === family.id);
        if (fixed) return fixed;
        const stream = createRandom(deriveSeed(setting.seed, 'local', memory.drawn++));
        const best = memory.best[family.id]?.config;
        for (let attempt = 0; attempt < maxDraws; attempt++) {
          const explore = !best || stream.next() < exploreShare;
          const config = explore ? sampleConfig(family.space, stream) : stepFrom(best, family.space, stream);
          const key = keyOf({ family: family.id, config });
          if (memory.seen.includes(key)) continue;
          note(memory, { family: family.id, config });
          return { family: family.id, config };
        }
      }
      return null;
    }

    return {
      // The opening is fixed: every family shows its default before any gets a turn by its rank.
      ask: (allows) => takeFromPortfolio(memory, opening, allows) ?? next(allows),
      tell: (report) => remember(memory, report, setting.higherIsBetter),
      toJSON: () => structuredClone(memory),
    };
  },
};

/** Moves about half of the parameters a normal step; choices are drawn again now and then. */
function stepFrom(best: Config, space: SearchSpace, random: Random): Config {
  const next: Config = { ...best };
  for (const [name, parameter] of Object.entries(space)) {
    const value = best[name];
    const move = random.next();
    if (parameter.kind === 'choice') {
      if (move < 0.2) next[name] = sampleValue(parameter, random);
    } else if (move < 0.5) {
      const from = typeof value === 'number' && Number.isFinite(value) ? value : parameter.default;
      const inside = Math.min(parameter.max, Math.max(parameter.min, from));
      next[name] = fromUnit(parameter, toUnit(parameter, inside) + random.normal() * stepSize);
    }
  }
  return next;
}
