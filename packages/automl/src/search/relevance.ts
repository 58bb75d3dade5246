import type { DataFacts, Parameter, SearchSpace } from '../models/types.ts';

/** The parameters of a space that can change a model on data with these facts. */
export function relevantSpace(space: SearchSpace, facts: DataFacts): SearchSpace {
  return Object.fromEntries(Object.entries(space).filter(([, parameter]) => isRelevant(parameter, facts)));
}

function isRelevant({ when }: Parameter, facts: DataFacts): boolean {
  if (when?.tasks && !when.tasks.includes(facts.task)) return false;
  if (when?.numeric && facts.numericFeatures === 0) return false;
  return when?.levelsAbove === undefined || (facts.categoricalFeatures > 0 && facts.levels > when.levelsAbove);
}
