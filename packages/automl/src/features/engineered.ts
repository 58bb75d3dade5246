import type { ClockDecisions } from '@laurel/contracts';
import { selectRows } from '@laurel/tabular';
import { joinStates, partOf } from '../models/states.ts';
import type { Family, FitInput, FittedModel, ModelState } from '../models/types.ts';
import { recipeClock } from './recipe/clock.ts';
import { type Recipe, restoreRecipe } from './recipe/stored.ts';
import { fitRecipe } from './recipe.ts';
import { asksFor, recipeSpace } from './recipe-space.ts';
import { onUsedRows } from './used-rows.ts';

/**
 * A family behind the recipe of its configuration: features are made from the training rows of a fit, the family sees
 * the table with them, and its model makes them again of whatever it is asked about.
 */
export function engineered(family: Family): Family {
  return {
    async fit(input) {
      if (!asksForFeatures(input)) return family.fit(input);
      const { recipe, decided, ...data } = await prepare(input);
      const model = await family.fit({
        ...input,
        ...data,
        features: { off: false, dropped: [], coded: codedBy(recipe) },
      });
      return recipe || decided ? behind(recipe, model, decided) : model;
    },
    async restore(state) {
      const header = state.header as Record<string, unknown> | null;
      if (!header || typeof header !== 'object' || !('recipe' in header && 'model' in header))
        return family.restore(state);
      const model = await family.restore(partOf(state, 'model'));
      return behind(restoreRecipe(partOf(state, 'recipe')), model);
    },
  };
}

/** Columns that have a feature of their own that stands for their levels. */
function codedBy(recipe: Recipe | null): ReadonlySet<string> {
  const made = recipe?.generated ?? [];
  return new Set(
    made.flatMap(({ name, from }) => (from.length === 1 && name.startsWith('target mean of') ? from : [])),
  );
}

function asksForFeatures({ config, features }: FitInput): boolean {
  return !features?.off && Object.keys(recipeSpace).some((name) => asksFor(config, name));
}

/** The data of a fit with the features, of the rows that it uses; what is learnt comes from the training rows. */
async function prepare(input: FitInput) {
  const clock = recipeClock(input);
  input.signal?.throwIfAborted();
  const { train, validation } = onUsedRows(input);
  const { recipe, enriched, decided } = await fitRecipe({
    table: train.features,
    rows: train.rows,
    target: train.target,
    task: input.task,
    classes: input.classes,
    labels: input.labels,
    blocks: train.blocks,
    config: input.config,
    seed: input.seed,
    dropped: input.features?.dropped ?? [],
    clock,
  });
  const own = validation?.features === train.features ? enriched : null;
  return {
    recipe,
    decided,
    train: { ...train, features: enriched },
    validation: validation && {
      ...validation,
      features: own ?? (recipe ? recipe.transform(validation.features) : validation.features),
    },
  };
}

function behind(recipe: Recipe | null, model: FittedModel, clockOfRecipe?: ClockDecisions): FittedModel {
  const decided = clockOfRecipe ? { ...model.decided, ...clockOfRecipe } : model.decided;
  return {
    ...model,
    ...(decided ? { decided } : {}),
    ...(recipe ? { generated: recipe.generated } : {}),
    predict(table, rows, history) {
      if (!recipe) return model.predict(table, rows, history);
      return model.predict(recipe.transform(rows ? selectRows(table, rows) : table), undefined, history);
    },
    state: (): ModelState => (recipe ? joinStates({ recipe: recipe.state(), model: model.state() }) : model.state()),
    dispose: () => model.dispose(),
  };
}
