import { local } from './strategies/local.ts';
import { random } from './strategies/random.ts';
import type { StrategyEntry } from './types.ts';

/** Every search strategy. To add one: its file in `strategies/`, and one line here. The first is the default. */
export const strategies: readonly StrategyEntry[] = [local, random];

export function strategyById(id: string): StrategyEntry {
  const entry = strategies.find((candidate) => candidate.id === id);
  if (!entry) throw new RangeError(`There is no search strategy ${JSON.stringify(id)}.`);
  return entry;
}
