import { z } from '@hono/zod-openapi';
import { chartSpec, columnType, datasetProfile, datasetView } from '@laurel/contracts';
import { defineRoute } from '../http/define-route.ts';
import { listQuery, pageOf, pageRequest } from '../http/list.ts';
import { removeBlobsOfDataset } from '../removal.ts';
import { passOn } from '../serve-client.ts';

const tag = 'Datasets';

export const datasetRoutes = [
  defineRoute({
    method: 'get',
    path: '/datasets',
    auth: 'actor',
    action: 'dataset.read',
    tag,
    summary: 'Datasets, newest first',
    query: listQuery(['createdAt', 'name'], { projectId: z.string().optional() }),
    refs: { 'query.projectId': 'project' },
    response: pageOf(datasetView),
    handler: async ({ platform, actor, query }) => ({
      body: await platform.db.datasets.list(actor, { projectId: query.projectId }, pageRequest(query)),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/datasets/{id}',
    auth: 'actor',
    action: 'dataset.read',
    tag,
    summary: 'One dataset with its columns and findings',
    params: { id: 'dataset' },
    response: datasetView,
    handler: async ({ platform, actor, params }) => ({ body: await platform.db.datasets.get(actor, params.id) }),
  }),
  defineRoute({
    method: 'delete',
    path: '/datasets/{id}',
    auth: 'actor',
    action: 'dataset.delete',
    tag,
    summary: 'Delete a dataset',
    params: { id: 'dataset' },
    status: 204,
    handler: async ({ platform, actor, params, requestId }) => {
      await removeBlobsOfDataset(platform, actor, params.id, requestId, () =>
        platform.db.datasets.delete(actor, params.id),
      );
      return { body: null };
    },
  }),
  defineRoute({
    method: 'patch',
    path: '/datasets/{id}/columns/{name}',
    auth: 'actor',
    action: 'dataset.update',
    tag,
    summary: 'Override the type that was inferred for a column',
    params: { id: 'dataset', name: 'text' },
    body: z.strictObject({ type: columnType }),
    response: datasetView,
    handler: async ({ platform, actor, params, body }) => ({
      body: await platform.db.datasets.setColumnType(actor, params.id, params.name, body.type),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/datasets/{id}/rows',
    auth: 'actor',
    action: 'dataset.read',
    tag,
    summary: 'A page of rows as they are in the table',
    params: { id: 'dataset' },
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      offset: z.coerce.number().int().min(0).max(1_000_000_000).default(0),
    }),
    response: z.object({
      offset: z.number(),
      total: z.number(),
      columns: z.array(z.string()),
      rows: z.array(z.array(z.unknown())),
    }),
    handler: async ({ platform, actor, params, query, requestId, request }) => {
      await platform.db.datasets.get(actor, params.id);
      return passOn(
        await platform.serve.ask({
          method: 'GET',
          path: `/internal/datasets/${params.id}/rows`,
          query,
          actor,
          requestId,
          signal: request.signal,
        }),
      );
    },
  }),
  defineRoute({
    method: 'get',
    path: '/datasets/{id}/profile',
    auth: 'actor',
    action: 'dataset.read',
    tag,
    summary: 'The full profile',
    params: { id: 'dataset' },
    response: datasetProfile,
    handler: async ({ platform, actor, params }) => ({ body: await platform.db.datasets.profile(actor, params.id) }),
  }),
  defineRoute({
    method: 'get',
    path: '/datasets/{id}/visuals',
    auth: 'actor',
    action: 'dataset.read',
    tag,
    summary: 'Automatic plots, as chart specifications',
    params: { id: 'dataset' },
    response: z.object({ items: z.array(chartSpec) }),
    handler: async ({ platform, actor, params }) => {
      const profile = await platform.db.datasets.profile(actor, params.id);
      return { body: { items: profile.visuals } };
    },
  }),
];
