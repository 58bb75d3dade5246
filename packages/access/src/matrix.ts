import type { ProjectRole } from '@laurel/contracts';
import type { Actor } from './actor.ts';

/** Everything that can be allowed or refused. The first part is decided per project, the second by the installation. */
export const projectActions = [
  'project.read',
  'project.update',
  'project.delete',
  'project.members',
  'dataset.read',
  'dataset.create',
  'dataset.update',
  'dataset.delete',
  'experiment.read',
  'experiment.create',
  'experiment.control',
  'experiment.delete',
  'holdout.reveal',
  'model.read',
  'predict',
  'promotion.read',
  'promotion.request',
  'promotion.withdraw',
  'promotion.approve',
  'champion.rollback',
  'audit.read',
] as const;
export const installationActions = [
  'project.create',
  'user.read',
  'user.manage',
  'api_key.manage',
  'audit.verify',
  'worker.read',
] as const;
export const actions = [...projectActions, ...installationActions] as const;
export type ProjectAction = (typeof projectActions)[number];
export type InstallationAction = (typeof installationActions)[number];
export type Action = ProjectAction | InstallationAction;

/** What an API key can be limited to: a group, or single actions. `read` and `write` leave out approvals. */
export const keyScopes = ['read', 'write', ...actions] as const;

const viewer: readonly ProjectAction[] = [
  'project.read',
  'dataset.read',
  'experiment.read',
  'model.read',
  'predict',
  'promotion.read',
  'audit.read',
];
const editor: readonly ProjectAction[] = [
  ...viewer,
  'project.update',
  'dataset.create',
  'dataset.update',
  'dataset.delete',
  'experiment.create',
  'experiment.control',
  'experiment.delete',
  'holdout.reveal',
  'promotion.request',
  'promotion.withdraw',
];
const approver: readonly ProjectAction[] = [
  ...editor,
  'project.delete',
  'project.members',
  'promotion.approve',
  'champion.rollback',
];

/** Role x action, as data: a role holds all of the role before it. */
export const projectMatrix: Readonly<Record<ProjectRole, ReadonlySet<ProjectAction>>> = {
  viewer: new Set(viewer),
  editor: new Set(editor),
  approver: new Set(approver),
};

/** Installation actions of everybody who is signed in; the others are the administrators'. */
const ofEveryMember: ReadonlySet<InstallationAction> = new Set(['project.create', 'user.read', 'api_key.manage']);
/** These need a session, or a key that its owner made in a session. */
const needsPerson: ReadonlySet<Action> = new Set(['promotion.approve', 'champion.rollback']);

const projectActionSet: ReadonlySet<string> = new Set(projectActions);

/**
 * Whether the actor may do this. `projectRole` is the actor's role in the project at hand, null for none; it does
 * not matter for installation actions. Administrators hold every role in every project.
 */
export function can(actor: Actor, projectRole: ProjectRole | null, action: Action): boolean {
  if (needsPerson.has(action) && !actor.mayApprove) return false;
  if (actor.scopes !== null && !inScope(actor.scopes, action)) return false;
  if (actor.installationRole === 'admin') return true;
  if (projectActionSet.has(action)) {
    return projectRole !== null && projectMatrix[projectRole].has(action as ProjectAction);
  }
  return ofEveryMember.has(action as InstallationAction);
}

function inScope(scopes: readonly string[], action: Action): boolean {
  if (scopes.includes(action)) return true;
  const reads = action.endsWith('.read') || action === 'audit.verify';
  if (reads) return scopes.includes('read') || scopes.includes('write');
  return (
    scopes.includes('write') && !needsPerson.has(action) && action !== 'user.manage' && action !== 'api_key.manage'
  );
}
