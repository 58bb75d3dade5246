import { join } from 'node:path';
import { openDatabase } from './database.ts';
import { readUpSettings, type UpSettings } from './env.ts';
import { ensureCredentials, isEmpty } from './first-start.ts';
import { clearLeftovers, RunRecord, requireFreePort, sleep } from './leftovers.ts';
import { runFirstSample } from './sample-run.ts';
import { createServices } from './services.ts';
import { type Credentials, type Home, loadSecrets, openHome } from './settings.ts';
import type { Service } from './supervisor.ts';

const readyLimitMs = 90_000;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/**
 * `laurel up`: database, migrations, then web, worker and serve until a signal comes. Resolves after all of it has
 * stopped. @throws AppError for what the person at the terminal can mend
 */
export async function up(): Promise<void> {
  const settings = readUpSettings();
  const home = openHome(settings.homeDir);
  await clearLeftovers(home, say);
  await requireFreePort(settings.port, 'PORT', 'the web page');
  await requireFreePort(settings.servePort, 'SERVE_PORT', 'the prediction server');
  const record = new RunRecord(home, settings.url);
  const stopped = stopSignal();

  say(settings.databaseUrl ? 'Connecting to the database …' : 'Starting PostgreSQL …');
  const migrations = join(settings.root, 'prisma/migrations');
  const database = await openDatabase(home, settings.databaseUrl, migrations, say, (pid) =>
    record.set('postgres', pid, 'postgres'),
  );
  const services: Service[] = [];
  try {
    const { credentials, first } = await ensureCredentials(database.db, home, settings);
    const secrets = loadSecrets(home);
    services.push(...createServices(settings, home, secrets, database.connectionString, record, say));
    say('Starting web, worker and serve …');
    for (const service of services) service.start();
    if (await waitUntilReady(settings, stopped)) {
      say(banner(settings, home, credentials, first, database.embedded));
      if (first && settings.sample && credentials && (await isEmpty(database.db))) {
        await runFirstSample(`http://127.0.0.1:${settings.port}`, credentials.apiKey, say, stopped);
      }
    } else if (!stopped.aborted) {
      say(`Not ready after ${readyLimitMs / 1000} s; Laurel keeps trying. What each part says is in ${home.logs}`);
      for (const service of services) for (const line of service.lastLines) say(`  ${line}`);
    }
    await whenAborted(stopped);
  } finally {
    say('Stopping …');
    await Promise.all(services.map((service) => service.stop()));
    await database.stop();
    record.clear();
    say('Stopped. Your data is kept.');
  }
}

/** Aborts at the first Ctrl-C or kill; a second one ends at once, which the next start copes with. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  return controller.signal;
}

async function whenAborted(signal: AbortSignal): Promise<void> {
  // a pending promise keeps nothing alive; the services' pipes and this timer do
  while (!signal.aborted) await sleep(200);
}

async function waitUntilReady(settings: UpSettings, stopped: AbortSignal): Promise<boolean> {
  const until = Date.now() + readyLimitMs;
  while (Date.now() < until && !stopped.aborted) {
    try {
      const response = await fetch(`http://127.0.0.1:${settings.port}/api/v1/ready`, {
        signal: AbortSignal.timeout(3_000),
      });
      if (response.ok) return true;
    } catch {
      // not listening yet
    }
    await sleep(100);
  }
  return false;
}

function banner(
  settings: UpSettings,
  home: Home,
  credentials: Credentials | null,
  first: boolean,
  embedded: boolean,
): string {
  const line = '─'.repeat(72);
  const rows: [string, string][] = [
    ['Open', settings.url],
    ['Sign in as', credentials?.email ?? 'an administrator of this database'],
  ];
  if (credentials && first) rows.push(['Password', credentials.password]);
  else if (credentials) rows.push(['Password', `in ${home.credentials}`]);
  rows.push(['Predictions', `http://localhost:${settings.servePort}`]);
  rows.push(['API', `${settings.url}/api/v1/docs`]);
  rows.push(['Data', `${home.dir}${embedded ? '' : ' (files) and your PostgreSQL'}`]);
  rows.push(['Stop', 'Ctrl-C']);
  return [line, '  Laurel is ready', '', ...rows.map(([label, value]) => `  ${label.padEnd(12)} ${value}`), line].join(
    '\n',
  );
}
