import { projectRoles } from '@laurel/contracts';
import { describe, expect, it } from 'vitest';
import { type Actor, systemActor } from './actor.ts';
import { actions, can, installationActions, keyScopes, projectActions, projectMatrix } from './matrix.ts';

const member: Actor = { ...systemActor, kind: 'user', userId: 'usr_a', installationRole: 'member', mayApprove: true };
const admin: Actor = { ...member, installationRole: 'admin' };

describe('the matrix', () => {
  it('gives each role all of the one before and more', () => {
    const [viewer, editor, approver] = projectRoles.map((role) => projectMatrix[role]);
    expect([...viewer!].every((action) => editor!.has(action))).toBe(true);
    expect([...editor!].every((action) => approver!.has(action))).toBe(true);
    expect([viewer!.size, editor!.size, approver!.size]).toEqual([7, 17, 21]);
    expect(new Set([...approver!])).toEqual(new Set(projectActions));
  });

  it('gives a stranger nothing in a project, and an administrator everything', () => {
    for (const action of projectActions) {
      expect(can(member, null, action)).toBe(false);
      expect(can(admin, null, action)).toBe(true);
    }
    const ofMembers = installationActions.filter((action) => can(member, null, action));
    expect(ofMembers).toEqual(['project.create', 'user.read', 'api_key.manage']);
  });

  it.each([
    ['viewer', 'experiment.read', true],
    ['viewer', 'predict', true],
    ['viewer', 'experiment.create', false],
    ['editor', 'promotion.request', true],
    ['editor', 'promotion.approve', false],
    ['editor', 'project.members', false],
    ['approver', 'promotion.approve', true],
    ['approver', 'champion.rollback', true],
  ] as const)('%s, %s: %s', (role, action, allowed) => {
    expect(can(member, role, action)).toBe(allowed);
  });

  it('lets only people approve', () => {
    for (const actor of [member, admin]) {
      expect(can({ ...actor, mayApprove: false }, 'approver', 'promotion.approve')).toBe(false);
      expect(can({ ...actor, mayApprove: false }, 'approver', 'champion.rollback')).toBe(false);
      expect(can({ ...actor, mayApprove: false }, 'approver', 'promotion.request')).toBe(true);
    }
    expect(can(systemActor, null, 'promotion.approve')).toBe(false);
  });

  it('narrows a key to its scopes, whoever owns it', () => {
    const allowed = (...scopes: string[]) => actions.filter((action) => can({ ...admin, scopes }, null, action));
    expect(allowed()).toEqual([]);
    expect(allowed('predict')).toEqual(['predict']);
    expect(allowed('read').every((action) => action.endsWith('.read') || action === 'audit.verify')).toBe(true);
    expect(allowed('write')).not.toContain('promotion.approve');
    expect(allowed('write')).not.toContain('api_key.manage');
    expect(allowed('write')).toContain('experiment.create');
    expect(allowed(...keyScopes)).toEqual([...actions]);
    expect(can({ ...member, scopes: ['write'] }, 'viewer', 'experiment.create')).toBe(false);
  });
});
