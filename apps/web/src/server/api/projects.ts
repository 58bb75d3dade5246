import { z } from '@hono/zod-openapi';
import { modelContract, projectRole } from '@laurel/contracts';
import { defineRoute } from '../http/define-route.ts';
import { listQuery, pageOf, pageRequest } from '../http/list.ts';
import { removeBlobsOfProject } from '../removal.ts';
import { emailAddress } from './users.ts';

const projectName = z.string().trim().min(1).max(200);
const projectView = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  role: z.enum(['admin', ...projectRole.options]),
  contract: modelContract.nullable(),
  championModelId: z.string().nullable(),
  createdAt: z.string(),
  counts: z.object({ datasets: z.number(), experiments: z.number(), models: z.number() }),
});
const memberView = z.object({ userId: z.string(), name: z.string(), email: z.string(), role: projectRole });
const members = z.object({ items: z.array(memberView) });

const tag = 'Projects';

export const projectRoutes = [
  defineRoute({
    method: 'get',
    path: '/projects',
    auth: 'actor',
    action: 'project.read',
    tag,
    summary: 'The projects that you are a member of',
    query: listQuery(['createdAt', 'name'], {}),
    response: pageOf(projectView),
    handler: async ({ platform, actor, query }) => ({
      body: await platform.db.projects.list(actor, pageRequest(query)),
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/projects',
    auth: 'actor',
    action: 'project.create',
    tag,
    summary: 'Make a project',
    body: z.strictObject({ name: projectName, description: z.string().max(5000).optional() }),
    idempotent: true,
    status: 201,
    response: projectView,
    handler: async ({ platform, actor, body }) => ({ body: await platform.db.projects.create(actor, body) }),
  }),
  defineRoute({
    method: 'get',
    path: '/projects/{id}',
    auth: 'actor',
    action: 'project.read',
    tag,
    summary: 'One project',
    params: { id: 'project' },
    response: projectView,
    handler: async ({ platform, actor, params }) => ({ body: await platform.db.projects.get(actor, params.id) }),
  }),
  defineRoute({
    method: 'patch',
    path: '/projects/{id}',
    auth: 'actor',
    action: 'project.update',
    tag,
    summary: 'Rename or describe a project',
    params: { id: 'project' },
    body: z.strictObject({ name: projectName.optional(), description: z.string().max(5000).optional() }),
    response: projectView,
    handler: async ({ platform, actor, params, body }) => ({
      body: await platform.db.projects.update(actor, params.id, body),
    }),
  }),
  defineRoute({
    method: 'delete',
    path: '/projects/{id}',
    auth: 'actor',
    action: 'project.delete',
    tag,
    summary: 'Delete a project with all that is in it',
    params: { id: 'project' },
    status: 204,
    handler: async ({ platform, actor, params, requestId }) => {
      await removeBlobsOfProject(platform, actor, params.id, requestId, () =>
        platform.db.projects.delete(actor, params.id),
      );
      return { body: null };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/projects/{id}/members',
    auth: 'actor',
    action: 'project.read',
    tag,
    summary: 'Who is in the project, and in which role',
    params: { id: 'project' },
    response: members,
    handler: async ({ platform, actor, params }) => ({
      body: { items: await platform.db.projects.members(actor, params.id) },
    }),
  }),
  defineRoute({
    method: 'put',
    path: '/projects/{id}/members',
    auth: 'actor',
    action: 'project.members',
    tag,
    summary: 'Replace the members of a project; each is named by userId or email',
    params: { id: 'project' },
    body: z.strictObject({
      members: z
        .array(
          z
            .strictObject({
              userId: z.string().max(100).optional(),
              email: emailAddress.optional(),
              role: projectRole,
            })
            .refine((member) => (member.userId === undefined) !== (member.email === undefined), {
              message: 'name a member by userId or by email, one of the two',
            }),
        )
        .max(1000),
    }),
    response: members,
    handler: async ({ platform, actor, params, body }) => ({
      body: { items: await platform.db.projects.setMembers(actor, params.id, body.members) },
    }),
  }),
];
