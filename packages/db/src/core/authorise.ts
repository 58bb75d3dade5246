import { type Action, type Actor, can, type ProjectAction } from '@laurel/access';
import { AppError, type ProjectRole } from '@laurel/contracts';
import { first, type Sql } from './sql.ts';

/** Kinds of things that belong to a project, with the words for people. */
const kinds = {
  project: 'project',
  dataset: 'dataset',
  experiment: 'experiment',
  trial: 'trial',
  model: 'model',
  promotion_request: 'promotion request',
  job: 'job',
} as const;
export type OwnedKind = keyof typeof kinds;

export interface Authorised {
  projectId: string;
  role: ProjectRole | 'admin';
}

/**
 * The one gate to everything that a project owns. An id that is unknown, malformed or another project's gives the
 * same NOT_FOUND; a visible one that may not be used so gives FORBIDDEN.
 */
export async function authorise(
  sql: Sql,
  actor: Actor,
  action: ProjectAction,
  kind: OwnedKind,
  id: string,
): Promise<Authorised> {
  checkForm(kind, id);
  const projectColumn = kind === 'project' ? 'id' : 'project_id';
  const row = first(
    await sql.query<{ project_id: string; role: ProjectRole | null }>(
      `SELECT owned.${projectColumn} AS project_id, member.role
       FROM ${kind} AS owned
       LEFT JOIN project_member AS member ON member.project_id = owned.${projectColumn} AND member.user_id = $2
       WHERE owned.id = $1`,
      [id, actor.userId],
    ),
  );
  const admin = actor.installationRole === 'admin';
  if (!row || (row.role === null && !admin)) throw notFound(kind);
  if (!can(actor, row.role, action)) throw forbidden(actor, action, kinds[kind]);
  return { projectId: row.project_id, role: admin ? 'admin' : row.role! };
}

/** NOT_FOUND for what cannot be an id, before the database is asked. */
export function checkForm(kind: OwnedKind | 'user' | 'api_key', id: string): void {
  if (!/^[0-9a-z_]{1,64}$/.test(id)) throw notFound(kind);
}

/** For lists and installation actions: FORBIDDEN when this actor can never do it. */
export function requireAction(actor: Actor, action: Action): void {
  if (!can(actor, 'approver', action)) throw forbidden(actor, action, 'installation');
}

export function notFound(kind: OwnedKind | 'user' | 'api_key'): AppError {
  const words = kind === 'user' ? 'user' : kind === 'api_key' ? 'API key' : kinds[kind];
  return new AppError('NOT_FOUND', `There is no such ${words}, or you have no access to it. Check the id.`);
}

function forbidden(actor: Actor, action: Action, where: string): AppError {
  const could = (changed: Partial<Actor>) => can({ ...actor, ...changed }, 'approver', action);
  if (!could({}) && could({ scopes: null })) {
    return new AppError('FORBIDDEN', `This API key is not allowed to do this (${action}). Use a key with that scope.`);
  }
  if (!could({}) && could({ mayApprove: true })) {
    return new AppError(
      'FORBIDDEN',
      `This needs a person who signed in, or a key that its owner made while signed in (${action}). This key carries no approvals.`,
    );
  }
  if (where === 'installation') {
    return new AppError('FORBIDDEN', `Only administrators do this (${action}). Ask one of them.`);
  }
  return new AppError(
    'FORBIDDEN',
    `Your role in this ${where} does not allow this (${action}). Ask an approver or an administrator for a higher role.`,
  );
}

/** What a list may show: nothing to filter for administrators, else the member's projects. */
export function visibleProjects(actor: Actor): { project?: { members: { some: { userId: string } } } } {
  return actor.installationRole === 'admin' ? {} : { project: { members: { some: { userId: actor.userId } } } };
}
