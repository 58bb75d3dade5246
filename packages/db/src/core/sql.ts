import { AppError } from '@laurel/contracts';
import type { AuditEntry } from './audit-entry.ts';

/** Something that runs parameterised SQL: the pool, or one transaction. */
export interface Sql {
  query<R extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<R[]>;
}

/** One transaction. What must happen with its commit is collected here: audit rows come last, so their lock is short. */
export interface Tx extends Sql {
  audit(entry: AuditEntry): void;
  /** an outbox row, relayed to the queue after the commit; payloads hold ids only */
  enqueue(job: string, payload: Record<string, string>, options?: { projectId?: string; delayMs?: number }): void;
  notify(channel: Channel, payload: string): void;
}

export type Channel = 'outbox' | 'events' | 'champion';
export const channelName = (channel: Channel) => `laurel_${channel}`;

export function sqlState(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

const unreachable = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|57P01|57P02|57P03|08...|53300)$/;
const brokenMessage = /connection terminated|timeout exceeded when trying to connect|server closed the connection/i;

/** A database error as what a caller can act on; everything else passes as it is. */
export function translate(error: unknown): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error;
  const code = String((error as { code?: unknown }).code ?? '');
  if (unreachable.test(code) || brokenMessage.test(error.message)) {
    return new AppError(
      'STORAGE_UNAVAILABLE',
      'The database cannot be reached right now. Try again in a few seconds.',
      {
        cause: error,
      },
    );
  }
  if (code === '53100') {
    return new AppError('STORAGE_FULL', 'The disk of the database is full. Free some space, then try again.', {
      cause: error,
    });
  }
  if (code === '22021' || code === '22P05') {
    return new AppError('PARAMETER_INVALID', 'A text holds a character that cannot be stored (NUL). Remove it.', {
      cause: error,
    });
  }
  return error;
}

/** JSON for a jsonb parameter: NUL and lone surrogates, which PostgreSQL refuses, become U+FFFD; NaN becomes null. */
export function json(value: unknown): string {
  return JSON.stringify(value, (_key, item) => (typeof item === 'string' ? storable(item) : item)) ?? 'null';
}

const notStorable = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
/** The text with what PostgreSQL cannot store replaced by U+FFFD. */
export function storable(text: string): string {
  return text.replace(notStorable, '\ufffd');
}

export function first<R>(rows: R[]): R | null {
  return rows[0] ?? null;
}

export function iso(date: Date): string;
export function iso(date: Date | null): string | null;
export function iso(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
