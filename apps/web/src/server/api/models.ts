import { z } from '@hono/zod-openapi';
import type { Actor } from '@laurel/access';
import {
  AppError,
  evaluation,
  importance,
  isId,
  learningCurves,
  modelComparison,
  modelView,
  partialDependence,
} from '@laurel/contracts';
import { type Call, defineRoute } from '../http/define-route.ts';
import { listQuery, pageOf, pageRequest } from '../http/list.ts';
import { notFound } from '../http/validate.ts';
import { passOn, type ServeRequest } from '../serve-client.ts';

const tag = 'Models';
const params = { id: 'model' } as const;
type ModelCall = Call<Actor, { id: string }, Record<string, string | number | undefined>, unknown>;

/** Authorised by the database, computed by the prediction server. */
async function computed({ platform, actor, params, query, requestId, request }: ModelCall, what: string) {
  await platform.db.access.check(actor, 'model.read', { kind: 'model', id: params.id });
  const path = `/internal/models/${params.id}/${what}`;
  return passOn(await platform.serve.ask({ method: 'GET', path, query, actor, requestId, signal: request.signal }));
}

const columnName = z.string().min(1).max(500);
const split = z.enum(['oof', 'holdout']);

export const modelRoutes = [
  defineRoute({
    method: 'get',
    path: '/models',
    auth: 'actor',
    action: 'model.read',
    tag,
    summary: 'Models, newest first',
    query: listQuery(['createdAt', 'name'], { projectId: z.string().optional(), experimentId: z.string().optional() }),
    refs: { 'query.projectId': 'project', 'query.experimentId': 'experiment' },
    response: pageOf(modelView),
    handler: async ({ platform, actor, query }) => {
      const { projectId, experimentId } = query;
      return { body: await platform.db.models.list(actor, { projectId, experimentId }, pageRequest(query)) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/models/compare',
    auth: 'actor',
    action: 'model.read',
    tag,
    summary: 'Two to four models side by side: metrics, differing parameters, paired tests, overlaid curves',
    query: z.strictObject({ ids: z.string().max(500) }),
    response: modelComparison,
    handler: async ({ platform, actor, query, requestId, request }) => {
      const ids = query.ids.split(',').map((id) => id.trim());
      if (ids.length < 2 || ids.length > 4 || new Set(ids).size !== ids.length) {
        throw new AppError('PARAMETER_INVALID', 'Give two to four different model ids, with commas between them.');
      }
      for (const id of ids) {
        if (!isId('model', id)) throw notFound('model');
        await platform.db.access.check(actor, 'model.read', { kind: 'model', id });
      }
      const ask: ServeRequest = { method: 'POST', path: '/internal/models/compare', json: { ids }, actor, requestId };
      return passOn(await platform.serve.ask({ ...ask, signal: request.signal }));
    },
  }),
  defineRoute({
    method: 'get',
    path: '/models/{id}',
    auth: 'actor',
    action: 'model.read',
    tag,
    summary: 'One model: configuration, lineage, metrics, input schema',
    params,
    response: modelView,
    handler: async ({ platform, actor, params: { id } }) => ({ body: await platform.db.models.get(actor, id) }),
  }),
  defineRoute({
    method: 'get',
    path: '/models/{id}/learning-curves',
    auth: 'actor',
    action: 'model.read',
    tag,
    summary: 'Score per iteration, and per number of rows',
    params,
    response: learningCurves,
    handler: async ({ platform, actor, params: { id } }) => ({
      body: await platform.db.models.learningCurves(actor, id),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/models/{id}/partial-dependence',
    auth: 'actor',
    action: 'model.read',
    tag,
    summary: 'How the prediction changes with a feature, on average and for single rows',
    params,
    query: z.strictObject({
      feature: columnName,
      feature2: columnName.optional(),
      ice: z.coerce.number().int().min(0).max(200).optional(),
    }),
    response: partialDependence,
    handler: (call) => computed(call, 'partial-dependence'),
  }),
  defineRoute({
    method: 'get',
    path: '/models/{id}/importance',
    auth: 'actor',
    action: 'model.read',
    tag,
    summary: 'Permutation importance with intervals',
    params,
    query: z.strictObject({ split: split.optional() }),
    response: importance,
    handler: (call) => computed(call, 'importance'),
  }),
  defineRoute({
    method: 'get',
    path: '/models/{id}/evaluation',
    auth: 'actor',
    action: 'model.read',
    tag,
    summary: 'Confusion, ROC, precision-recall, lift and calibration; or residuals',
    params,
    query: z.strictObject({ threshold: z.coerce.number().min(0).max(1).optional(), split: split.optional() }),
    response: evaluation,
    handler: (call) => computed(call, 'evaluation'),
  }),
  defineRoute({
    method: 'get',
    path: '/models/{id}/predictions',
    auth: 'actor',
    action: 'model.read',
    tag,
    summary: 'Row ids with the predictions that the model was scored on',
    params,
    query: z.strictObject({ split: split.optional(), format: z.enum(['json', 'csv']).optional() }),
    produces: ['text/csv', 'application/json'],
    handler: (call) => computed(call, 'predictions'),
  }),
];
