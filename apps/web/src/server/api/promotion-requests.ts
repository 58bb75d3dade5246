import { z } from '@hono/zod-openapi';
import { approvalBody, promotionRequestBody, promotionStatus, promotionView } from '@laurel/contracts';
import { defineRoute } from '../http/define-route.ts';
import { listQuery, pageOf, pageRequest } from '../http/list.ts';

const tag = 'Promotion';
const params = { id: 'promotionRequest' } as const;

export const promotionRoutes = [
  defineRoute({
    method: 'post',
    path: '/models/{id}/promotion-requests',
    auth: 'actor',
    action: 'promotion.request',
    tag,
    summary: 'Ask for a model to become the champion; opens a sealed holdout',
    params: { id: 'model' },
    body: promotionRequestBody,
    idempotent: true,
    status: 201,
    response: promotionView,
    handler: async ({ platform, actor, params: { id }, body }) => ({
      body: await platform.db.promotions.request(actor, id, body),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/promotion-requests',
    auth: 'actor',
    action: 'promotion.read',
    tag,
    summary: 'Requests, newest first',
    query: listQuery(['createdAt'], { projectId: z.string().optional(), status: promotionStatus.optional() }),
    refs: { 'query.projectId': 'project' },
    response: pageOf(promotionView),
    handler: async ({ platform, actor, query }) => {
      const { projectId, status } = query;
      return { body: await platform.db.promotions.list(actor, { projectId, status }, pageRequest(query)) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/promotion-requests/{id}',
    auth: 'actor',
    action: 'promotion.read',
    tag,
    summary: 'One request with its checks and the champion it was judged against',
    params,
    response: promotionView,
    handler: async ({ platform, actor, params: { id } }) => ({ body: await platform.db.promotions.get(actor, id) }),
  }),
  defineRoute({
    method: 'post',
    path: '/promotion-requests/{id}/approve',
    auth: 'actor',
    action: 'promotion.approve',
    tag,
    summary: 'Approve: the model becomes the champion, unless the champion has changed since',
    params,
    body: approvalBody,
    response: promotionView,
    handler: async ({ platform, actor, params: { id }, body }) => ({
      body: await platform.db.promotions.approve(actor, id, body),
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/promotion-requests/{id}/reject',
    auth: 'actor',
    action: 'promotion.approve',
    tag,
    summary: 'Reject with a comment',
    params,
    body: z.strictObject({ comment: approvalBody.shape.comment }),
    response: promotionView,
    handler: async ({ platform, actor, params: { id }, body }) => ({
      body: await platform.db.promotions.reject(actor, id, body),
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/promotion-requests/{id}/withdraw',
    auth: 'actor',
    action: 'promotion.withdraw',
    tag,
    summary: 'Take your request back',
    params,
    body: z.strictObject({}),
    bodyOptional: true,
    response: promotionView,
    handler: async ({ platform, actor, params: { id } }) => ({
      body: await platform.db.promotions.withdraw(actor, id),
    }),
  }),
];
