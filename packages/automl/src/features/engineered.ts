import { selectRows } from '@laurel/tabular';
import { joinStates, partOf } from '../models/states.ts';
import type { Family, FitInput, FittedModel, ModelState } from '../models/types.ts';
import { fitRecipe, type Recipe, restoreRecipe } from './recipe.ts';
import { recipeSpace } from './recipe-space.ts';

/** Share of a fit's time that making features may take. */
const recipeShare = 0.3;

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
  if (features?.off) return false;
  return Object.entries(recipeSpace).some(
    ([name, { default: off }]) => config[name] !== undefined && config[name] !== off,
  );
}

/** The data of a fit with the features; what is learnt comes from the training rows. */
async function prepare(input: FitInput) {
  const { train, validation, deadlineMs, now } = input;
  const startMs = Number.isFinite(deadlineMs) ? now() : 0;
  const latestMs = startMs + recipeShare * (deadlineMs - startMs);
  const repeated = input.decided?.transformers;
  const goesOn = (done: number) => {
    input.signal?.throwIfAborted();
    if (input.decided) return typeof repeated !== 'number' || done < repeated;
    return !Number.isFinite(deadlineMs) || now() < latestMs;
  };
  let cut: number | undefined;
  const { recipe, enriched, transformersRun } = await fitRecipe({
    table: train.features,
    rows: train.rows,
    target: train.target,
    task: input.task,
    classes: input.classes,
    blocks: train.blocks,
    config: input.config,
    seed: input.seed,
    dropped: input.features?.dropped ?? [],
    goesOn: (done) => {
      const go = goesOn(done);
      if (!go) cut = done;
      return go;
    },
  });
  const own = validation?.features === train.features ? enriched : null;
  return {
    recipe,
    decided: cut === undefined ? undefined : transformersRun,
    train: { ...train, features: enriched },
    validation: validation && {
      ...validation,
      features: own ?? (recipe ? recipe.transform(validation.features) : validation.features),
    },
  };
}

function behind(recipe: Recipe | null, model: FittedModel, transformersRun?: number): FittedModel {
  const decided = transformersRun === undefined ? model.decided : { ...model.decided, transformers: transformersRun };
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
