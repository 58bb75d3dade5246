import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, endedStatuses, idPrefixes, serialiseError } from '@laurel/contracts';
import { resultOf } from '@laurel/pool';
import { type Handler, jobs } from '@laurel/queue';
import { blobKeys } from '@laurel/storage';
import { persist } from '../persist.ts';
import type { Resources } from '../resources.ts';
import { withFolder } from '../scratch.ts';

interface RefitInput {
  modelId: string;
  kind: 'full' | 'distilled';
}

/** Longest time of one refit. */
const limitMs = 60 * 60_000;

/** Makes a new model of one that was trained, and records it as the job's result. The old one stays as it is. */
export function refitModel(resources: Resources): Handler<'refit-model'> {
  const { db, log } = resources;
  return async ({ jobId }, { attempt }) => {
    const job = await db.internal.jobStarted(jobId);
    if (!job) return;
    const input = job.input as RefitInput;
    try {
      const modelId = await refit(resources, jobId, input);
      await persist('recording a refit', log, () => db.internal.jobFinished(jobId, { result: { modelId } }));
    } catch (error) {
      const mayPass = error instanceof AppError ? error.retryable : true;
      const known = serialiseError(error);
      // a worker that is stopped gives the job back
      if ((mayPass && attempt < jobs['refit-model'].attempts) || known.code === 'CANCELLED') throw error;
      log('warn', 'a model could not be fitted again', { modelId: input.modelId, error: known.message });
      await persist('recording a failure', log, () => db.internal.jobFinished(jobId, { error: known }));
    }
  };
}

async function refit(resources: Resources, jobId: string, { modelId, kind }: RefitInput): Promise<string> {
  const { db, storage, trials, scratch, log, shutdown } = resources;
  const source = await db.internal.modelForRefit(modelId);
  if (!source) throw new AppError('NOT_FOUND', 'The model is gone.');
  const { artifactSha256, experimentId, name, seed } = source;
  if (artifactSha256 === null || !endedStatuses.includes(source.experimentStatus)) {
    throw new AppError('STATE_INVALID', 'A model is fitted again once its experiment has ended and while it is kept.');
  }
  return withFolder(scratch, async (folder) => {
    const artifactPath = join(folder, 'model');
    await writeFile(artifactPath, await db.internal.readArtifact(artifactSha256));
    const preparedPath = await storage.localPath(blobKeys.prepared(experimentId));
    const request = { preparedPath, preparedKey: experimentId, artifactPath, how: kind, name, seed };
    const options = { hardMs: limitMs, signal: shutdown, keys: [`prepared ${experimentId}`] };
    const outcome = await trials.run({ kind: 'refit', ...request }, options);
    const answer = resultOf(outcome);
    if (answer.status !== 'completed') throw new AppError('STATE_INVALID', 'The fit ended without a model.');
    // of the job's own: a job that is delivered twice makes one model
    const trialId = `${idPrefixes.trial}${jobId.slice(jobId.indexOf('_'))}`;
    await storage.put(blobKeys.predictions(experimentId, trialId), answer.predictions);
    const { predictions: _, status: __, members: ___, ...result } = answer;
    const { seconds, peakMb } = outcome;
    const made = { kind, trialId, result, seconds, peakMb };
    return persist('storing a refitted model', log, () => db.internal.modelRefitted(source, made));
  });
}
