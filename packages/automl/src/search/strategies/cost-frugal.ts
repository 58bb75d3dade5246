import { createRandom, deriveSeed, type Random } from '@laurel/tabular/random';
import { maxDraws } from '../draw.ts';
import { type Flow2, flow2Config, moveFlow2, startFlow2, widenFlow2 } from '../flow2.ts';
import { drawFamilies } from '../improvement.ts';
import { bestOf, isBetter, isKnown, note, remember, type SearchMemory, searchable, startMemory } from '../memory.ts';
import { isAffordable, portfolio, takeFirst } from '../portfolio.ts';
import { lowCostConfig, sampleConfig } from '../sample.ts';
import type { AskLimits, Proposal, SearchFamily, SearchSetting, StrategyEntry, TrialReport } from '../types.ts';

/** A search around one configuration after another; `score` is the best since the last restart. */
export interface LocalSearch extends Flow2 {
  score: number | null;
}

/** FLAML's search (Wang et al. 2021): cheap configurations first, families by estimated cost of their improvement. */
export const costFrugal: StrategyEntry = {
  id: 'cost-frugal',
  label: 'Cost-frugal search',
  description:
    'Begins every family with its cheapest configuration and moves by small random steps to better ones, so that costly models are tried only where cheap ones led. Families get turns by how soon they are likely to improve. Good for large tables and short budgets.',
  create(setting, saved) {
    const count = setting.families.filter((family) => family.reference).length + (setting.warmStarts?.length ?? 0);
    const opening = portfolio(setting).opening.slice(0, count);
    const memory = startMemory(saved);

    function next(allows: (family: string) => boolean, limits?: AskLimits): Proposal | null {
      const stream = createRandom(deriveSeed(setting.seed, 'cost-frugal', memory.drawn++));
      const families = searchable(memory, setting, allows);
      const proposal =
        untried(memory, setting, families, limits) ??
        localProposal(memory, setting, drawFamilies(memory, setting, families, stream), stream, limits);
      return proposal && note(memory, proposal);
    }

    return {
      ask: (allows, limits) => takeFirst(memory, setting, opening, allows, limits) ?? next(allows, limits),
      tell: (report) => follow(memory, setting, report),
      toJSON: () => structuredClone(memory),
    };
  },
};

/** The cheapest configuration of the first family that has had no turn, the cheapest family first. */
function untried(
  memory: SearchMemory,
  setting: SearchSetting,
  families: readonly SearchFamily[],
  limits?: AskLimits,
): Proposal | null {
  for (const family of families) {
    if (memory.own[family.id]) continue;
    const proposal = { family: family.id, config: lowCostConfig(family.space) };
    memory.own[family.id] = { ...startFlow2(proposal.config, family.space), score: null } satisfies LocalSearch;
    if (!isKnown(memory, setting, proposal) && isAffordable(memory, setting, proposal, limits)) return proposal;
  }
  return null;
}

/** Remembers a result, and moves the local search of its family there when it is better. */
export function follow(memory: SearchMemory, setting: SearchSetting, report: TrialReport): void {
  const { state, score, config } = remember(memory, setting, report);
  const local = memory.own[report.family] as LocalSearch | undefined;
  if (!local || state !== 'completed' || score === null || report.rungRows !== undefined) return;
  if (local.score !== null && !isBetter(setting, score, local.score)) return;
  local.score = score;
  moveFlow2(local, config);
}

/**
 * A step of the first family whose local search finds something new. A search that has converged starts again at a
 * random configuration.
 */
export function localProposal(
  memory: SearchMemory,
  setting: SearchSetting,
  families: readonly SearchFamily[],
  stream: Random,
  limits?: AskLimits,
  patience?: number,
): Proposal | null {
  for (const family of families) {
    for (let attempt = 0; attempt < maxDraws; attempt++) {
      const local = localOf(memory, setting, family);
      const config = flow2Config(local, family.space, stream, patience) ?? restart(memory, family, stream);
      const proposal = { family: family.id, config };
      if (isKnown(memory, setting, proposal)) widenFlow2(memory.own[family.id] as LocalSearch, family.space);
      else if (isAffordable(memory, setting, proposal, limits)) return proposal;
    }
  }
  return null;
}

/** The family's local search; it begins at its best configuration, or at its cheapest. */
function localOf(memory: SearchMemory, setting: SearchSetting, family: SearchFamily): LocalSearch {
  const known = memory.own[family.id] as LocalSearch | undefined;
  if (known) return known;
  const best = bestOf(memory, setting, family.id);
  const local = {
    ...startFlow2(best?.config ?? lowCostConfig(family.space), family.space),
    score: best?.score ?? null,
  };
  memory.own[family.id] = local;
  return local;
}

function restart(memory: SearchMemory, family: SearchFamily, stream: Random) {
  const config = sampleConfig(family.space, stream);
  memory.own[family.id] = { ...startFlow2(config, family.space), score: null } satisfies LocalSearch;
  return config;
}
