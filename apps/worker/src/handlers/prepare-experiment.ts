import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { AppError, type DatasetProfile, type ExperimentRequest, serialiseError } from '@laurel/contracts';
import { metricById } from '@laurel/evaluation';
import { type PreparedSummary, resultOf } from '@laurel/pool';
import { type Handler, JobPostponed, jobs } from '@laurel/queue';
import { blobKeys } from '@laurel/storage';
import { codeVersion, engineVersions } from '../code-version.ts';
import { persist } from '../persist.ts';
import type { Resources } from '../resources.ts';
import { withFolder } from '../scratch.ts';
import { studyPortFor } from '../study-port.ts';

const limitMs = 10 * 60_000;
const mostCrashes = 2;
/** Between two looks at a dataset that is still being read. */
const waitMs = 300;

/** Makes the plan, checks for leaks, splits, stores the prepared data and begins the study: its first trials follow. */
export function prepareExperiment(resources: Resources): Handler<'prepare-experiment'> {
  const { db, log } = resources;
  return async ({ experimentId }, { attempt }) => {
    const experiment = await db.internal.experimentForPreparing(experimentId, resources.workerId);
    if (experiment?.status !== 'queued') return;
    try {
      await prepare(resources, experiment);
    } catch (error) {
      if (error instanceof JobPostponed) throw error;
      const known = serialiseError(error);
      const mayPass = error instanceof AppError ? error.retryable : true;
      const lastAttempt =
        attempt >= (known.code === 'TRIAL_CRASHED' ? mostCrashes : jobs['prepare-experiment'].attempts);
      if ((mayPass && !lastAttempt) || known.code === 'CANCELLED') throw error;
      log('warn', 'an experiment could not be prepared', { experimentId, code: known.code, error: known.message });
      await persist('recording a failure', log, () => db.internal.experimentFailed(experimentId, known));
    }
    resources.ticker.touch(experimentId);
    resources.relay.kick();
  };
}

interface Preparing {
  id: string;
  datasetId: string;
  request: ExperimentRequest;
  seed: number;
}

async function prepare(resources: Resources, experiment: Preparing): Promise<void> {
  const { db, storage, log, scratch } = resources;
  const profile = await profileOf(resources, experiment.datasetId);
  await withFolder(scratch, async (folder) => {
    const outPath = join(folder, 'prepared');
    const summary = await split(resources, experiment, profile, outPath);
    const key = blobKeys.prepared(experiment.id);
    await persist('storing prepared data', log, () => storage.put(key, createReadStream(outPath)));
    const { plan, inputs, splitSha256, facts } = summary;
    const metric = metricById(plan.metric);
    if (!metric) throw new AppError('METRIC_UNKNOWN', `There is no metric ${plan.metric}. Choose another.`);
    const { id, label, higherIsBetter } = metric;
    const input = {
      plan,
      inputs,
      splitSha256,
      codeVersion,
      engine: engineVersions(),
      parallelism: await slotsOfAll(resources),
      metric: { id, label, higherIsBetter },
    };
    const study = studyPortFor(facts);
    await persist('beginning an experiment', log, () => db.internal.experimentPrepared(experiment.id, input, study));
  });
}

/** The profile; while the dataset is still being read the job comes again. */
async function profileOf({ db }: Resources, datasetId: string): Promise<DatasetProfile> {
  const profile = await db.internal.datasetProfile(datasetId);
  if (profile) return profile;
  if (await db.internal.datasetForProfiling(datasetId)) throw new JobPostponed(waitMs);
  // it may have become ready between the two questions
  const late = await db.internal.datasetProfile(datasetId);
  if (late) return late;
  throw new AppError(
    'STATE_INVALID',
    'The dataset could not be read, so there is nothing to train on. Upload it again.',
  );
}

async function split(
  { storage, tables, shutdown }: Resources,
  { datasetId, request, seed }: Preparing,
  profile: DatasetProfile,
  outPath: string,
): Promise<PreparedSummary> {
  const tablePath = await storage.localPath(blobKeys.datasetTable(datasetId));
  const outcome = await tables.run(
    { kind: 'prepare', tablePath, profile, request, seed, outPath },
    { hardMs: limitMs, signal: shutdown },
  );
  return resultOf(outcome);
}

/** Trials that all live workers together run at a time. */
async function slotsOfAll({ db, slots, workerId }: Resources): Promise<number> {
  const others = (await db.internal.liveWorkers()).filter((worker) => worker.id !== workerId);
  return others.reduce((sum, worker) => sum + worker.slots, slots);
}
