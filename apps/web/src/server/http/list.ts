import { z } from '@hono/zod-openapi';
import type { PageRequest } from '@laurel/db';

/** Query of a list: `limit`, `cursor`, `sort` out of an allow-list (`-` in front for descending), and filters. */
export function listQuery<F extends z.ZodRawShape>(sorts: readonly string[], filters: F) {
  const allowed = sorts.flatMap((name) => [name, `-${name}`]);
  return z.strictObject({
    limit: z.coerce.number('must be a whole number from 1 to 200').int().min(1).max(200).optional(),
    cursor: z.string().min(1).max(1000).optional(),
    sort: z.enum(allowed as [string, ...string[]], `must be one of ${allowed.join(', ')}`).optional(),
    ...filters,
  });
}

/** A page of `item`s as the API answers it. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** What the repositories take of a list's query. */
export function pageRequest(query: {
  limit?: number | undefined;
  cursor?: string | undefined;
  sort?: string | undefined;
}): PageRequest {
  return { limit: query.limit, cursor: query.cursor, sort: query.sort };
}
