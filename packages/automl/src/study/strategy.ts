import { metricById } from '@laurel/evaluation';
import { withoutRecipes } from '../features/recipe-space.ts';
import type { FamilyInfo } from '../models/types.ts';
import { withClassWeights } from '../plan/weights.ts';
import { confined, withChoices } from '../search/choices.ts';
import { strategies, strategyById } from '../search/registry.ts';
import { relevantSpace } from '../search/relevance.ts';
import type { Proposal, SearchSetting, SearchStrategy } from '../search/types.ts';
import type { StudyState } from './types.ts';

export interface SavedStrategy {
  id: string;
  state: unknown;
}

/** The plan's strategy, or the default one, that has not begun: what a new study keeps. */
export function startStrategy(state: StudyState, families: readonly FamilyInfo[]): SavedStrategy {
  const id = state.plan.strategy ?? strategies[0]!.id;
  return { id, state: createSearch({ ...state, strategy: null }, id, families).toJSON() };
}

/** The search strategy of this study, from its saved state or, the first time, from the beginning. */
export function createSearch(state: StudyState, id: string, families: readonly FamilyInfo[]): SearchStrategy {
  const saved = state.strategy as SavedStrategy | null;
  return strategyById(id).create(settingOf(state, families), saved ? structuredClone(saved.state) : undefined);
}

/** What a strategy is told of the experiment: spaces as the user narrowed them, without what has no effect here. */
export function settingOf({ plan, facts }: StudyState, families: readonly FamilyInfo[]): SearchSetting {
  const searched = families
    .filter((family) => plan.families.includes(family.id) && !family.combines)
    .map((family) => (plan.engineering === 'off' ? withoutRecipes(family) : family))
    .map((family) => {
      const space = family.reference ? family.space : withClassWeights(family.space, plan, facts);
      return withChoices({ ...family, space: relevantSpace(space, facts) }, plan.space);
    });
  const warmStarts = (plan.warmStarts ?? []).flatMap(({ family: id, config }): Proposal[] => {
    const family = searched.find((candidate) => candidate.id === id && !candidate.reference);
    return family ? [{ family: id, config: confined(config, family.space) }] : [];
  });
  return {
    families: searched,
    facts,
    seed: plan.seed,
    higherIsBetter: metricById(plan.metric)?.higherIsBetter ?? true,
    fits: plan.validation.folds * plan.validation.repeats,
    budgetSeconds: plan.budget.seconds,
    warmStarts,
  };
}
