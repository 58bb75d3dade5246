import type { ModelComparison, ModelView } from '@laurel/contracts';
import type { ComputeThreads } from '../compute/threads.ts';

interface ModelFiles {
  model: { id: string };
  preparedPath: string;
  predictionsPath: string;
}

/** Models side by side: their views, hyperparameters by name, and a paired test of every two on the rows that all of them predicted. */
export async function compareModels(
  models: readonly ModelView[],
  files: readonly ModelFiles[],
  foldScores: ReadonlyMap<string, number[]>,
  threads: ComputeThreads,
): Promise<ModelComparison> {
  const { metric } = models[0]!;
  const compared = files.map(({ model, preparedPath, predictionsPath }) => ({
    modelId: model.id,
    foldScores: foldScores.get(model.id) ?? [],
    preparedPath,
    predictionsPath,
  }));
  const { pairs, rows } = await threads.run('compare', { models: compared });
  return { metric, models: [...models], parameters: parametersOf(models), pairs, rows };
}

function parametersOf(models: readonly ModelView[]): ModelComparison['parameters'] {
  const names = [...new Set(models.flatMap((model) => Object.keys(model.config)))].sort();
  return names.map((name) => {
    const values = models.map((model) => (Object.hasOwn(model.config, name) ? model.config[name] : null));
    const texts = new Set(values.map((value) => JSON.stringify(value)));
    return { name, values, differs: texts.size > 1 };
  });
}
