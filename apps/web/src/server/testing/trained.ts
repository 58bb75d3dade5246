import type { Actor } from '@laurel/access';
import {
  type ColumnProfile,
  type DatasetProfile,
  type DatasetView,
  type ExperimentPlan,
  type ExperimentView,
  experimentRequest,
  newId,
} from '@laurel/contracts';
import type { StudyPort } from '@laurel/db';
import { blobKeys } from '@laurel/storage';
import type { Platform } from '../platform.ts';

const column = (name: string, type: ColumnProfile['type']): ColumnProfile => ({
  name,
  type,
  inferredType: type,
  missing: 0,
  distinct: 2,
});

export const smallProfile: DatasetProfile = {
  schemaVersion: 1,
  rows: 4,
  columns: [column('x', 'numeric'), column('y', 'categorical')],
  duplicateRows: 0,
  correlations: null,
  findings: [],
  parse: { format: 'csv', encoding: 'utf-8', delimiter: ',' },
  visuals: [],
};

const plan: ExperimentPlan = {
  schemaVersion: 1,
  task: 'binary',
  target: 'y',
  labels: ['a', 'b'],
  positiveClass: 'b',
  metric: 'roc_auc',
  budget: { seconds: null, trials: 1 },
  holdoutFraction: 0,
  validation: { kind: 'kfold', folds: 2, repeats: 1 },
  rows: { total: 4, usable: 4, training: 4, holdout: 0 },
  features: [{ column: 'x', type: 'numeric' }],
  excluded: [],
  families: ['gbm'],
  seed: 1,
  warnings: [],
  sentences: ['Binary classification of y.'],
};

/** One trial, then the end: as much of a scheduler as a finished run needs. */
const oneTrial: StudyPort = {
  create: () => ({}),
  step(state, event) {
    const { type } = event as { type: string };
    const trial = { number: 1, kind: 'model', family: 'gbm', config: { depth: 3 }, seed: 1, capMs: 1000 };
    if (type === 'begin') return { state, actions: [{ type: 'run-trial', trial }] };
    if (type === 'trial-completed') {
      return { state, actions: [{ type: 'end', status: 'completed', winner: 1, message: null }] };
    }
    return { state, actions: [] };
  },
};

/** A dataset that was profiled. */
export async function readyDataset(
  platform: Platform,
  actor: Actor,
  projectId: string,
  name = 'table',
): Promise<DatasetView> {
  const id = newId('dataset');
  const stored = await platform.blobs.put(
    blobKeys.datasetSource(id),
    new TextEncoder().encode('x,y\n1,a\n2,b\n3,a\n4,b\n'),
  );
  const source = { kind: 'upload', note: null } as const;
  await platform.db.datasets.create(actor, {
    id,
    projectId,
    name,
    contentType: 'text/csv',
    parse: {},
    source,
    ...stored,
  });
  await platform.db.internal.datasetReady(id, smallProfile);
  return platform.db.datasets.get(actor, id);
}

/** An experiment that is queued on a ready dataset. */
export async function queuedExperiment(platform: Platform, actor: Actor, datasetId: string): Promise<ExperimentView> {
  const request = experimentRequest.parse({ datasetId, target: 'y', budget: { trials: 1 } });
  return platform.db.experiments.create(actor, { request, seed: 1 });
}

/** Prepares it: the plan is there and its one trial queued. */
export async function begin(platform: Platform, experimentId: string): Promise<void> {
  await platform.db.internal.experimentForPreparing(experimentId);
  await platform.db.internal.experimentPrepared(
    experimentId,
    {
      plan,
      inputs: [{ name: 'x', type: 'numeric', min: 1, max: 4, median: 2.5, example: 1 }],
      splitSha256: '0'.repeat(64),
      codeVersion: 'test',
      parallelism: 1,
      metric: { id: 'roc_auc', label: 'ROC AUC', higherIsBetter: true },
    },
    oneTrial,
  );
}

/** Runs the one trial to its end; the experiment is completed and has a model. Answers the model's id. */
export async function finishRun(
  platform: Platform,
  actor: Actor,
  experimentId: string,
  artifact = 'weights',
): Promise<string> {
  const { internal, experiments } = platform.db;
  const [trial] = await experiments.trials(actor, experimentId);
  const claimed = await internal.claimTrial(trial!.id, 'worker-of-the-tests');
  const result = {
    name: 'GBM depth 3',
    score: 0.9,
    foldScores: [0.88, 0.92],
    metrics: { roc_auc: 0.9, f1: 0.8 },
    holdoutMetrics: null,
    validation: { mean: 0.9, std: 0.02, ciLow: 0.85, ciHigh: 0.95 },
    fitSeconds: 0.5,
    predictMsPerRow: 0.01,
    seconds: 1,
    peakMb: 100,
    learningCurves: { iterations: [], iterationLabel: 'tree', sampleSize: [] },
    members: [],
    artifact: new TextEncoder().encode(artifact),
  };
  await internal.finishTrial(trial!.id, claimed!.attemptId, { status: 'completed', result }, oneTrial);
  const [model] = await experiments.models(actor, experimentId);
  return model!.id;
}
