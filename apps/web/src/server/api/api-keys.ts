import { z } from '@hono/zod-openapi';
import { keyScopes } from '@laurel/access';
import { defineRoute } from '../http/define-route.ts';
import { listQuery, pageOf, pageRequest } from '../http/list.ts';

const tag = 'API keys';
const apiKeyView = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  userId: z.string(),
  scopes: z.array(z.string()).nullable(),
  mayApprove: z.boolean(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
});

export const apiKeyRoutes = [
  defineRoute({
    method: 'get',
    path: '/api-keys',
    auth: 'actor',
    action: 'api_key.manage',
    tag,
    summary: 'Your keys; all of them for administrators',
    query: listQuery(['createdAt', 'name'], {}),
    response: pageOf(apiKeyView),
    handler: async ({ platform, actor, query }) => ({
      body: await platform.db.apiKeys.list(actor, pageRequest(query)),
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/api-keys',
    auth: 'actor',
    action: 'api_key.manage',
    tag,
    summary: 'Make a key; it is shown once. For somebody else: administrators, and it never carries approvals',
    body: z.strictObject({
      name: z.string().trim().min(1).max(200),
      scopes: z.array(z.enum(keyScopes)).min(1).max(50).optional(),
      expiresAt: z.iso.datetime({ offset: true }).optional(),
      userId: z.string().optional(),
    }),
    refs: { 'body.userId': 'user' },
    idempotent: true,
    status: 201,
    response: z.object({ id: z.string(), key: z.string() }),
    handler: async ({ platform, actor, body }) => ({ body: await platform.db.apiKeys.create(actor, body) }),
  }),
  defineRoute({
    method: 'delete',
    path: '/api-keys/{id}',
    auth: 'actor',
    action: 'api_key.manage',
    tag,
    summary: 'Revoke a key, at once',
    params: { id: 'apiKey' },
    status: 204,
    handler: async ({ platform, actor, params: { id } }) => {
      await platform.db.apiKeys.delete(actor, id);
      return { body: null };
    },
  }),
];
