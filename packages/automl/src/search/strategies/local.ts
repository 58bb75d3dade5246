import { createRandom, deriveSeed, type Random } from '@laurel/tabular';
import type { Config, SearchSpace } from '../../models/types.ts';
import { keyOf, rankedFamilies, remember, type SearchMemory, startMemory, takeFromPortfolio } from '../memory.ts';
import { portfolio } from '../portfolio.ts';
import { fromUnit, sampleConfig, sampleValue, toUnit } from '../sample.ts';
import type { Proposal, StrategyEntry } from '../types.ts';

const maxDraws = 20;
/** The chance of the best family; each next one gets this share of what is left. */
const preferBetter = 0.5;
const exploreShare = 0.3;
/** Standard deviation of a step, as a share of a parameter's range. */
const stepSize = 0.15;

/**
 * The portfolio, then steps around the best configuration of a family, the better families more often; three in ten
 * proposals are drawn from the whole space. The idea is the local search of FLAML (Wu, Wang and Huang 2021).
 */
export const local: StrategyEntry = {
  id: 'local',
  label: 'Local search around the best',
  create(setting, saved) {
    const proposals = portfolio(setting);
    const memory = (saved as SearchMemory | undefined) ?? startMemory(proposals.length);

    function draw(allows: (family: string) => boolean): Proposal | null {
      const stream = createRandom(deriveSeed(setting.seed, 'local', memory.drawn++));
      const families = rankedFamilies(memory, setting, allows);
      while (families.length > 0) {
        let position = 0;
        while (position < families.length - 1 && stream.next() >= preferBetter) position++;
        const family = families.splice(position, 1)[0]!;
        const best = memory.best[family.id]?.config;
        for (let attempt = 0; attempt < maxDraws; attempt++) {
          const explore = !best || stream.next() < exploreShare;
          const config = explore ? sampleConfig(family.space, stream) : stepFrom(best, family.space, stream);
          const key = keyOf({ family: family.id, config });
          if (memory.seen.includes(key)) continue;
          memory.seen.push(key);
          return { family: family.id, config };
        }
      }
      return null;
    }

    return {
      ask: (allows) => takeFromPortfolio(memory, proposals, allows) ?? draw(allows),
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
