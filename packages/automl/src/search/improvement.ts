import type { Random } from '@laurel/tabular/random';
import { trialCost } from './cost.ts';
import { bestOf, costOf, isBetter, isScored, type SearchMemory } from './memory.ts';
import type { SearchFamily, SearchSetting } from './types.ts';

/**
 * Estimated cost until a family's next improvement, as FLAML has it (Wang et al. 2021): the cost between its last two
 * improvements or since the last one, whichever is more; and at least what closing the gap to the best of all takes at
 * twice its speed. A family that was not tried counts with the formula of its first trial.
 */
export function improvementCost(memory: SearchMemory, setting: SearchSetting, family: SearchFamily): number {
  let spent = 0;
  let best: { score: number; at: number } | null = null;
  let before: { score: number; at: number } | null = null;
  for (const tried of memory.tried) {
    if (tried.family !== family.id || tried.state === 'pending') continue;
    spent += costOf(setting, tried);
    if (!isScored(tried)) continue;
    if (best && !isBetter(setting, tried.score, best.score)) continue;
    before = best;
    best = { score: tried.score, at: spent };
  }
  if (!best) return spent + firstCost(setting, family);
  const sinceOrBetween = Math.max(best.at - (before?.at ?? 0), spent - best.at);
  const gap = Math.abs(bestOfAll(memory, setting)! - best.score);
  if (gap === 0) return sinceOrBetween;
  const reference = before?.score ?? referenceScore(memory, setting);
  const gained = Math.abs(reference === null ? best.score : best.score - reference);
  const speed = gained / Math.max(1e-10, spent - (before?.at ?? 0));
  return speed > 0 ? Math.max((2 * gap) / speed, sinceOrBetween) : Number.MAX_VALUE;
}

/** The families in the order in which they may have the next turn: drawn with probability by 1 / cost to improve. */
export function drawFamilies(
  memory: SearchMemory,
  setting: SearchSetting,
  families: readonly SearchFamily[],
  random: Random,
): SearchFamily[] {
  const left = families.map((family) => ({ family, weight: 1 / improvementCost(memory, setting, family) }));
  const order: SearchFamily[] = [];
  while (left.length > 0) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0);
    let at = random.next() * total;
    let index = left.findIndex(({ weight }) => {
      at -= weight;
      return at < 0;
    });
    if (index < 0) index = left.length - 1;
    order.push(left.splice(index, 1)[0]!.family);
  }
  return order;
}

function firstCost(setting: SearchSetting, family: SearchFamily): number {
  return trialCost(family, setting, { config: family.startingConfigs(setting.facts)[0] ?? {} });
}

function bestOfAll(memory: SearchMemory, setting: SearchSetting): number | null {
  return setting.families.reduce<number | null>((best, { id }) => {
    const score = bestOf(memory, setting, id)?.score;
    if (score === undefined) return best;
    return best === null || isBetter(setting, score, best) ? score : best;
  }, null);
}

function referenceScore(memory: SearchMemory, setting: SearchSetting): number | null {
  const reference = setting.families.find((family) => family.reference);
  return reference ? (bestOf(memory, setting, reference.id)?.score ?? null) : null;
}
