import { z } from '@hono/zod-openapi';
import type { Actor } from '@laurel/access';
import { AppError, batchReport, newId } from '@laurel/contracts';
import { blobKeys } from '@laurel/storage';
import { type BatchJob, batchJob, batchOutput, startBatch } from '../batch/jobs.ts';
import { mediaType, readBody } from '../http/body.ts';
import { defineRoute } from '../http/define-route.ts';
import { attachment } from '../http/headers.ts';
import { parseJson } from '../http/json.ts';
import { checkBody, checkRefs } from '../http/validate.ts';
import type { Platform } from '../platform.ts';
import { receiveFile } from '../upload/receive-file.ts';
import { refitJobView, refitKind, refitView } from './refit.ts';

const jobView = z.object({
  id: z.string(),
  kind: z.literal('batch-predictions'),
  modelId: z.string(),
  status: z.enum(['queued', 'running', 'completed', 'failed']),
  report: batchReport.nullable(),
  downloadUrl: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) }).nullable(),
  createdAt: z.string(),
});
const datasetBody = z.strictObject({ datasetId: z.string() });

function viewOf(job: BatchJob): z.infer<typeof jobView> {
  const { id, modelId, status, report, error, createdAt } = job;
  const downloadUrl = status === 'completed' ? `/api/v1/jobs/${id}/download` : null;
  return { id, kind: 'batch-predictions', modelId, status, report, downloadUrl, error, createdAt };
}

/** Jobs of workers are rows; null for one that is not, or is out of sight. */
async function refitJob(platform: Platform, actor: Actor, id: string) {
  try {
    const job = await platform.db.jobs.get(actor, id);
    return job.kind === refitKind ? job : null;
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

export const batchRoutes = [
  defineRoute({
    method: 'post',
    path: '/models/{id}/batch-predictions',
    auth: 'actor',
    action: 'predict',
    tag: 'Models',
    summary: 'Score a whole table: a CSV as the body or the field "file" of a form, or {datasetId}',
    params: { id: 'model' },
    raw: ['text/csv', 'multipart/form-data', 'application/json'],
    rawSchema: datasetBody,
    refs: { 'body.datasetId': 'dataset' },
    status: 202,
    response: jobView,
    handler: async ({ platform, actor, params, request }) => {
      const { projectId } = await platform.db.access.check(actor, 'predict', { kind: 'model', id: params.id });
      const id = newId('job');
      let datasetId: string | null = null;
      if (mediaType(request) === 'application/json') {
        const body = checkBody(datasetBody, parseJson(await readBody(request))) as z.infer<typeof datasetBody>;
        checkRefs({ 'body.datasetId': 'dataset' }, {}, body);
        const dataset = await platform.db.datasets.get(actor, body.datasetId);
        if (dataset.status !== 'ready') {
          throw new AppError(
            'DATASET_NOT_READY',
            'The dataset is not ready to be scored. Look at its status and try again.',
          );
        }
        datasetId = dataset.id;
      } else {
        const file = await receiveFile(platform, request, blobKeys.batchInput(id));
        if (file.contentType !== 'text/csv') {
          await platform.blobs.deletePrefix(blobKeys.job(id));
          throw new AppError(
            'CONTENT_TYPE_UNSUPPORTED',
            'A file to score must be CSV. Upload other formats as a dataset, and send its id.',
          );
        }
      }
      await platform.db.audit.record(actor, {
        action: 'model.score_table',
        entity: { kind: 'model', id: params.id },
        projectId,
        after: { jobId: id, datasetId },
      });
      return { body: viewOf(await startBatch(platform, actor, { id, modelId: params.id, datasetId })) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/jobs/{id}',
    auth: 'actor',
    action: 'predict',
    tag: 'Jobs',
    summary: 'How a job is doing, its report and where to download its result',
    params: { id: 'job' },
    response: z.union([jobView, refitJobView]),
    handler: async ({ platform, actor, params: { id } }) => {
      const job = await refitJob(platform, actor, id);
      return { body: job ? refitView(job) : viewOf(await batchJob(platform, actor, id)) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/jobs/{id}/download',
    auth: 'actor',
    action: 'predict',
    tag: 'Jobs',
    summary: 'The scored table: the rows in their order with the predictions appended',
    params: { id: 'job' },
    produces: ['text/csv'],
    handler: async ({ platform, actor, params: { id } }) => {
      const job = await batchJob(platform, actor, id);
      return new Response(await batchOutput(platform, job), {
        headers: {
          'content-type': 'text/csv; charset=utf-8; header=present',
          'content-disposition': attachment(`predictions-${job.modelId}.csv`),
        },
      });
    },
  }),
];
