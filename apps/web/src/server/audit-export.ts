import type { Actor } from '@laurel/access';
import type { AuditRow } from '@laurel/contracts';
import type { Db } from '@laurel/db';
import { csvLine } from './http/csv.ts';
import { attachment } from './http/headers.ts';
import type { Platform } from './platform.ts';

type Filter = Parameters<Db['audit']['list']>[1];

/** All rows that the filter finds, oldest last, as one streamed download. The export is written to the log first. */
export async function auditExport(
  platform: Platform,
  actor: Actor,
  filter: Filter,
  format: 'csv' | 'ndjson',
  signal: AbortSignal,
): Promise<Response> {
  const { audit } = platform.db;
  // the first page is read before anything is sent, so that a refusal is a refusal and not a broken download
  let page = await audit.list(actor, filter, { limit: 200 });
  await audit.record(actor, {
    action: 'audit.export',
    entity: { kind: 'audit', id: 'export' },
    projectId: filter.projectId ?? null,
    after: { format, filter },
  });
  const encoder = new TextEncoder();
  let begun = false;
  let ended = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (ended || signal.aborted) return controller.close();
      const head = begun || format === 'ndjson' ? '' : csvLine(columns);
      begun = true;
      const text = head + page.items.map(format === 'csv' ? csvRow : (row) => `${JSON.stringify(row)}\n`).join('');
      if (page.nextCursor === null) ended = true;
      else page = await audit.list(actor, filter, { limit: 200, cursor: page.nextCursor });
      controller.enqueue(encoder.encode(text));
    },
  });
  const type = format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/x-ndjson; charset=utf-8';
  return new Response(body, {
    headers: { 'content-type': type, 'content-disposition': attachment(`audit.${format}`) },
  });
}

const columns = [
  ...['sequence', 'at', 'actorId', 'actorName', 'actorKind', 'action', 'entityKind', 'entityId'],
  ...['projectId', 'requestId', 'before', 'after', 'hash'],
];

function csvRow(row: AuditRow): string {
  const json = (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value));
  return csvLine([
    ...[row.sequence, row.at, row.actor.id, row.actor.name, row.actor.kind, row.action, row.entity.kind, row.entity.id],
    ...[row.projectId, row.requestId, json(row.before), json(row.after), row.hash],
  ]);
}
