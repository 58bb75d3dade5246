import { join } from 'node:path';
import { AppError } from '@laurel/contracts';
import { createDb } from '@laurel/db';
import { migrate } from '@laurel/db/migrate';
import { readUpSettings } from '../up/env.ts';
import { ensureCredentials } from '../up/first-start.ts';
import { openHome } from '../up/settings.ts';

/**
 * `laurel migrate`: brings the PostgreSQL of DATABASE_URL up to date and makes the first administrator, for
 * installations whose parts are started one by one (Docker Compose, Kubernetes). Ends when it is done.
 */
export async function migrateCommand(): Promise<void> {
  const settings = readUpSettings();
  if (!settings.databaseUrl) {
    throw new AppError('PARAMETER_INVALID', 'Set DATABASE_URL: the embedded PostgreSQL is migrated by "npm start".');
  }
  const { applied } = await migrate(settings.databaseUrl, { migrationsDir: join(settings.root, 'prisma/migrations') });
  process.stdout.write(applied.length > 0 ? `Applied ${applied.join(', ')}.\n` : 'The database is up to date.\n');
  const home = openHome(settings.homeDir);
  const db = createDb({ connectionString: settings.databaseUrl, poolSize: 2 });
  try {
    const { first } = await ensureCredentials(db, home, settings);
    if (first) process.stdout.write(`The first administrator's sign-in is in ${home.credentials}\n`);
  } finally {
    await db.close();
  }
}
