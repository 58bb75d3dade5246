import type { Database } from './database.ts';
import type { PrismaClient } from './prisma.ts';

/** What every repository is made from. Lists and views read with Prisma; changes are SQL in one `database.tx`. */
export interface Context {
  database: Database;
  prisma: PrismaClient;
}
