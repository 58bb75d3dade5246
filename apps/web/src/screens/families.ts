import type { catalog } from '@laurel/automl/catalog';

/** A family of the engine's catalog: its hyperparameters with ranges and defaults. Pages hand the catalog down. */
export type FamilyDetails = (typeof catalog)[number];
export type FamilyParameter = FamilyDetails['space'][string];

/** The families that can be asked for by name in a task; forecasts are learnt by families of values too. */
export function familiesOf(families: readonly FamilyDetails[], task: FamilyDetails['tasks'][number]): string[] {
  return families
    .filter(({ combines, reference, tasks }) => {
      if (combines) return false;
      return tasks.includes(task) || (task === 'forecast' && !reference && tasks.includes('regression'));
    })
    .map(({ id }) => id);
}
