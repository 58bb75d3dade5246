import { existsSync } from 'node:fs';
import { systemActor } from '@laurel/access';
import { AppError } from '@laurel/contracts';
import { createDb } from '@laurel/db';
import { connectionOfRunning, startEmbeddedPostgres } from '@laurel/db/embedded';
import { readUpSettings } from '../up/env.ts';
import { openHome } from '../up/settings.ts';

/**
 * `laurel audit verify`: checks the whole hash chain and prints its length and head. Exit code 1 when it is broken,
 * with the sequence number of the first row that does not fit. Works beside a running Laurel and without one.
 */
export async function auditCommand(args: readonly string[]): Promise<number> {
  if (args[0] !== 'verify') throw new AppError('PARAMETER_INVALID', 'Usage: laurel audit verify');
  const settings = readUpSettings();
  const home = openHome(settings.homeDir);
  // as root the cluster may lie elsewhere; its password file is always in the data directory
  if (!settings.databaseUrl && !existsSync(`${home.postgres}.json`)) {
    throw new AppError(
      'NOT_FOUND',
      `There is no Laurel in ${home.dir} yet. Start it with "npm start", or set LAUREL_HOME.`,
    );
  }
  const server = settings.databaseUrl ? null : await attach(home.postgres);
  const db = createDb({ connectionString: settings.databaseUrl ?? (server as Attached).connectionString, poolSize: 1 });
  try {
    const { valid, length, head, firstBrokenSequence } = await db.audit.verify(systemActor);
    process.stdout.write(
      valid
        ? `The audit chain is whole: ${length} rows, head ${head}\n`
        : `The audit chain is broken at row ${firstBrokenSequence} of ${length}. Somebody changed, removed or reordered rows; compare with your latest backup or export.\n`,
    );
    return valid ? 0 : 1;
  } finally {
    await db.close();
    await server?.release();
  }
}

interface Attached {
  connectionString: string;
  release: () => Promise<void>;
}

/** The embedded server: the running one when Laurel is up, else started for this command and stopped after it. */
async function attach(dataDir: string): Promise<Attached> {
  const running = await connectionOfRunning(dataDir);
  if (running) return { connectionString: running, release: async () => {} };
  const server = await startEmbeddedPostgres({ dataDir });
  return { connectionString: server.connectionString, release: () => server.stop() };
}
