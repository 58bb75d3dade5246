import type { PrismaClient } from './prisma.ts';
import type { Database } from './sql.ts';

/** What every repository is made from. Lists and views read with Prisma; changes are SQL in one `database.tx`. */
export interface Context {
  database: Database;
  prisma: PrismaClient;
}
