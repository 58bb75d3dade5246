import { createDb, type Db } from '@laurel/db';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@laurel/db/embedded';
import { migrate } from '@laurel/db/migrate';
import { sleep } from './leftovers.ts';
import type { Home } from './settings.ts';

export interface Database {
  connectionString: string;
  embedded: boolean;
  db: Db;
  stop(): Promise<void>;
}

/**
 * Starts the embedded PostgreSQL (or takes `databaseUrl`), migrates, and keeps the embedded one alive: when it dies it
 * is started again on the same data and port, with back-off; web, worker and serve reconnect by themselves.
 */
export async function openDatabase(
  home: Home,
  databaseUrl: string | null,
  migrationsDir: string,
  say: (text: string) => void,
  onPostgres: (pid: number) => void,
): Promise<Database> {
  const postgres = databaseUrl ? null : await superviseEmbedded(home, say, onPostgres);
  const connectionString = databaseUrl ?? (postgres as Supervised).current().connectionString;
  try {
    await migrate(connectionString, { migrationsDir });
  } catch (error) {
    await postgres?.stop(); // it is a process of its own and would outlive this one
    throw error;
  }
  const db = createDb({ connectionString, poolSize: 2 });
  return {
    connectionString,
    embedded: postgres !== null,
    db,
    async stop() {
      await db.close();
      await postgres?.stop();
    },
  };
}

interface Supervised {
  current(): EmbeddedPostgres;
  stop(): Promise<void>;
}

async function superviseEmbedded(
  home: Home,
  say: (text: string) => void,
  onPostgres: (pid: number) => void,
): Promise<Supervised> {
  const lines: string[] = [];
  const log = (line: string) => {
    lines.push(line);
    if (lines.length > 50) lines.shift();
  };
  let stopping = false;
  let delayMs = 500;
  let restarting: Promise<EmbeddedPostgres> | null = null;
  let server = await startEmbeddedPostgres({ dataDir: home.postgres, log });

  const watch = () => {
    onPostgres(server.pid);
    const startedAtMs = Date.now();
    server.onExit(async () => {
      if (stopping) return;
      if (Date.now() - startedAtMs > 60_000) delayMs = 500;
      say(`PostgreSQL stopped; starting it again in ${delayMs / 1000} s.`);
      const port = server.port;
      for (;;) {
        await sleep(delayMs);
        delayMs = Math.min(delayMs * 2, 30_000);
        if (stopping) return;
        try {
          restarting = startEmbeddedPostgres({ dataDir: home.postgres, port, log });
          server = await restarting;
          restarting = null;
          if (stopping) return;
          say('PostgreSQL runs again.');
          watch();
          return;
        } catch (error) {
          say(`PostgreSQL could not be started: ${(error as Error).message}`);
        }
      }
    });
  };
  watch();
  return {
    current: () => server,
    async stop() {
      stopping = true;
      // a restart under way ends first, so that what it starts is stopped too
      await restarting?.catch(() => null);
      await server.stop();
    },
  };
}
