import type { DataFacts, Parameter, SearchSpace } from '../models/types.ts';

/** The parameters of a space that can change a model on data with these facts. */
export function relevantSpace(space: SearchSpace, facts: DataFacts): SearchSpace {
  return Object.fromEntries(Object.entries(space).filter(([, parameter]) => isRelevant(parameter, facts)));
}

function isRelevant({ when }: Parameter, facts: DataFacts): boolean {
  if (when?.tasks && !when.tasks.includes(facts.task)) return false;
  if (when?.numeric && facts.numericFeatures === 0) return false;
  if (!canMake(when, facts)) return false;
  return when?.levelsAbove === undefined || (facts.categoricalFeatures > 0 && facts.levels > when.levelsAbove);
}

function canMake(when: Parameter['when'], { made, numericFeatures }: DataFacts): boolean {
  const { keys, numbers, dates, texts, missing } = when ?? {};
  if (keys === undefined && numbers === undefined && !dates && !texts && !missing) return true;
  if (!made) return false;
  return (
    made.keys >= (keys ?? 0) &&
    numericFeatures - made.dates >= (numbers ?? 0) &&
    made.dates >= (dates ?? 0) &&
    made.texts >= (texts ?? 0) &&
    made.missing >= (missing ? 1 : 0)
  );
}
