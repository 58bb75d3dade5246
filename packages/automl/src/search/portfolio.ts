import type { Proposal, SearchSetting } from './types.ts';

/**
 * The fixed part of a search: reference families, then every family's default by relative cost, then the other
 * starting configurations in turns. A curated order finds good models sooner than sampling does
 * (Feurer et al. 2022, Auto-sklearn 2.0; AutoGluon's zero-shot portfolios).
 */
export function portfolio(setting: SearchSetting): Proposal[] {
  const byCost = [...setting.families].sort(
    (a, b) => Number(b.reference) - Number(a.reference) || a.relativeCost - b.relativeCost || (a.id < b.id ? -1 : 1),
  );
  const lists = byCost.map((family) => ({ id: family.id, configs: family.startingConfigs(setting.facts) }));
  const longest = Math.max(0, ...lists.map((list) => list.configs.length));
  const result: Proposal[] = [];
  for (let round = 0; round < longest; round++) {
    for (const { id, configs } of lists) {
      const config = configs[round];
      if (config) result.push({ family: id, config });
    }
  }
  return result;
}
