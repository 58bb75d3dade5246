import { defineConfig } from 'prisma/config';

/** Only for Prisma's own command line; Laurel itself migrates with packages/db/src/migrate.ts. */
export default defineConfig({
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://laurel@127.0.0.1:5432/laurel' },
});
