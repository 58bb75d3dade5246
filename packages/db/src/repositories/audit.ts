import { type Actor, can } from '@laurel/access';
import { AppError, type AuditRow } from '@laurel/contracts';
import { type AuditRecord, auditHash, genesis } from '../core/audit-chain.ts';
import { authorise, requireAction } from '../core/authorise.ts';
import type { Context } from '../core/context.ts';
import { badCursor, checkLimit, parseCursor, writeCursor } from '../core/page.ts';
import type { Sql } from '../core/sql.ts';
import type { AuditRepository } from '../types.ts';

type Filter = Parameters<AuditRepository['list']>[1];
const verifyBatch = 2_000;

export function createAuditRepository({ database }: Context): AuditRepository {
  return {
    async list(actor, filter, page) {
      requireAction(actor, 'audit.read');
      // Administrators may ask for a project that was deleted: its rows stay.
      if (filter.projectId !== undefined && actor.installationRole !== 'admin') {
        await authorise(database, actor, 'audit.read', 'project', filter.projectId);
      }
      const limit = checkLimit(page.limit);
      const ascending = sortAscending(page.sort);
      const after = page.cursor === undefined ? null : readCursor(page.cursor);
      const { conditions, values } = where(actor, filter);
      if (after !== null) {
        values.push(after);
        conditions.push(`sequence ${ascending ? '>' : '<'} $${values.length}`);
      }
      values.push(limit + 1);
      const rows = await database.query<AuditRecord>(
        `SELECT * FROM audit ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
         ORDER BY sequence ${ascending ? 'ASC' : 'DESC'} LIMIT $${values.length}`,
        values,
      );
      const shown = rows.slice(0, limit);
      const last = rows.length > limit ? shown.at(-1) : undefined;
      return { items: shown.map(toView), nextCursor: last ? writeCursor(last.sequence) : null };
    },
    async verify(actor) {
      requireAction(actor, 'audit.verify');
      return verifyChain(database);
    },
    async record(actor, entry) {
      // The rows of a project belong to its members; what happened outside of one is the administrators' to read.
      await database.tx(async (tx) => tx.audit({ actor, ...entry }));
    },
  };
}

/** Walks the chain from the first row in batches: numbers without a gap, each hash over its row and the one before. */
export async function verifyChain(sql: Sql) {
  const [end] = await sql.query<{ last: number | null }>('SELECT max(sequence) AS last FROM audit');
  const last = end?.last ?? 0;
  let previous = genesis;
  let expected = 1;
  while (expected <= last) {
    const rows = await sql.query<AuditRecord>(
      'SELECT * FROM audit WHERE sequence >= $1 AND sequence <= $2 ORDER BY sequence LIMIT $3',
      [expected, last, verifyBatch],
    );
    for (const row of rows) {
      const { hash, ...record } = row;
      if (row.sequence !== expected || row.previous_hash !== previous || auditHash(record) !== hash) {
        return { valid: false, length: last, head: previous, firstBrokenSequence: expected };
      }
      previous = hash;
      expected++;
    }
    if (rows.length === 0) return { valid: false, length: last, head: previous, firstBrokenSequence: expected };
  }
  const [early] = await sql.query<{ sequence: number }>('SELECT sequence FROM audit WHERE sequence < 1 LIMIT 1');
  if (early) return { valid: false, length: last, head: previous, firstBrokenSequence: early.sequence };
  return { valid: true, length: last, head: previous, firstBrokenSequence: null };
}

function where(actor: Actor, filter: Filter): { conditions: string[]; values: unknown[] } {
  const conditions: string[] = [];
  const values: unknown[] = [];
  const add = (text: (place: string) => string, value: unknown) => {
    values.push(value);
    conditions.push(text(`$${values.length}`));
  };
  if (!can(actor, null, 'audit.read')) {
    add((place) => `project_id IN (SELECT project_id FROM project_member WHERE user_id = ${place})`, actor.userId);
  }
  if (filter.projectId !== undefined) add((place) => `project_id = ${place}`, filter.projectId);
  if (filter.actor !== undefined) add((place) => `actor_id = ${place}`, filter.actor);
  if (filter.action !== undefined) add((place) => `action = ${place}`, filter.action);
  if (filter.entity !== undefined) add((place) => `(entity_id = ${place} OR entity_kind = ${place})`, filter.entity);
  if (filter.from !== undefined) add((place) => `at >= ${place}`, time(filter.from, 'from'));
  if (filter.to !== undefined) add((place) => `at < ${place}`, time(filter.to, 'to'));
  if (filter.q !== undefined && filter.q !== '') {
    add(
      (place) =>
        `(strpos(lower(actor_name || ' ' || action || ' ' || entity_id || ' ' || coalesce(before::text, '') || ' ' ||
          coalesce(after::text, '')), lower(${place})) > 0)`,
      filter.q,
    );
  }
  return { conditions, values };
}

function time(text: string, name: string): Date {
  const date = new Date(text);
  if (Number.isFinite(date.getTime())) return date;
  throw new AppError('PARAMETER_INVALID', `${name} must be a time such as 2026-01-31T12:00:00Z.`);
}

function sortAscending(sort: string | undefined): boolean {
  if (sort === undefined || sort === '-sequence' || sort === '-at') return false;
  if (sort === 'sequence' || sort === 'at') return true;
  throw new AppError('PARAMETER_INVALID', `The log cannot be sorted by "${sort}". Use sequence or -sequence.`);
}

function readCursor(cursor: string): number {
  const value = parseCursor(cursor);
  if (typeof value !== 'number') throw badCursor();
  return value;
}

function toView(row: AuditRecord): AuditRow {
  return {
    sequence: row.sequence,
    at: row.at.toISOString(),
    actor: { id: row.actor_id, name: row.actor_name, kind: row.actor_kind as AuditRow['actor']['kind'] },
    action: row.action,
    entity: { kind: row.entity_kind, id: row.entity_id },
    projectId: row.project_id,
    requestId: row.request_id,
    before: row.before,
    after: row.after,
    hash: row.hash,
  };
}
