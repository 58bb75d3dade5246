import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../generated/client.ts';
import type { Database } from './sql.ts';

export type { PrismaClient } from '../generated/client.ts';

/** The Prisma client over the pool that the SQL of this package uses, so that there is one limit of connections. */
export function createPrisma(database: Database): PrismaClient {
  return new PrismaClient({ adapter: new PrismaPg(database.pool) });
}
