import { costFrugal } from './strategies/cost-frugal.ts';
import { halving } from './strategies/halving.ts';
import { defaultsThenSearch, portfolioAlone, portfolioThenSearch } from './strategies/portfolio-then-search.ts';
import { random } from './strategies/random.ts';
import { tpe } from './strategies/tpe.ts';
import type { StrategyEntry } from './types.ts';

/** Every search strategy. To add one: its file in `strategies/`, and one line here. The first is the default. */
export const strategies: readonly StrategyEntry[] = [
  portfolioThenSearch,
  costFrugal,
  tpe,
  halving,
  random,
  defaultsThenSearch,
  portfolioAlone,
];

/** The strategy of this id, under today's name or an earlier one; undefined when there is none. */
export function findStrategy(id: string): StrategyEntry | undefined {
  return strategies.find((entry) => entry.id === id || entry.formerIds?.includes(id));
}

export function strategyById(id: string): StrategyEntry {
  const entry = findStrategy(id);
  if (!entry) throw new RangeError(`There is no search strategy ${JSON.stringify(id)}.`);
  return entry;
}
