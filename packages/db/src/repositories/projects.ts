import { type Actor, can } from '@laurel/access';
import { AppError, type ModelContract, newId, type ProjectRole } from '@laurel/contracts';
import { authorise, notFound, requireAction } from '../core/authorise.ts';
import type { Context } from '../core/context.ts';
import { paging } from '../core/page.ts';
import { first, type Sql, type Tx } from '../core/sql.ts';
import type { MemberView, ProjectRepository, ProjectView } from '../types.ts';

export function createProjectRepository(context: Context): ProjectRepository {
  const { database, prisma } = context;

  async function view(actor: Actor, id: string): Promise<ProjectView> {
    const row = await prisma.project.findUnique({ where: { id }, include: include(actor) });
    if (!row) throw notFound('project');
    return toView(actor, row);
  }

  return {
    async create(actor, input) {
      const id = await database.tx((tx) => insertProject(tx, actor, input));
      return view(actor, id);
    },
    async list(actor, page) {
      requireAction(actor, 'project.read');
      const paged = paging(page, { createdAt: 'date', name: 'text' });
      const mine = actor.installationRole === 'admin' ? {} : { members: { some: { userId: actor.userId } } };
      const rows = await prisma.project.findMany({
        where: { AND: [mine, paged.where] },
        orderBy: paged.orderBy,
        take: paged.take,
        include: include(actor),
      });
      return paged.toPage(rows, (row) => toView(actor, row));
    },
    async get(actor, id) {
      await authorise(database, actor, 'project.read', 'project', id);
      return view(actor, id);
    },
    async update(actor, id, input) {
      await database.tx((tx) => updateProject(tx, actor, id, input));
      return view(actor, id);
    },
    delete: (actor, id) => database.tx((tx) => deleteProject(tx, actor, id)),
    async members(actor, id) {
      await authorise(database, actor, 'project.read', 'project', id);
      return readMembers(database, id);
    },
    setMembers: (actor, id, members) => database.tx((tx) => setMembers(tx, actor, id, members)),
  };
}

/**
 * Inserts a project whose maker becomes a member with the role that an administrator gave them for new projects.
 * FORBIDDEN for viewers. Answers the id.
 */
export async function insertProject(
  tx: Tx,
  actor: Actor,
  input: { name: string; description?: string | undefined },
): Promise<string> {
  requireAction(actor, 'project.create');
  const role = await roleInNewProjects(tx, actor);
  if (role !== null && !can(actor, role, 'dataset.create')) {
    throw new AppError(
      'FORBIDDEN',
      'You may look at projects but not make one. Ask an administrator for the role of an editor.',
    );
  }
  const id = newId('project');
  await tx.query('INSERT INTO project (id, name, description, created_by) VALUES ($1, $2, $3, $4)', [
    id,
    input.name,
    input.description ?? '',
    actor.userId,
  ]);
  if (role !== null) {
    await tx.query('INSERT INTO project_member (project_id, user_id, role, granted_by) VALUES ($1, $2, $3, $4)', [
      id,
      actor.userId,
      role,
      actor.userId,
    ]);
  }
  tx.audit({
    actor,
    action: 'project.created',
    entity: { kind: 'project', id },
    projectId: id,
    after: { ...input, role },
  });
  return id;
}

async function roleInNewProjects(sql: Sql, actor: Actor): Promise<ProjectRole | null> {
  if (actor.kind === 'system') return null;
  const user = first(
    await sql.query<{ role: string; default_role: ProjectRole }>(
      'SELECT role, default_role FROM "user" WHERE id = $1',
      [actor.userId],
    ),
  );
  if (!user) throw notFound('user');
  return user.role === 'admin' ? 'approver' : user.default_role;
}

async function updateProject(
  tx: Tx,
  actor: Actor,
  id: string,
  input: { name?: string | undefined; description?: string | undefined },
): Promise<void> {
  await authorise(tx, actor, 'project.update', 'project', id);
  const [before] = await tx.query<{ name: string; description: string }>(
    'SELECT name, description FROM project WHERE id = $1 FOR NO KEY UPDATE',
    [id],
  );
  if (!before) throw notFound('project');
  const after = { name: input.name ?? before.name, description: input.description ?? before.description };
  await tx.query('UPDATE project SET name = $2, description = $3 WHERE id = $1', [id, after.name, after.description]);
  tx.audit({ actor, action: 'project.updated', entity: { kind: 'project', id }, projectId: id, before, after });
}

/** Takes everything of the project away; the audit log keeps its rows. Whoever calls deletes the files after it. */
async function deleteProject(tx: Tx, actor: Actor, id: string): Promise<void> {
  await authorise(tx, actor, 'project.delete', 'project', id);
  const [before] = await tx.query<{ name: string }>('SELECT name FROM project WHERE id = $1 FOR UPDATE', [id]);
  if (!before) throw notFound('project');
  const datasets = await tx.query<{ id: string }>('SELECT id FROM dataset WHERE project_id = $1', [id]);
  const experiments = await tx.query<{ id: string }>('SELECT id FROM experiment WHERE project_id = $1', [id]);
  await tx.query('DELETE FROM outbox WHERE project_id = $1', [id]);
  // In this order, because a dataset's deletion would reach the experiments' rows one by one.
  await tx.query('DELETE FROM experiment WHERE project_id = $1', [id]);
  await tx.query('DELETE FROM project WHERE id = $1', [id]);
  tx.audit({
    actor,
    action: 'project.deleted',
    entity: { kind: 'project', id },
    projectId: id,
    before: { ...before, datasets: datasets.length, experiments: experiments.length },
  });
}

async function setMembers(
  tx: Tx,
  actor: Actor,
  id: string,
  members: { userId?: string | undefined; email?: string | undefined; role: ProjectRole }[],
): Promise<MemberView[]> {
  await authorise(tx, actor, 'project.members', 'project', id);
  await tx.query('SELECT 1 FROM project WHERE id = $1 FOR NO KEY UPDATE', [id]);
  const before = await readMembers(tx, id);
  const wanted = new Map<string, ProjectRole>();
  for (const member of members) {
    const userId = await findUser(tx, member);
    if (wanted.has(userId)) throw new AppError('PARAMETER_INVALID', 'The list names a person twice. Name each once.');
    wanted.set(userId, member.role);
  }
  await tx.query('DELETE FROM project_member WHERE project_id = $1 AND user_id <> ALL ($2)', [id, [...wanted.keys()]]);
  for (const [userId, role] of wanted) await grant(tx, actor, id, userId, role);
  const after = await readMembers(tx, id);
  const brief = (list: MemberView[]) => list.map(({ userId, role }) => ({ userId, role }));
  tx.audit({
    actor,
    action: 'project.members_set',
    entity: { kind: 'project', id },
    projectId: id,
    before: brief(before),
    after: brief(after),
  });
  return after;
}

/** Gives a role; who gave it and when is kept for the 24 h rule, and does not change when the role stays the same. */
export async function grant(tx: Tx, actor: Actor, projectId: string, userId: string, role: ProjectRole): Promise<void> {
  await tx.query(
    `INSERT INTO project_member AS member (project_id, user_id, role, granted_by) VALUES ($1, $2, $3, $4)
     ON CONFLICT (project_id, user_id) DO UPDATE SET role = $3, granted_by = $4, granted_at = now()
     WHERE member.role <> $3`,
    [projectId, userId, role, actor.userId],
  );
}

async function findUser(sql: Sql, who: { userId?: string | undefined; email?: string | undefined }): Promise<string> {
  const rows =
    who.userId !== undefined
      ? await sql.query<{ id: string }>('SELECT id FROM "user" WHERE id = $1', [who.userId])
      : await sql.query<{ id: string }>('SELECT id FROM "user" WHERE email = lower($1)', [who.email ?? '']);
  const user = first(rows);
  if (user) return user.id;
  throw new AppError(
    'PARAMETER_INVALID',
    `There is no user ${who.userId ?? who.email ?? 'without an id or an address'}. An administrator can make one.`,
  );
}

function readMembers(sql: Sql, projectId: string): Promise<MemberView[]> {
  return sql.query<{ userId: string; name: string; email: string; role: ProjectRole }>(
    `SELECT member.user_id AS "userId", person.name, person.email, member.role
     FROM project_member AS member JOIN "user" AS person ON person.id = member.user_id
     WHERE member.project_id = $1 ORDER BY person.name, person.id`,
    [projectId],
  );
}

const include = (actor: Actor) =>
  ({
    members: { where: { userId: actor.userId } },
    champions: { where: { endedAt: null }, select: { modelId: true } },
    _count: { select: { datasets: true, experiments: true, models: true } },
  }) as const;

interface ProjectRow {
  id: string;
  name: string;
  description: string;
  contract: unknown;
  createdAt: Date;
  members: { role: string }[];
  champions: { modelId: string }[];
  _count: { datasets: number; experiments: number; models: number };
}

function toView(actor: Actor, row: ProjectRow): ProjectView {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    role: actor.installationRole === 'admin' ? 'admin' : ((row.members[0]?.role ?? 'viewer') as ProjectRole),
    contract: row.contract as ModelContract | null,
    championModelId: row.champions[0]?.modelId ?? null,
    createdAt: row.createdAt.toISOString(),
    counts: row._count,
  };
}
