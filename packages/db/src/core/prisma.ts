import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../generated/client.ts';
import type { Database } from './database.ts';
import { translate } from './sql.ts';

export type { PrismaClient } from '../generated/client.ts';

/**
 * The Prisma client over the pool that the SQL of this package uses, so that there is one limit of connections. Its
 * errors are translated like those of the SQL: a database that is away is STORAGE_UNAVAILABLE here too.
 */
export function createPrisma(database: Database): PrismaClient {
  const client = new PrismaClient({ adapter: new PrismaPg(database.pool) });
  const translated = client.$extends({
    query: {
      async $allOperations({ args, query }) {
        try {
          return await query(args);
        } catch (error) {
          throw translate(causeOf(error));
        }
      },
    },
  });
  // An extension that changes no result keeps the type in all but name.
  return translated as unknown as PrismaClient;
}

const awayCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2037']);

/** Gives an error of Prisma the code that PostgreSQL or the socket had, where it knows one. */
function causeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, meta } = error as {
    code?: unknown;
    meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } };
  };
  const original = meta?.driverAdapterError?.cause?.originalCode;
  const known = typeof original === 'string' ? original : awayCodes.has(String(code)) ? 'ECONNREFUSED' : null;
  return known === null ? error : Object.assign(new Error(error.message, { cause: error }), { code: known });
}
