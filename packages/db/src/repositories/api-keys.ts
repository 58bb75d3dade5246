import { createHash, randomBytes } from 'node:crypto';
import { type Actor, can, keyScopes } from '@laurel/access';
import { AppError, newId } from '@laurel/contracts';
import { checkForm, notFound, requireAction } from '../core/authorise.ts';
import type { Context } from '../core/context.ts';
import { paging } from '../core/page.ts';
import { json, type Tx } from '../core/sql.ts';
import type { ApiKeyRepository, ApiKeyView } from '../types.ts';

export function createApiKeyRepository({ database, prisma }: Context): ApiKeyRepository {
  return {
    create: (actor, input) => database.tx((tx) => createKey(tx, actor, input)),
    async list(actor, page) {
      requireAction(actor, 'api_key.manage');
      const paged = paging(page, { createdAt: 'date', name: 'text' });
      const mine = actor.installationRole === 'admin' ? {} : { userId: actor.userId };
      const rows = await prisma.apiKey.findMany({
        where: { AND: [mine, paged.where] },
        orderBy: paged.orderBy,
        take: paged.take,
      });
      return paged.toPage(
        rows,
        (row): ApiKeyView => ({
          id: row.id,
          name: row.name,
          prefix: row.prefix,
          userId: row.userId,
          scopes: row.scopes as string[] | null,
          mayApprove: row.mayApprove,
          createdAt: row.createdAt.toISOString(),
          expiresAt: row.expiresAt?.toISOString() ?? null,
          lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
        }),
      );
    },
    delete: (actor, id) => database.tx((tx) => deleteKey(tx, actor, id)),
    async verify(key) {
      if (!looksRight(key)) return null;
      const [row] = await database.query<KeyOwner>(
        `SELECT key.id, key.name, key.scopes, key.may_approve, key.last_used_at < now() - interval '1 minute' AS used_long_ago,
           key.last_used_at, person.id AS user_id, person.name AS user_name, person.role
         FROM api_key AS key JOIN "user" AS person ON person.id = key.user_id
         WHERE key.hash = $1 AND (key.expires_at IS NULL OR key.expires_at > now())`,
        [hashKey(key)],
      );
      if (!row) return null;
      if (row.last_used_at === null || row.used_long_ago) {
        await database.query('UPDATE api_key SET last_used_at = now() WHERE id = $1', [row.id]);
      }
      return toActor(row);
    },
  };
}

interface KeyOwner {
  id: string;
  name: string;
  scopes: string[] | null;
  may_approve: boolean;
  used_long_ago: boolean | null;
  last_used_at: Date | null;
  user_id: string;
  user_name: string;
  role: 'admin' | 'member';
}

function toActor(row: KeyOwner): Actor {
  return {
    kind: 'api_key',
    userId: row.user_id,
    name: row.user_name,
    apiKeyId: row.id,
    installationRole: row.role,
    scopes: row.scopes,
    mayApprove: row.may_approve,
    requestId: null,
  };
}

async function createKey(
  tx: Tx,
  actor: Actor,
  input: Parameters<ApiKeyRepository['create']>[1],
): Promise<{ id: string; key: string }> {
  requireAction(actor, 'api_key.manage');
  const userId = input.userId ?? actor.userId;
  if (userId !== actor.userId && !can(actor, null, 'user.manage')) {
    throw new AppError(
      'FORBIDDEN',
      'Only administrators make keys for other people. Leave userId out to make your own.',
    );
  }
  checkForm('user', userId);
  const [owner] = await tx.query('SELECT 1 FROM "user" WHERE id = $1', [userId]);
  if (!owner) throw notFound('user');
  const scopes = checkScopes(actor, input.scopes ?? null);
  const expiresAt = checkExpiry(input.expiresAt);
  // Approval goes only with a key that its owner made while signed in; a key for someone else is a service account.
  const mayApprove = actor.kind === 'user' && userId === actor.userId && actor.mayApprove;
  return insertKey(tx, { actor, userId, name: input.name, scopes, expiresAt, mayApprove });
}

export async function insertKey(
  tx: Tx,
  input: {
    actor: Actor;
    userId: string;
    name: string;
    scopes: string[] | null;
    expiresAt: Date | null;
    mayApprove: boolean;
  },
): Promise<{ id: string; key: string }> {
  const id = newId('apiKey');
  const key = makeKey();
  await tx.query(
    `INSERT INTO api_key (id, user_id, name, prefix, hash, scopes, may_approve, created_by, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      id,
      input.userId,
      input.name,
      key.slice(0, 10),
      hashKey(key),
      input.scopes === null ? null : json(input.scopes),
      input.mayApprove,
      input.actor.userId,
      input.expiresAt,
    ],
  );
  const { actor, expiresAt, ...after } = input;
  tx.audit({ actor, action: 'api_key.created', entity: { kind: 'api_key', id }, after: { ...after, expiresAt } });
  return { id, key };
}

async function deleteKey(tx: Tx, actor: Actor, id: string): Promise<void> {
  requireAction(actor, 'api_key.manage');
  checkForm('api_key', id);
  const [row] = await tx.query<{ name: string; user_id: string }>(
    'DELETE FROM api_key WHERE id = $1 AND (user_id = $2 OR $3) RETURNING name, user_id',
    [id, actor.userId, actor.installationRole === 'admin'],
  );
  if (!row) throw notFound('api_key');
  tx.audit({ actor, action: 'api_key.deleted', entity: { kind: 'api_key', id }, before: row });
}

/** A key never gives more than the key that made it. */
function checkScopes(actor: Actor, scopes: string[] | null): string[] | null {
  const known: readonly string[] = keyScopes;
  const unknown = (scopes ?? []).find((scope) => !known.includes(scope));
  if (unknown !== undefined) {
    throw new AppError('PARAMETER_INVALID', `There is no scope "${unknown}". Use some of: ${keyScopes.join(', ')}.`);
  }
  if (actor.scopes === null) return scopes;
  const held = actor.scopes;
  if (scopes === null) return [...held];
  if (scopes.every((scope) => held.includes(scope))) return scopes;
  throw new AppError('FORBIDDEN', `This key may only make keys with its own scopes: ${held.join(', ')}.`);
}

function checkExpiry(text: string | undefined): Date | null {
  if (text === undefined) return null;
  const date = new Date(text);
  if (Number.isFinite(date.getTime()) && date.getTime() > Date.now()) return date;
  throw new AppError('PARAMETER_INVALID', 'expiresAt must be a time in the future, such as 2030-01-31T12:00:00Z.');
}

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** `lrl_`, 160 random bits, and six letters of their checksum, so that a mistyped key never reaches the database. */
function makeKey(): string {
  const body = Array.from(randomBytes(32), (byte) => alphabet[byte & 31]).join('');
  return `lrl_${body}${checksum(body)}`;
}

function checksum(body: string): string {
  const digest = createHash('sha256').update(`lrl_${body}`).digest();
  return Array.from(digest.subarray(0, 6), (byte) => alphabet[byte & 31]).join('');
}

function looksRight(key: string): boolean {
  if (!/^lrl_[0-9a-hjkmnp-tv-z]{38}$/.test(key)) return false;
  return checksum(key.slice(4, 36)) === key.slice(36);
}

function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
