import { AppError, isId } from '@laurel/contracts';
import { authorise, notFound } from '../core/authorise.ts';
import type { Context } from '../core/context.ts';
import { iso, json } from '../core/sql.ts';
import type { JobRepository, JobView } from '../types.ts';

export function createJobRepository({ database, prisma }: Context): JobRepository {
  async function view(id: string): Promise<JobView> {
    const row = await prisma.job.findUnique({ where: { id } });
    if (!row) throw notFound('job');
    return {
      id: row.id,
      projectId: row.projectId,
      kind: row.kind,
      status: row.status as JobView['status'],
      input: row.input,
      result: row.result,
      error: row.error as JobView['error'],
      createdAt: row.createdAt.toISOString(),
      finishedAt: iso(row.finishedAt),
    };
  }

  return {
    async create(actor, input) {
      if (!isId('job', input.id)) throw new AppError('PARAMETER_INVALID', 'The id of a job must be made by newId.');
      await database.tx(async (tx) => {
        await authorise(tx, actor, input.action, 'project', input.projectId);
        await tx.query(
          `INSERT INTO job (id, project_id, kind, status, input, created_by) VALUES ($1, $2, $3, 'queued', $4, $5)`,
          [input.id, input.projectId, input.kind, json(input.input), actor.userId],
        );
        tx.enqueue(input.kind, { jobId: input.id }, { projectId: input.projectId });
        tx.audit({
          actor,
          action: 'job.created',
          entity: { kind: 'job', id: input.id },
          projectId: input.projectId,
          after: { kind: input.kind, input: input.input },
        });
      });
      return view(input.id);
    },
    async get(actor, id) {
      await authorise(database, actor, 'project.read', 'job', id);
      return view(id);
    },
  };
}
