import { Readable } from 'node:stream';
import type { Actor } from '@laurel/access';
import {
  AppError,
  type BatchReport,
  batchReport,
  newId,
  type SerialisedError,
  serialiseError,
} from '@laurel/contracts';
import { blobKeys } from '@laurel/storage';
import { z } from 'zod';
import { notFound } from '../http/validate.ts';
import { log } from '../log.ts';
import type { Platform } from '../platform.ts';
import { jsonOf } from '../serve-client.ts';
import { tableOfDataset } from './dataset-table.ts';

/** The record of a batch prediction, kept beside its files, so that it outlives this process. */
const record = z.object({
  schemaVersion: z.literal(1),
  id: z.string(),
  modelId: z.string(),
  /** null: the table was sent with the request and lies in the store */
  datasetId: z.string().nullable(),
  createdBy: z.string(),
  createdAt: z.string(),
  status: z.enum(['running', 'completed', 'failed']),
  report: batchReport.nullable(),
  error: z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) }).nullable(),
});
export type BatchJob = z.infer<typeof record>;

/** A quick table is done within the request that sent it; the answer then says so at once. */
const patienceMs = 1_500;
const scoringLimitMs = 30 * 60_000;

const running = new Map<string, Promise<BatchJob>>();

/** Starts the job once its table is in the store (or named by `datasetId`); answers the job as it is a moment later. */
export async function startBatch(
  platform: Platform,
  actor: Actor,
  job: { id: string; modelId: string; datasetId: string | null },
): Promise<BatchJob> {
  const fresh: BatchJob = {
    schemaVersion: 1,
    ...job,
    createdBy: actor.userId,
    createdAt: new Date().toISOString(),
    status: 'running',
    report: null,
    error: null,
  };
  await write(platform, fresh);
  return settledSoon(fresh, run(platform, fresh, actor.requestId));
}

/** The job as it is now. One that a restart of the server cut off is taken up again: its table is still there. */
export async function batchJob(platform: Platform, actor: Actor, id: string): Promise<BatchJob> {
  if (!(await platform.blobs.exists(blobKeys.jobRecord(id)))) throw notFound('job');
  const bytes = await platform.blobs.read(blobKeys.jobRecord(id));
  const job = record.parse(JSON.parse(new TextDecoder().decode(bytes)));
  try {
    await platform.db.access.check(actor, 'predict', { kind: 'model', id: job.modelId });
  } catch (error) {
    // the caller asked for a job, so a model that is out of sight must not be named
    throw error instanceof AppError && error.code === 'NOT_FOUND' ? notFound('job') : error;
  }
  if (job.status !== 'running') return job;
  return settledSoon(job, run(platform, job, actor.requestId));
}

/** The scored table. STATE_INVALID before it is there. */
export async function batchOutput(platform: Platform, job: BatchJob): Promise<ReadableStream<Uint8Array>> {
  if (job.status !== 'completed') {
    throw new AppError('STATE_INVALID', 'The table is not scored yet, or scoring failed. Look at the job first.');
  }
  return Readable.toWeb(await platform.blobs.get(blobKeys.batchOutput(job.id))) as ReadableStream<Uint8Array>;
}

async function settledSoon(job: BatchJob, work: Promise<BatchJob>): Promise<BatchJob> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<BatchJob>((resolve) => {
    timer = setTimeout(() => resolve(job), patienceMs);
  });
  try {
    return await Promise.race([work, patience]);
  } finally {
    clearTimeout(timer);
  }
}

function run(platform: Platform, job: BatchJob, requestId: string | null): Promise<BatchJob> {
  const known = running.get(job.id);
  if (known) return known;
  const work = score(platform, job, requestId)
    .then((report): BatchJob => ({ ...job, status: 'completed', report }))
    .catch((failure: unknown): BatchJob => {
      if (!(failure instanceof AppError)) log('error', 'a batch prediction failed', { jobId: job.id, failure });
      return { ...job, status: 'failed', error: publicError(failure) };
    })
    .then(async (ended) => {
      await write(platform, ended);
      if (!job.datasetId) await platform.blobs.delete(blobKeys.batchInput(job.id));
      return ended;
    })
    .finally(() => running.delete(job.id));
  // whoever asked may be gone by then; the record says how it ended, or it is taken up again
  work.catch((failure: unknown) =>
    log('error', 'the end of a batch prediction was not kept', { jobId: job.id, failure }),
  );
  running.set(job.id, work);
  return work;
}

async function score(platform: Platform, job: BatchJob, requestId: string | null): Promise<BatchReport> {
  const body = job.datasetId
    ? tableOfDataset(platform, job.datasetId, requestId ?? job.id)
    : Readable.toWeb(await platform.blobs.get(blobKeys.batchInput(job.id)));
  const ask = { actor: null, requestId: requestId ?? newId('request'), timeoutMs: scoringLimitMs };
  const scored = (await jsonOf(
    await platform.serve.ask({
      method: 'POST',
      path: `/internal/models/${job.modelId}/score`,
      raw: { body: body as ReadableStream<Uint8Array>, contentType: 'text/csv' },
      ...ask,
    }),
  )) as { id: string; report: unknown };
  const file = await platform.serve.ask({ method: 'GET', path: `/internal/scores/${scored.id}`, ...ask });
  if (!file.ok || !file.body) await jsonOf(file);
  await platform.blobs.put(blobKeys.batchOutput(job.id), file.body as unknown as AsyncIterable<Uint8Array>);
  return batchReport.parse(scored.report);
}

function publicError(failure: unknown): SerialisedError {
  if (failure instanceof AppError) return serialiseError(failure);
  return {
    code: 'INTERNAL',
    message: 'The table could not be scored because something failed on our side. Send it again.',
    details: {},
  };
}

async function write(platform: Platform, job: BatchJob): Promise<void> {
  await platform.blobs.put(blobKeys.jobRecord(job.id), new TextEncoder().encode(JSON.stringify(job)));
}
