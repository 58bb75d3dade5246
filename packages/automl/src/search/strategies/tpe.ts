import { createRandom, deriveSeed, type Random } from '@laurel/tabular/random';
import { maxDraws } from '../draw.ts';
import { isBetter, isKnown, isScored, note, remember, type SearchMemory, searchable, startMemory } from '../memory.ts';
import { goodCount, parzenConfig, parzenValue } from '../parzen.ts';
import { defaults, isAffordable, takeFirst } from '../portfolio.ts';
import type { AskLimits, Proposal, SearchFamily, SearchSetting, StrategyEntry } from '../types.ts';

/** Models after which what is known says more than a draw at random. */
const startUp = 10;

/** Tree-structured Parzen estimators (Bergstra et al. 2011): first the family, then each of its parameters. */
export const tpe: StrategyEntry = {
  id: 'tpe',
  label: 'Parzen estimators (TPE)',
  description:
    'Tries the default of every family, then learns where the best tenth of the models lies, and proposes what is likely there and unlikely elsewhere. Good when models take long and one family is clearly best; ignores what a model costs.',
  create(setting, saved) {
    const opening = defaults(setting);
    const memory = startMemory(saved);

    function next(allows: (family: string) => boolean, limits?: AskLimits): Proposal | null {
      const stream = createRandom(deriveSeed(setting.seed, 'tpe', memory.drawn++));
      for (const family of familiesInOrder(memory, setting, searchable(memory, setting, allows), stream)) {
        const proposal = tpeProposal(memory, setting, family, stream, limits);
        if (proposal) return note(memory, proposal);
      }
      return null;
    }

    return {
      ask: (allows, limits) => takeFirst(memory, setting, opening, allows, limits) ?? next(allows, limits),
      tell: (report) => void remember(memory, setting, report),
      toJSON: () => structuredClone(memory),
    };
  },
};

/**
 * A new configuration of the family by Parzen estimators over its trials so far; null when it finds none that is new.
 * Trials under way count as bad ones, so that the same place is not proposed twice (the constant liar of Optuna).
 */
export function tpeProposal(
  memory: SearchMemory,
  setting: SearchSetting,
  family: SearchFamily,
  stream: Random,
  limits?: AskLimits,
): Proposal | null {
  const { good, bad } = split(memory, setting, (tried) => tried.family === family.id);
  const configs = [good, bad].map((part) => part.map((tried) => tried.config));
  for (let attempt = 0; attempt < maxDraws; attempt++) {
    // Where all that is likely is known already, the rest of the space is left.
    const [likely, unlikely] = attempt < maxDraws / 2 ? configs : [[], []];
    const proposal = { family: family.id, config: parzenConfig(family.space, likely!, unlikely!, stream) };
    if (!isKnown(memory, setting, proposal) && isAffordable(memory, setting, proposal, limits)) return proposal;
  }
  return null;
}

type Tried = SearchMemory['tried'][number];

/** The best tenth and the others, in the order in which they were proposed. */
function split(memory: SearchMemory, setting: SearchSetting, counts: (tried: Tried) => boolean) {
  const own = memory.tried.filter((tried) => tried.rungRows === undefined && counts(tried));
  const scored = own.filter(isScored);
  const best = [...scored].sort((a, b) => {
    if (a.score === b.score) return 0;
    return isBetter(setting, a.score, b.score) ? -1 : 1;
  });
  const good = new Set<Tried>(best.slice(0, goodCount(scored.length)));
  return { good: own.filter((tried) => good.has(tried)), bad: own.filter((tried) => !good.has(tried)) };
}

/** The family that Parzen estimators choose, then the others at random: at random all of them at the start. */
function familiesInOrder(
  memory: SearchMemory,
  setting: SearchSetting,
  families: SearchFamily[],
  stream: Random,
): SearchFamily[] {
  const order = stream.shuffle([...families]);
  const ids = families.map(({ id }) => id);
  const { good, bad } = split(memory, setting, ({ family }) => ids.includes(family));
  if (ids.length === 0 || good.length + bad.length < startUp) return order;
  const choice = { kind: 'choice', label: 'Family', values: ids, default: ids[0]! } as const;
  const [likely, unlikely] = [good, bad].map((part) => part.map(({ family }) => family));
  const chosen = parzenValue(choice, likely!, unlikely!, stream);
  return [...order.filter(({ id }) => id === chosen), ...order.filter(({ id }) => id !== chosen)];
}
