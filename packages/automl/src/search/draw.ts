import { createRandom, deriveSeed } from '@laurel/tabular/random';
import { isKnown, note, type SearchMemory, searchable } from './memory.ts';
import { isAffordable } from './portfolio.ts';
import { sampleConfig } from './sample.ts';
import type { AskLimits, Proposal, SearchSetting } from './types.ts';

/** Tries before what a strategy can propose of a family counts as used up. */
export const maxDraws = 20;

/**
 * A configuration drawn at random that is new and affordable, every family as often (Bergstra and Bengio 2012); null when
 * there is none. Notes it.
 * @param name of the strategy: each has random numbers of its own
 * @param adapt what is proposed in place of what was drawn, such as the same on fewer rows
 */
export function drawAtRandom(
  memory: SearchMemory,
  setting: SearchSetting,
  name: string,
  allows: (family: string) => boolean,
  limits: AskLimits | undefined,
  adapt: (drawn: Proposal) => Proposal = (drawn) => drawn,
): Proposal | null {
  const stream = createRandom(deriveSeed(setting.seed, name, memory.drawn++));
  for (const family of stream.shuffle(searchable(memory, setting, allows))) {
    for (let attempt = 0; attempt < maxDraws; attempt++) {
      const proposal = adapt({ family: family.id, config: sampleConfig(family.space, stream) });
      if (isKnown(memory, setting, proposal) || !isAffordable(memory, setting, proposal, limits)) continue;
      return note(memory, proposal);
    }
  }
  return null;
}
