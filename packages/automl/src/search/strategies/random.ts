import { createRandom, deriveSeed } from '@laurel/tabular';
import { keyOf, note, rankedFamilies, remember, type SearchMemory, startMemory, takeFromPortfolio } from '../memory.ts';
import { portfolio } from '../portfolio.ts';
import { sampleConfig } from '../sample.ts';
import type { Proposal, StrategyEntry } from '../types.ts';

/** Tries before a family's space counts as used up. */
const maxDraws = 20;

/** The portfolio, then configurations drawn at random, every family as often (Bergstra and Bengio 2012). */
export const random: StrategyEntry = {
  id: 'random',
  label: 'Random search',
  description:
    'Tries the starting configurations, then draws configurations at random, every family as often. The yardstick: whatever is more clever has to beat it.',
  create(setting, saved) {
    const { opening, rest } = portfolio(setting);
    const proposals = [...opening, ...rest];
    const memory = (saved as SearchMemory | undefined) ?? startMemory(proposals.length);

    function draw(allows: (family: string) => boolean): Proposal | null {
      const stream = createRandom(deriveSeed(setting.seed, 'random', memory.drawn++));
      const families = stream.shuffle(rankedFamilies(memory, setting, allows));
      for (const family of families) {
        for (let attempt = 0; attempt < maxDraws; attempt++) {
          const proposal = { family: family.id, config: sampleConfig(family.space, stream) };
          const key = keyOf(proposal);
          if (memory.seen.includes(key)) continue;
          note(memory, proposal);
          return proposal;
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
