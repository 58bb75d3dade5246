import { createRandom, deriveSeed } from '@laurel/tabular/random';
import { drawFamilies } from '../improvement.ts';
import { note, type SearchMemory, searchable, startMemory } from '../memory.ts';
import { defaults, portfolio, takeFirst } from '../portfolio.ts';
import { dimensionsOf } from '../sample.ts';
import type { AskLimits, Proposal, SearchSetting, SearchStrategy, StrategyEntry } from '../types.ts';
import { follow, localProposal } from './cost-frugal.ts';
import { tpeProposal } from './tpe.ts';

const localShare = 0.8;

/**
 * The whole portfolio, then local search around the best of each family (80 %) and Parzen estimators (20 %), families
 * drawn by their estimated cost of improvement.
 */
export const portfolioThenSearch: StrategyEntry = {
  id: 'portfolio-then-search',
  label: 'Portfolio, then search',
  description:
    'First the configurations that did best on many other tables, in an order that fits rows, columns, classes and time; then small steps around the best of each family, and one model in five where Parzen estimators expect a better one. The choice that is right nearly always.',
  formerIds: ['auto', 'local'],
  create: (setting, saved) => openThen(setting, saved, wholePortfolio(setting), searchOn),
};

/** What the default does without its knowledge of other tables: says what that knowledge is worth. */
export const defaultsThenSearch: StrategyEntry = {
  id: 'defaults-then-search',
  label: 'Defaults, then search',
  description:
    'The default of every family, then the same search as the first choice, without what is known from other tables. For comparing.',
  create: (setting, saved) => openThen(setting, saved, defaults(setting), searchOn),
};

/** The portfolio alone: ends when it is through, or with the budget. */
export const portfolioAlone: StrategyEntry = {
  id: 'portfolio',
  label: 'Portfolio alone',
  description:
    'Only the configurations that did best on many other tables, and nothing of its own. Ends when all of them are tried, which may be long before the budget is over.',
  create: (setting, saved) => openThen(setting, saved, wholePortfolio(setting), () => null),
};

type Search = (
  memory: SearchMemory,
  setting: SearchSetting,
  allows: (family: string) => boolean,
  limits?: AskLimits,
) => Proposal | null;

function openThen(
  setting: SearchSetting,
  saved: unknown,
  proposals: readonly Proposal[],
  search: Search,
): SearchStrategy {
  const memory = startMemory(saved);
  return {
    ask: (allows, limits) =>
      takeFirst(memory, setting, proposals, allows, limits) ?? search(memory, setting, allows, limits),
    tell: (report) => follow(memory, setting, report),
    toJSON: () => structuredClone(memory),
  };
}

function wholePortfolio(setting: SearchSetting): Proposal[] {
  const { opening, rest } = portfolio(setting);
  return [...opening, ...rest];
}

function searchOn(
  memory: SearchMemory,
  setting: SearchSetting,
  allows: (family: string) => boolean,
  limits?: AskLimits,
): Proposal | null {
  const stream = createRandom(deriveSeed(setting.seed, 'portfolio-then-search', memory.drawn++));
  const families = drawFamilies(memory, setting, searchable(memory, setting, allows), stream);
  const step = () =>
    families.reduce<Proposal | null>((found, family) => {
      const patience = 2 * Math.max(1, dimensionsOf(family.space).length);
      return found ?? localProposal(memory, setting, [family], stream, limits, patience);
    }, null);
  const draw = () =>
    families.reduce<Proposal | null>((found, family) => {
      return found ?? tpeProposal(memory, setting, family, stream, limits);
    }, null);
  const proposal = stream.next() < localShare ? (step() ?? draw()) : (draw() ?? step());
  return proposal && note(memory, proposal);
}
