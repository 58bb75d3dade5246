import { drawAtRandom } from '../draw.ts';
import { remember, startMemory } from '../memory.ts';
import { defaults, takeFirst } from '../portfolio.ts';
import type { StrategyEntry } from '../types.ts';

/** Every family's default, then configurations drawn at random. */
export const random: StrategyEntry = {
  id: 'random',
  label: 'Random search',
  description:
    'Tries the default of every family, then draws configurations at random, every family as often. Needs many models to find a good one, but misses nothing: the yardstick that every other strategy has to beat.',
  create(setting, saved) {
    const opening = defaults(setting);
    const memory = startMemory(saved);
    return {
      ask: (allows, limits) =>
        takeFirst(memory, setting, opening, allows, limits) ?? drawAtRandom(memory, setting, 'random', allows, limits),
      tell: (report) => void remember(memory, setting, report),
      toJSON: () => structuredClone(memory),
    };
  },
};
