import { createHash } from 'node:crypto';
import type { AuditEntry } from './audit-entry.ts';
import { json, type Sql, storable } from './sql.ts';

/** A row of the table, as it is hashed. */
export interface AuditRecord {
  sequence: number;
  at: Date;
  actor_id: string;
  actor_name: string;
  actor_kind: string;
  api_key_id: string | null;
  action: string;
  entity_kind: string;
  entity_id: string;
  project_id: string | null;
  request_id: string | null;
  before: unknown;
  after: unknown;
  previous_hash: string;
  hash: string;
}

/** Hash before the first row. */
export const genesis = '0'.repeat(64);

/** Any number of ours: one writer at a time appends, so the sequence has no gap and follows the commits. */
const auditLock = 7_270_737_001;

/**
 * Appends rows at the end of a transaction. Sequence and previous hash are read under the lock, which the commit
 * releases; so a row that is rolled back leaves no gap.
 */
export async function appendAudit(sql: Sql, entries: readonly AuditEntry[]): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock($1)', [auditLock]);
  const [last] = await sql.query<{ sequence: number; hash: string }>(
    'SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1',
  );
  let sequence = last?.sequence ?? 0;
  let previous = last?.hash ?? genesis;
  for (const entry of entries) {
    const record: Omit<AuditRecord, 'hash'> = {
      sequence: ++sequence,
      at: await databaseTime(sql),
      actor_id: entry.actor.userId,
      actor_name: storable(entry.actor.name),
      actor_kind: entry.actor.kind,
      api_key_id: entry.actor.apiKeyId,
      action: storable(entry.action),
      entity_kind: entry.entity.kind,
      entity_id: storable(entry.entity.id),
      project_id: entry.projectId ?? null,
      request_id: entry.actor.requestId === null ? null : storable(entry.actor.requestId),
      before: stored(entry.before),
      after: stored(entry.after),
      previous_hash: previous,
    };
    previous = auditHash(record);
    await insert(sql, { ...record, hash: previous });
  }
}

/** sha256 over the canonical JSON of the row, which holds the previous row's hash. */
export function auditHash(record: Omit<AuditRecord, 'hash'>): string {
  const { at, ...rest } = record;
  const { hash: _, ...fields } = rest as AuditRecord;
  return createHash('sha256')
    .update(canonicalJson({ ...fields, at: at.toISOString() }))
    .digest('hex');
}

/** JSON with sorted keys and no spaces, so that the same content always has the same bytes. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** What will be read back: without undefined, dates as text, odd characters replaced. */
function stored(value: unknown): unknown {
  return value === undefined || value === null ? null : JSON.parse(json(value));
}

async function databaseTime(sql: Sql): Promise<Date> {
  const [row] = await sql.query<{ at: Date }>(`SELECT date_trunc('milliseconds', clock_timestamp()) AS at`);
  return row!.at;
}

async function insert(sql: Sql, record: AuditRecord): Promise<void> {
  await sql.query(
    `INSERT INTO audit (sequence, at, actor_id, actor_name, actor_kind, api_key_id, action, entity_kind, entity_id, project_id,
       request_id, before, after, previous_hash, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      record.sequence,
      record.at,
      record.actor_id,
      record.actor_name,
      record.actor_kind,
      record.api_key_id,
      record.action,
      record.entity_kind,
      record.entity_id,
      record.project_id,
      record.request_id,
      record.before === null ? null : json(record.before),
      record.after === null ? null : json(record.after),
      record.previous_hash,
      record.hash,
    ],
  );
}
