import { accessSync, constants, statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { createDb } from '@laurel/db';
import { connectionOfRunning } from '@laurel/db/embedded';
import { readUpSettings, type UpSettings } from '../up/env.ts';
import { requireFreePort } from '../up/leftovers.ts';
import { openHome } from '../up/settings.ts';

interface Check {
  label: string;
  run: () => Promise<string> | string;
}

/** `laurel doctor`: looks at what Laurel needs on this machine, one line each; exit code 1 when something is wrong. */
export async function doctorCommand(): Promise<number> {
  const settings = readUpSettings();
  const home = openHome(settings.homeDir);
  const running = settings.databaseUrl ?? (await connectionOfRunning(home.postgres));
  let failed = 0;
  for (const { label, run } of checksFor(settings, home.dir, running)) {
    let line: string;
    try {
      line = `ok    ${label}: ${await run()}`;
    } catch (error) {
      failed++;
      line = `FAIL  ${label}: ${(error as Error).message}`;
    }
    process.stdout.write(`${line}\n`);
  }
  return failed === 0 ? 0 : 1;
}

function checksFor(settings: UpSettings, dir: string, database: string | null): Check[] {
  const gb = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GB`;
  return [
    { label: 'Node', run: () => process.version },
    {
      label: 'data directory',
      run: () => {
        accessSync(dir, constants.W_OK);
        const { bavail, bsize } = statfsSync(dir);
        if (bavail * bsize < 1024 ** 3) throw new Error(`${dir} has only ${gb(bavail * bsize)} free; make room.`);
        return `${dir}, ${gb(bavail * bsize)} free`;
      },
    },
    {
      label: 'memory',
      run: () => {
        if (freemem() < 0.5 * 1024 ** 3)
          throw new Error(`only ${gb(freemem())} free; close programs or lower LAUREL_WORKERS.`);
        return `${gb(freemem())} free for ${settings.workers} models at a time`;
      },
    },
    {
      label: 'database',
      run: async () => {
        if (!database) return 'embedded, not running now';
        const db = createDb({ connectionString: database, poolSize: 1 });
        try {
          await db.ping();
          const workers = await db.internal.liveWorkers();
          return `answers; ${workers.length} live worker${workers.length === 1 ? '' : 's'}`;
        } finally {
          await db.close();
        }
      },
    },
    {
      label: 'ports',
      run: async () => {
        if (await answers(settings.port)) return `Laurel answers on ${settings.url}`;
        await requireFreePort(settings.port, 'PORT', 'the web page');
        await requireFreePort(settings.servePort, 'SERVE_PORT', 'the prediction server');
        return `${settings.port} and ${settings.servePort} are free`;
      },
    },
  ];
}

async function answers(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/api/v1/health`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false; // nothing of ours listens
  }
}
