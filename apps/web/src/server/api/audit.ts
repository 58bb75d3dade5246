import { z } from '@hono/zod-openapi';
import { auditRow, auditVerification } from '@laurel/contracts';
import { auditExport } from '../audit-export.ts';
import { defineRoute } from '../http/define-route.ts';
import { listQuery, pageOf, pageRequest } from '../http/list.ts';

const tag = 'Audit';
const text = z.string().min(1).max(200);
const filters = {
  actor: text.optional(),
  action: text.optional(),
  entity: text.optional(),
  projectId: z.string().optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  q: text.optional(),
};
const refs = { 'query.projectId': 'project' } as const;

export const auditRoutes = [
  defineRoute({
    method: 'get',
    path: '/audit',
    auth: 'actor',
    action: 'audit.read',
    tag,
    summary: 'What happened, newest first; members see their projects',
    query: listQuery(['sequence'], filters),
    refs,
    response: pageOf(auditRow),
    handler: async ({ platform, actor, query }) => {
      const { limit: _limit, cursor: _cursor, sort: _sort, ...filter } = query;
      return { body: await platform.db.audit.list(actor, filter, pageRequest(query)) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/audit/export',
    auth: 'actor',
    action: 'audit.read',
    tag,
    summary: 'The same rows as a download; the export itself is on record',
    query: z.strictObject({ ...filters, format: z.enum(['csv', 'ndjson']).default('ndjson') }),
    refs,
    produces: ['application/x-ndjson', 'text/csv'],
    handler: async ({ platform, actor, query, request }) => {
      const { format, ...filter } = query;
      return auditExport(platform, actor, filter, format, request.signal);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/audit/verify',
    auth: 'actor',
    action: 'audit.verify',
    tag,
    summary: 'Checks the hash chain of the whole log',
    response: auditVerification,
    handler: async ({ platform, actor }) => ({ body: await platform.db.audit.verify(actor) }),
  }),
];
