import { createRandom, deriveSeed } from '@laurel/tabular/random';
import { isKnown, note, remember, searchable, startMemory } from '../memory.ts';
import { defaults, isAffordable, takeFirst } from '../portfolio.ts';
import { sampleConfig } from '../sample.ts';
import type { AskLimits, Proposal, StrategyEntry } from '../types.ts';

/** Tries before a family's space counts as used up. */
const maxDraws = 20;

/** Every family's default, then configurations drawn at random, every family as often (Bergstra and Bengio 2012). */
export const random: StrategyEntry = {
  id: 'random',
  label: 'Random search',
  description:
    'Tries the default of every family, then draws configurations at random, every family as often. Needs many models to find a good one, but misses nothing: the yardstick that every other strategy has to beat.',
  create(setting, saved) {
    const opening = defaults(setting);
    const memory = startMemory(saved);

    function draw(allows: (family: string) => boolean, limits?: AskLimits): Proposal | null {
      const stream = createRandom(deriveSeed(setting.seed, 'random', memory.drawn++));
      for (const family of stream.shuffle(searchable(memory, setting, allows))) {
        for (let attempt = 0; attempt < maxDraws; attempt++) {
          const proposal = { family: family.id, config: sampleConfig(family.space, stream) };
          if (isKnown(memory, setting, proposal) || !isAffordable(memory, setting, proposal, limits)) continue;
          return note(memory, proposal);
        }
      }
      return null;
    }

    return {
      ask: (allows, limits) => takeFirst(memory, setting, opening, allows, limits) ?? draw(allows, limits),
      tell: (report) => void remember(memory, setting, report),
      toJSON: () => structuredClone(memory),
    };
  },
};
