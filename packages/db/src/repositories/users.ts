import { createHash, randomBytes } from 'node:crypto';
import { type Actor, checkPassword, hashPassword, systemActor, verifyPassword } from '@laurel/access';
import { AppError, newId, type ProjectRole, projectRoles } from '@laurel/contracts';
import { authorise, checkForm, notFound, requireAction } from '../core/authorise.ts';
import type { Context } from '../core/context.ts';
import { paging } from '../core/page.ts';
import { sqlState, type Tx } from '../core/sql.ts';
import type { NewUser, UserRepository, UserView } from '../types.ts';
import { grant } from './projects.ts';

const invitationDays = 7;

export function createUserRepository({ database, prisma }: Context): UserRepository {
  const visible = (actor: Actor) =>
    actor.installationRole === 'admin'
      ? {}
      : {
          OR: [
            { id: actor.userId },
            { memberships: { some: { project: { members: { some: { userId: actor.userId } } } } } },
          ],
        };
  async function view(actor: Actor, id: string): Promise<UserView> {
    checkForm('user', id);
    const row = await prisma.user.findFirst({ where: { AND: [{ id }, visible(actor)] } });
    if (!row) throw notFound('user');
    return toView(row);
  }

  return {
    async create(actor, input) {
      requireAction(actor, 'user.manage');
      // Hashing takes a tenth of a second; it is done before the transaction.
      const hash = input.password === undefined ? null : await hashPassword(input.password);
      const made = await database.tx((tx) => createUser(tx, actor, input, hash)).catch(refuseTakenEmail(input.email));
      return { user: await view(actor, made.id), invitation: made.invitation };
    },
    async list(actor, page) {
      requireAction(actor, 'user.read');
      const paged = paging(page, { createdAt: 'date', name: 'text', email: 'text' });
      const rows = await prisma.user.findMany({
        where: { AND: [visible(actor), paged.where] },
        orderBy: paged.orderBy,
        take: paged.take,
      });
      return paged.toPage(rows, toView);
    },
    async get(actor, id) {
      requireAction(actor, 'user.read');
      return view(actor, id);
    },
    async resetPassword(actor, id, password) {
      requireAction(actor, 'user.manage');
      const hash = await hashPassword(password);
      await database.tx(async (tx) => {
        await lockUser(tx, id);
        await setPassword(tx, id, hash);
        await tx.query('UPDATE "user" SET password_reset_by = $2, password_reset_at = now() WHERE id = $1', [
          id,
          actor.userId,
        ]);
        tx.audit({ actor, action: 'user.password_reset', entity: { kind: 'user', id } });
      });
    },
    async changePassword(actor, input) {
      if (actor.kind !== 'user') throw new AppError('FORBIDDEN', 'Sign in to change your password.');
      checkPassword(input.next);
      const [account] = await database.query<{ password: string | null }>(
        `SELECT password FROM account WHERE user_id = $1 AND provider_id = 'credential'`,
        [actor.userId],
      );
      if (!account?.password || !(await verifyPassword(account.password, input.current))) {
        throw new AppError('PARAMETER_INVALID', 'The current password is not right. Type it again.');
      }
      const hash = await hashPassword(input.next);
      await database.tx(async (tx) => {
        await setPassword(tx, actor.userId, hash);
        tx.audit({ actor, action: 'user.password_changed', entity: { kind: 'user', id: actor.userId } });
      });
    },
    async setRole(actor, id, role) {
      requireAction(actor, 'user.manage');
      await database.tx((tx) => setRole(tx, actor, id, role));
      return view(actor, id);
    },
    async delete(actor, id) {
      requireAction(actor, 'user.manage');
      await database.tx((tx) => deleteUser(tx, actor, id));
    },
    async acceptInvitation(token, password) {
      const hash = await hashPassword(password);
      return database.tx(async (tx) => {
        const [row] = await tx.query<{ value: string }>(
          'DELETE FROM verification WHERE identifier = $1 AND expires_at > now() RETURNING value',
          [invitationIdentifier(token)],
        );
        if (!row) {
          throw new AppError('NOT_FOUND', 'This invitation is not valid any more. Ask an administrator for a new one.');
        }
        await lockUser(tx, row.value);
        await setPassword(tx, row.value, hash);
        tx.audit({ actor: systemActor, action: 'user.invitation_accepted', entity: { kind: 'user', id: row.value } });
        return { userId: row.value };
      });
    },
  };
}

/** Inserts person, first password or invitation, and the role in one project. The password comes hashed. */
async function createUser(
  tx: Tx,
  actor: Actor,
  input: NewUser,
  passwordHash: string | null,
): Promise<{ id: string; invitation: { token: string; expiresAt: string } | null }> {
  const id = await insertUser(tx, { ...input, createdBy: actor.userId });
  if (passwordHash !== null) await setPassword(tx, id, passwordHash);
  if (input.projectId !== undefined) {
    await authorise(tx, actor, 'project.members', 'project', input.projectId);
    await grant(tx, actor, input.projectId, id, input.role === 'admin' ? 'approver' : input.role);
  }
  tx.audit({
    actor,
    action: 'user.created',
    entity: { kind: 'user', id },
    projectId: input.projectId,
    after: { email: normalise(input.email), name: input.name, role: input.role, invited: passwordHash === null },
  });
  return { id, invitation: passwordHash === null ? await invite(tx, id) : null };
}

export async function insertUser(
  tx: Tx,
  input: { email: string; name: string; role: 'admin' | ProjectRole; createdBy: string },
): Promise<string> {
  const email = normalise(input.email);
  if (!/^[^\s@]{1,64}@[^\s@]{1,255}$/.test(email)) {
    throw new AppError('PARAMETER_INVALID', `"${input.email}" is not an email address. Check it.`);
  }
  checkRole(input.role);
  const id = newId('user');
  await tx.query(
    `INSERT INTO "user" (id, name, email, email_verified, role, default_role, created_by)
     VALUES ($1, $2, $3, true, $4, $5, $6)`,
    [
      id,
      input.name,
      email,
      input.role === 'admin' ? 'admin' : 'member',
      input.role === 'admin' ? 'approver' : input.role,
      input.createdBy,
    ],
  );
  return id;
}

/** Sets the password and ends every session of the person. */
export async function setPassword(tx: Tx, userId: string, hash: string): Promise<void> {
  await tx.query(
    `INSERT INTO account (id, account_id, provider_id, user_id, password) VALUES ($1, $2, 'credential', $2, $3)
     ON CONFLICT (provider_id, account_id) DO UPDATE SET password = $3, updated_at = now()`,
    [`acc_${randomBytes(12).toString('hex')}`, userId, hash],
  );
  await tx.query('DELETE FROM session WHERE user_id = $1', [userId]);
}

async function setRole(tx: Tx, actor: Actor, id: string, role: 'admin' | ProjectRole): Promise<void> {
  checkRole(role);
  const before = await lockUser(tx, id);
  if (role !== 'admin') await keepOneAdministrator(tx, before);
  await tx.query(
    `UPDATE "user" SET role = $2, default_role = $3, role_granted_by = $4, role_granted_at = now() WHERE id = $1`,
    [id, role === 'admin' ? 'admin' : 'member', role === 'admin' ? 'approver' : role, actor.userId],
  );
  tx.audit({
    actor,
    action: 'user.role_set',
    entity: { kind: 'user', id },
    before: { role: before.role, defaultRole: before.default_role },
    after: { role },
  });
}

async function deleteUser(tx: Tx, actor: Actor, id: string): Promise<void> {
  const before = await lockUser(tx, id);
  if (id === actor.userId) throw new AppError('CONFLICT', 'You cannot delete yourself. Ask another administrator.');
  await keepOneAdministrator(tx, before);
  await tx.query('DELETE FROM "user" WHERE id = $1', [id]);
  tx.audit({
    actor,
    action: 'user.deleted',
    entity: { kind: 'user', id },
    before: { email: before.email, name: before.name, role: before.role },
  });
}

interface UserRow {
  id: string;
  email: string;
  name: string;
  role: 'admin' | 'member';
  default_role: ProjectRole;
}

async function lockUser(tx: Tx, id: string): Promise<UserRow> {
  checkForm('user', id);
  const [row] = await tx.query<UserRow>(
    'SELECT id, email, name, role, default_role FROM "user" WHERE id = $1 FOR NO KEY UPDATE',
    [id],
  );
  if (!row) throw notFound('user');
  return row;
}

async function keepOneAdministrator(tx: Tx, user: UserRow): Promise<void> {
  if (user.role !== 'admin') return;
  const others = await tx.query(`SELECT id FROM "user" WHERE role = 'admin' AND id <> $1 FOR SHARE`, [user.id]);
  if (others.length === 0) {
    throw new AppError('CONFLICT', 'This is the last administrator. Make another one first.');
  }
}

async function invite(tx: Tx, userId: string): Promise<{ token: string; expiresAt: string }> {
  const token = randomBytes(24).toString('base64url');
  const [row] = await tx.query<{ expires_at: Date }>(
    `INSERT INTO verification (id, identifier, value, expires_at)
     VALUES ($1, $2, $3, now() + $4 * interval '1 day') RETURNING expires_at`,
    [`inv_${randomBytes(12).toString('hex')}`, invitationIdentifier(token), userId, invitationDays],
  );
  return { token, expiresAt: row!.expires_at.toISOString() };
}

/** Only a hash is kept: who reads the table cannot use the invitation. */
function invitationIdentifier(token: string): string {
  return `invitation:${createHash('sha256').update(token).digest('hex')}`;
}

function checkRole(role: string): void {
  if (role === 'admin' || (projectRoles as readonly string[]).includes(role)) return;
  throw new AppError('PARAMETER_INVALID', `role must be one of: admin, ${projectRoles.join(', ')}.`);
}

function normalise(email: string): string {
  return email.trim().toLowerCase();
}

function refuseTakenEmail(email: string) {
  return (error: unknown): never => {
    if (sqlState(error) !== '23505') throw error;
    throw new AppError('CONFLICT', `There is already a person with the address ${normalise(email)}.`, { cause: error });
  };
}

function toView(row: {
  id: string;
  name: string;
  email: string;
  role: string;
  defaultRole: string;
  createdAt: Date;
}): UserView {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    role: row.role as UserView['role'],
    defaultRole: row.defaultRole as ProjectRole,
    createdAt: row.createdAt.toISOString(),
  };
}
