import { evaluateModel, modelImportance, partialDependence, planWithTable } from '@laurel/automl';
import type { DatasetProfile, ExperimentRequest } from '@laurel/contracts';
import { deriveSeed, sliceRows, type Table } from '@laurel/tabular';
import { compareStored, type StoredModel, tiesOfStored } from './comparisons.ts';
import { predictedRowsOf, predictionsCsv, type Split, splitsCsv, splitsJson } from './downloads.ts';
import { readPredictions, readPrepared, readTable } from './files.ts';
import type { ThreadModels } from './models.ts';
import { type ScoreInput, scoreFile } from './score.ts';

interface Stored {
  preparedPath: string;
  predictionsPath: string;
}
type WithArtifact = { artifact: { sha256: string } };

/** Everything a compute thread can do. Inputs are plain data and paths of local files. */
const tasks = {
  predict: async (input: WithArtifact & { table: Table }, models: ThreadModels) => {
    const model = models.get(input.artifact.sha256);
    const before = performance.now();
    const outputs = model.predict(input.table);
    return { outputs, ms: performance.now() - before };
  },
  score: (input: ScoreInput, models: ThreadModels) => scoreFile(input, models.get(input.artifact.sha256)),
  splits: async (input: { preparedPath: string }) => splitsJson(await readPrepared(input.preparedPath)),
  'splits-csv': async (input: { preparedPath: string }) => splitsCsv(await readPrepared(input.preparedPath)),
  predictions: async (input: Stored & { split: Split }) => {
    const prepared = await readPrepared(input.preparedPath);
    return [...predictedRowsOf(prepared, await readPredictions(input.predictionsPath), input.split)];
  },
  'predictions-csv': async (input: Stored & { split: Split }) =>
    predictionsCsv(await readPrepared(input.preparedPath), await readPredictions(input.predictionsPath), input.split),
  evaluation: async (input: Stored & { split: Split; threshold?: number | undefined }) => {
    const prepared = await readPrepared(input.preparedPath);
    const stored = await readPredictions(input.predictionsPath);
    const { split, threshold } = input;
    return evaluateModel({ prepared, predictions: stored[split], split, threshold: threshold ?? stored.threshold });
  },
  importance: async (input: WithArtifact & { preparedPath: string; split: Split }, models: ThreadModels) =>
    modelImportance(models.get(input.artifact.sha256), await readPrepared(input.preparedPath), { split: input.split }),
  'partial-dependence': async (
    input: WithArtifact & { preparedPath: string; feature: string; ice: number },
    models: ThreadModels,
  ) => {
    const { features, trainingRows, plan } = await readPrepared(input.preparedPath);
    // training rows only: the holdout stays sealed, its spread over the grid included
    return partialDependence(models.get(input.artifact.sha256), sliceRows(features, 0, trainingRows), input.feature, {
      iceRows: input.ice,
      seed: deriveSeed(plan.seed, 'partial-dependence'),
    });
  },
  compare: async (input: { models: (Stored & { modelId: string; foldScores: number[] })[] }) => {
    const stored: StoredModel[] = [];
    for (const { modelId, foldScores, preparedPath, predictionsPath } of input.models) {
      const prepared = await readPrepared(preparedPath);
      stored.push({ modelId, foldScores, prepared, predictions: await readPredictions(predictionsPath) });
    }
    return compareStored(stored);
  },
  ties: async (input: {
    preparedPath: string;
    models: { modelId: string; score: number; predictionsPath: string }[];
  }) => {
    const prepared = await readPrepared(input.preparedPath);
    const stored = [];
    for (const { modelId, score, predictionsPath } of input.models) {
      const { oof, threshold } = await readPredictions(predictionsPath);
      stored.push({ modelId, score, oof, threshold });
    }
    return tiesOfStored(prepared, stored);
  },
  plan: async (input: { profile: DatasetProfile; tablePath: string; request: ExperimentRequest; seed: number }) => {
    const { profile, request, seed } = input;
    return planWithTable({ profile, table: await readTable(input.tablePath), request, seed });
  },
};

type Tasks = typeof tasks;
export type TaskName = keyof Tasks;
export type TaskInput<N extends TaskName> = Parameters<Tasks[N]>[0];
export type TaskOutput<N extends TaskName> = Awaited<ReturnType<Tasks[N]>>;

export async function runTask(name: string, input: unknown, models: ThreadModels): Promise<unknown> {
  if (!Object.hasOwn(tasks, name)) throw new Error(`there is no task ${name}`);
  const run = tasks[name as TaskName] as (input: unknown, models: ThreadModels) => Promise<unknown>;
  return run(input, models);
}

/** Hashes of the models that a task's input names. */
export function shasOf(input: unknown): string[] {
  const artifact = (input as { artifact?: { sha256: string } }).artifact;
  return artifact === undefined ? [] : [artifact.sha256];
}
