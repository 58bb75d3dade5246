import type { Actor } from '@laurel/access';
import {
  createStudy,
  dataFacts,
  encodePredictions,
  encodePrepared,
  families,
  planExperiment,
  prepareData,
  runTrial,
  type StudyEvent,
  type StudyState,
  step,
} from '@laurel/automl';
import { experimentRequest, newId } from '@laurel/contracts';
import type { Db, StudyPort } from '@laurel/db';
import { type BlobStore, blobKeys } from '@laurel/storage';
import { encodeTable, profileTable, type Table } from '@laurel/tabular';

/** What a worker does, by hand: a dataset, an experiment with these families and their trained models, in a real database. */
export async function trainInDatabase(options: {
  db: Db;
  blobs: BlobStore;
  actor: Actor;
  table: Table;
  target: string;
  families: string[];
}) {
  const { db, blobs, actor, table } = options;
  const project = await db.projects.create(actor, { name: 'Flowers' });
  const datasetId = newId('dataset');
  await db.datasets.create(actor, {
    id: datasetId,
    projectId: project.id,
    name: 'flowers.csv',
    bytes: 1,
    sha256: '0'.repeat(64),
    contentType: 'text/csv',
    parse: {},
    source: { kind: 'upload', note: null },
  });
  const profile = profileTable(table);
  await blobs.put(blobKeys.datasetTable(datasetId), encodeTable(table));
  await db.internal.datasetReady(datasetId, profile);
  const request = experimentRequest.parse({
    datasetId,
    target: options.target,
    families: options.families,
    budget: { trials: options.families.length },
    validation: { kind: 'kfold', folds: 3 },
  });
  const experiment = await db.experiments.create(actor, { request, seed: 1 });
  const prepared = prepareData(table, planExperiment({ profile, request, seed: 1 }));
  await blobs.put(blobKeys.prepared(experiment.id), encodePrepared(prepared));
  const study: StudyPort = {
    create: (plan) => createStudy(plan, { facts: dataFacts(prepared), families }),
    step: (state, event) => step(state as StudyState, event as StudyEvent, families),
  };
  await db.internal.experimentPrepared(
    experiment.id,
    {
      plan: prepared.plan,
      inputs: prepared.inputs,
      splitSha256: prepared.splitSha256,
      codeVersion: 'test',
      parallelism: 1,
      metric: { id: prepared.plan.metric, label: prepared.plan.metric, higherIsBetter: false },
    },
    study,
  );
  const outputs = Math.max(1, prepared.plan.labels.length);
  for (const trial of await db.experiments.trials(actor, experiment.id)) {
    const claimed = await db.internal.claimTrial(trial.id, 'test');
    if (claimed === null || claimed.kind !== 'model') continue;
    const outcome = await runTrial(prepared, { ...claimed, capMs: 60_000 }, { now: () => performance.now() });
    if (outcome.status === 'failed') throw new Error(outcome.failure.message);
    if (outcome.status === 'pruned') throw new Error(outcome.reason);
    const { oof, holdout, ...result } = outcome;
    await blobs.put(blobKeys.predictions(experiment.id, trial.id), encodePredictions({ outputs, oof, holdout }));
    const report = { ...result, holdoutMetrics: null, seconds: result.fitSeconds, peakMb: 1 };
    await db.internal.finishTrial(trial.id, claimed.attemptId, { status: 'completed', result: report }, study);
  }
  const models = await db.experiments.models(actor, experiment.id);
  return { projectId: project.id, datasetId, experimentId: experiment.id, prepared, models };
}
