import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  encodePredictions,
  encodePrepared,
  type PlanRequest,
  type PreparedData,
  planExperiment,
  prepareData,
  runTrial,
  sha256Hex,
  type TrialResult,
} from '@laurel/automl';
import type { DatasetProfile } from '@laurel/contracts';
import { type Column, createRandom, profileTable, type Table } from '@laurel/tabular';
import { writeTableFile } from '@laurel/tabular/readers';

export interface TrainedModel {
  trialNumber: number;
  family: string;
  config: Record<string, unknown>;
  artifact: Uint8Array;
  sha256: string;
  result: TrialResult;
}
export interface Trained {
  table: Table;
  profile: DatasetProfile;
  prepared: PreparedData;
  models: TrainedModel[];
}

/** 300 flowers: two lengths, a colour with a missing level, a date, a column called `__proto__`; the species follows from the lengths. */
export function flowers(rows = 300): Table {
  const random = createRandom(5);
  const species = Int32Array.from({ length: rows }, (_, i) => i % 3);
  const length = Float64Array.from(species, (kind, i) => (i % 29 === 0 ? Number.NaN : 3 + 2 * kind + random.normal()));
  const width = Float64Array.from(species, (kind) => 2 + kind + 0.8 * random.normal());
  const colours = Int32Array.from(species, (kind, i) =>
    i % 31 === 0 ? -1 : (kind + (random.next() < 0.3 ? 1 : 0)) % 3,
  );
  const seen = Float64Array.from({ length: rows }, (_, i) => Date.UTC(2024, 0, 1) + (i % 90) * 86_400_000);
  const columns: Column[] = [
    { name: 'length', type: 'numeric', values: length },
    { name: 'width', type: 'numeric', values: width },
    { name: 'colour', type: 'categorical', codes: colours, levels: ['blue', 'red', 'white'] },
    { name: 'seen', type: 'datetime', values: seen, dateFormat: 'YYYY-MM-DD' },
    { name: '__proto__', type: 'numeric', values: width.map((value) => value * 2 + random.normal()) },
    { name: 'species', type: 'categorical', codes: species, levels: ['iris', 'lily', 'rose'] },
  ];
  return { rows, columns };
}

/** Plans, prepares and trains for real, a few trials of one fold each. */
export async function train(
  table: Table,
  target: string,
  families: readonly { family: string; config?: Record<string, unknown> }[],
  options: Pick<PlanRequest, 'holdout' | 'task' | 'validation'> = {},
): Promise<Trained> {
  const profile = profileTable(table);
  const request = { target, budget: { trials: families.length }, validation: { kind: 'kfold', folds: 3 }, ...options };
  const prepared = prepareData(table, planExperiment({ profile, request, seed: 1 }));
  const models: TrainedModel[] = [];
  for (const [index, { family, config = {} }] of families.entries()) {
    const spec = { number: index + 1, kind: 'model' as const, family, config, seed: index, capMs: 60_000 };
    const outcome = await runTrial(prepared, spec, { now: () => performance.now() });
    if (outcome.status !== 'completed')
      throw new Error(`${family}: ${outcome.status === 'failed' ? outcome.failure.message : outcome.reason}`);
    const { artifact } = outcome;
    models.push({ trialNumber: spec.number, family, config, artifact, sha256: sha256Hex(artifact), result: outcome });
  }
  return { table, profile, prepared, models };
}

/** Writes what the platform keeps of a run; answers the paths. */
export async function writeRun(directory: string, run: Trained) {
  await mkdir(directory, { recursive: true });
  const paths = {
    table: join(directory, 'table'),
    prepared: join(directory, 'prepared'),
    predictions: (trialNumber: number) => join(directory, `predictions-${trialNumber}`),
  };
  await writeTableFile(paths.table, run.table);
  await writeFile(paths.prepared, encodePrepared(run.prepared));
  const outputs = Math.max(1, run.prepared.plan.labels.length);
  for (const { trialNumber, result } of run.models) {
    const { oof, holdout } = result;
    await writeFile(paths.predictions(trialNumber), encodePredictions({ outputs, oof, holdout }));
  }
  return paths;
}
