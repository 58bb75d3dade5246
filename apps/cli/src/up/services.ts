import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { UpSettings } from './env.ts';
import type { RunRecord } from './leftovers.ts';
import type { Home, Secrets } from './settings.ts';
import { Service } from './supervisor.ts';

/** Web, worker and serve as supervised processes, each with the part of the environment that it needs. */
export function createServices(
  settings: UpSettings,
  home: Home,
  secrets: Secrets,
  connectionString: string,
  record: RunRecord,
  say: (text: string) => void,
): Service[] {
  const apps = join(settings.root, 'apps');
  const base: NodeJS.ProcessEnv = {
    ...settings.inherited,
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    BETTER_AUTH_TELEMETRY: '0',
    DATABASE_URL: connectionString,
    LAUREL_HOME: home.dir,
    LAUREL_ROOT: settings.root,
    LAUREL_URL: settings.url,
    PORT: String(settings.port),
    SERVE_PORT: String(settings.servePort),
    ...(settings.redisUrl ? { REDIS_URL: settings.redisUrl } : {}),
  };
  const next = join(
    dirname(createRequire(join(apps, 'web/package.json')).resolve('next/package.json')),
    'dist/bin/next',
  );
  const guard = join(apps, 'cli/dist/guard.js');
  const node = (entry: string, ...args: string[]) => [process.execPath, '--import', guard, entry, ...args];

  const definitions = [
    {
      name: 'worker',
      command: node(join(apps, 'worker/dist/main.js')),
      env: { LAUREL_WORKERS: String(settings.workers) },
    },
    {
      name: 'serve',
      command: node(join(apps, 'serve/dist/main.js')),
      env: { LAUREL_INTERNAL_TOKEN: secrets.internalToken, LAUREL_MAX_UPLOAD_MB: String(settings.maxUploadMb) },
    },
    {
      name: 'web',
      command: node(next, 'start', '--hostname', '127.0.0.1', '--port', String(settings.port)),
      env: {
        LAUREL_INTERNAL_TOKEN: secrets.internalToken,
        LAUREL_AUTH_SECRET: secrets.authSecret,
        LAUREL_MAX_UPLOAD_MB: String(settings.maxUploadMb),
      },
    },
  ];
  return definitions.map(
    ({ name, command, env }) =>
      new Service({
        name,
        command,
        cwd: join(apps, name),
        env: { ...base, ...env },
        logFile: join(home.logs, `${name}.log`),
        // the title of a Next server is not its command line, so its marker is the title's constant part
        onPid: (pid) => record.set(name, pid, name === 'web' ? 'next' : `apps/${name}/dist/main.js`),
        say,
      }),
  );
}
