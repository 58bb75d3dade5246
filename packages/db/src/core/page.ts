import { AppError } from '@laurel/contracts';
import type { Page, PageRequest } from '../types.ts';
import { storable } from './sql.ts';

export type SortFields = Readonly<Record<string, 'date' | 'text' | 'number'>>;

interface Paging {
  where: Record<string, unknown>;
  orderBy: Record<string, 'asc' | 'desc'>[];
  take: number;
  toPage<Row extends { id: string }, View>(rows: Row[], view: (row: Row) => View): Page<View>;
}

/**
 * Keyset pages for Prisma: stable while rows are added. `fields` is the allow-list of sort fields with their types;
 * the first one, descending, is the default. The cursor holds the last row's sort value and id.
 */
export function paging(page: PageRequest, fields: SortFields): Paging {
  const limit = checkLimit(page.limit);
  const sort = page.sort ?? `-${Object.keys(fields)[0]}`;
  const descending = sort.startsWith('-');
  const field = descending ? sort.slice(1) : sort;
  const type = Object.hasOwn(fields, field) ? fields[field]! : null;
  if (type === null) {
    throw new AppError(
      'PARAMETER_INVALID',
      `A list cannot be sorted by "${sort}". Use one of: ${Object.keys(fields).join(', ')}.`,
    );
  }
  const direction = descending ? 'desc' : 'asc';
  const beyond = descending ? 'lt' : 'gt';
  const after = page.cursor === undefined ? null : readCursor(page.cursor, sort, type);
  return {
    where: after
      ? { OR: [{ [field]: { [beyond]: after.value } }, { [field]: after.value, id: { [beyond]: after.id } }] }
      : {},
    orderBy: [{ [field]: direction }, { id: direction }],
    take: limit + 1,
    toPage(rows, view) {
      const shown = rows.slice(0, limit);
      const last = rows.length > limit ? shown.at(-1) : undefined;
      const value = last && (last as Record<string, unknown>)[field];
      return {
        items: shown.map(view),
        nextCursor: last ? writeCursor([sort, value instanceof Date ? value.getTime() : value, last.id]) : null,
      };
    },
  };
}

export function checkLimit(limit: number | undefined): number {
  const value = limit ?? 50;
  if (!Number.isInteger(value) || value < 1 || value > 500) {
    throw new AppError('PARAMETER_INVALID', 'The limit of a list must be a whole number from 1 to 500.');
  }
  return value;
}

export function writeCursor(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** The parsed cursor, PARAMETER_INVALID when it was not made by us. */
export function parseCursor(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (error) {
    throw badCursor(error);
  }
}

export function badCursor(cause?: unknown): AppError {
  return new AppError('PARAMETER_INVALID', 'The cursor is not one of this list. Start again without a cursor.', {
    cause,
  });
}

function readCursor(cursor: string, sort: string, type: 'date' | 'text' | 'number') {
  const parsed = parseCursor(cursor);
  if (!Array.isArray(parsed) || parsed.length !== 3 || parsed[0] !== sort || typeof parsed[2] !== 'string') {
    throw badCursor();
  }
  const [, value, id] = parsed as [string, unknown, string];
  if (storable(id) !== id || (typeof value === 'string' && storable(value) !== value)) throw badCursor();
  if (typeof value !== (type === 'text' ? 'string' : 'number')) throw badCursor();
  return { value: type === 'date' ? new Date(value as number) : value, id };
}
