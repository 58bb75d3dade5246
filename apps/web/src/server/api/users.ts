import { z } from '@hono/zod-openapi';
import { projectRole } from '@laurel/contracts';
import { defineRoute } from '../http/define-route.ts';
import { listQuery, pageOf, pageRequest } from '../http/list.ts';

const tag = 'People';
const password = z.string().min(8).max(256);
/** As loose as mail is: one @ with something on both sides. */
export const emailAddress = z
  .string()
  .trim()
  .regex(/^[^\s@]{1,64}@[^\s@]{1,255}$/, 'it is not an e-mail address');
const personName = z.string().trim().min(1).max(200);
const anyRole = z.enum(['admin', ...projectRole.options]);
export const userView = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(['admin', 'member']),
  defaultRole: projectRole,
  createdAt: z.string(),
});
const invitation = z.object({ token: z.string(), expiresAt: z.string(), url: z.string() });
const params = { id: 'user' } as const;

export const userRoutes = [
  defineRoute({
    method: 'get',
    path: '/users',
    auth: 'actor',
    action: 'user.read',
    tag,
    summary: 'People: everybody for administrators, else yourself and the members of your projects',
    query: listQuery(['createdAt', 'name', 'email'], {}),
    response: pageOf(userView),
    handler: async ({ platform, actor, query }) => ({ body: await platform.db.users.list(actor, pageRequest(query)) }),
  }),
  defineRoute({
    method: 'post',
    path: '/users',
    auth: 'actor',
    action: 'user.manage',
    tag,
    summary: 'Add a person (administrators); without a password the answer holds an invitation, shown once',
    body: z.strictObject({
      email: emailAddress,
      name: personName,
      role: anyRole,
      password: password.optional(),
      projectId: z.string().optional(),
    }),
    refs: { 'body.projectId': 'project' },
    idempotent: true,
    status: 201,
    response: userView.extend({ invitation: invitation.nullable() }),
    handler: async ({ platform, actor, body }) => {
      const created = await platform.db.users.create(actor, body);
      const url = `${platform.env.publicOrigin}/invitation#${created.invitation?.token ?? ''}`;
      return { body: { ...created.user, invitation: created.invitation && { ...created.invitation, url } } };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/users/{id}',
    auth: 'actor',
    action: 'user.read',
    tag,
    summary: 'One person',
    params,
    response: userView,
    handler: async ({ platform, actor, params: { id } }) => ({ body: await platform.db.users.get(actor, id) }),
  }),
  defineRoute({
    method: 'patch',
    path: '/users/{id}',
    auth: 'actor',
    action: 'user.manage',
    tag,
    summary: 'Change the role of a person (administrators)',
    params,
    body: z.strictObject({ role: anyRole }),
    response: userView,
    handler: async ({ platform, actor, params: { id }, body }) => ({
      body: await platform.db.users.setRole(actor, id, body.role),
    }),
  }),
  defineRoute({
    method: 'delete',
    path: '/users/{id}',
    auth: 'actor',
    action: 'user.manage',
    tag,
    summary: 'Remove a person (administrators); what they did stays on record',
    params,
    status: 204,
    handler: async ({ platform, actor, params: { id } }) => {
      await platform.db.users.delete(actor, id);
      return { body: null };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/users/{id}/reset-password',
    auth: 'actor',
    action: 'user.manage',
    tag,
    summary: 'Set a new password for a person (administrators); ends their sessions',
    params,
    body: z.strictObject({ password }),
    status: 204,
    handler: async ({ platform, actor, params: { id }, body }) => {
      await platform.db.users.resetPassword(actor, id, body.password);
      return { body: null };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/password',
    auth: 'actor',
    action: 'own',
    tag,
    summary: 'Change your own password; ends all your sessions',
    body: z.strictObject({ current: z.string().min(1).max(256), next: password }),
    status: 204,
    handler: async ({ platform, actor, body }) => {
      await platform.db.users.changePassword(actor, body);
      return { body: null };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/invitations/accept',
    auth: 'public',
    action: null,
    tag,
    summary: 'Choose the first password of an invited person',
    body: z.strictObject({ token: z.string().min(1).max(500), password }),
    response: z.object({ userId: z.string() }),
    handler: async ({ platform, body }) => ({
      body: await platform.db.users.acceptInvitation(body.token, body.password),
    }),
  }),
];
