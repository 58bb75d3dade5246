import { z } from '@hono/zod-openapi';
import { AppError, endedStatuses, newId } from '@laurel/contracts';
import type { JobView } from '@laurel/db';
import { defineRoute } from '../http/define-route.ts';

/** Name of the background job. */
export const refitKind = 'refit-model';

export const refitJobView = z.object({
  id: z.string(),
  kind: z.literal(refitKind),
  /** the model that is fitted again */
  modelId: z.string(),
  status: z.enum(['queued', 'running', 'completed', 'failed']),
  /** the new model, once the job is completed */
  newModelId: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  createdAt: z.string(),
});

export function refitView(job: JobView): z.infer<typeof refitJobView> {
  const { modelId } = job.input as { modelId: string };
  const result = job.result as { modelId: string } | null;
  const { id, status, error, createdAt } = job;
  return { id, kind: refitKind, modelId, status, newModelId: result?.modelId ?? null, error, createdAt };
}

export const refitRoutes = [
  defineRoute({
    method: 'post',
    path: '/models/{id}/refit',
    auth: 'actor',
    action: 'experiment.create',
    tag: 'Models',
    summary: 'Make a new model of this one: fitted on all training rows, or distilled into a small one',
    params: { id: 'model' },
    body: z.strictObject({ kind: z.enum(['full', 'distilled']).default('full') }),
    status: 202,
    response: refitJobView,
    handler: async ({ platform, actor, params, body }) => {
      const { projectId } = await platform.db.access.check(actor, 'experiment.create', {
        kind: 'model',
        id: params.id,
      });
      const model = await platform.db.models.get(actor, params.id);
      const { status } = await platform.db.experiments.get(actor, model.experimentId);
      if (!endedStatuses.includes(status)) {
        throw new AppError('STATE_INVALID', 'The experiment still runs. Fit the model again when it has ended.');
      }
      if (!model.hasArtifact) {
        throw new AppError('STATE_INVALID', 'The file of this model was not kept, so it cannot be fitted again.');
      }
      const input = { modelId: params.id, kind: body.kind };
      const job = await platform.db.jobs.create(actor, {
        ...{ id: newId('job'), projectId, kind: refitKind, action: 'experiment.create', input },
      });
      return { body: refitView(job) };
    },
  }),
];
