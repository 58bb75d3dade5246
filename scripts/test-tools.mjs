// The programs that the tests drive for real: a Chromium and a redis-server. Installed by apt where that is possible.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const tools = [
  {
    name: 'chromium',
    commands: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
    variable: 'LAUREL_CHROMIUM',
  },
  { name: 'procps', commands: ['ps'], variable: 'LAUREL_PS' },
  { name: 'redis-server', commands: ['redis-server'], variable: 'LAUREL_REDIS_SERVER' },
];
const macChrome = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

function find(commands) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin', '/usr/local/bin'];
  for (const command of commands) {
    for (const folder of folders) {
      const path = join(folder, command);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // not in this folder
      }
    }
  }
  return null;
}

function aptInstall(names) {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const apt = (args) => {
    const [command, ...rest] = [...asRoot, 'apt-get', ...args];
    return spawnSync(command, rest, {
      stdio: ['ignore', process.stderr, process.stderr],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status;
  };
  apt(['update', '-qq']);
  return apt(['install', '-y', '-qq', '--no-install-recommends', ...names]) === 0;
}

/**
 * Finds the tools, installs what is missing, and returns the environment that names their paths.
 * Ends the process with a sentence when one cannot be had: a test that silently did not run is worse than a failure.
 */
export function requireTestTools() {
  const locate = ({ commands, name, variable }) =>
    process.env[variable] ?? find(commands) ?? (name === 'chromium' ? find([macChrome.slice(1)]) : null);
  const missing = tools.filter((tool) => !locate(tool)).map((tool) => tool.name);
  if (missing.length > 0 && find(['apt-get'])) {
    process.stderr.write(`Installing ${missing.join(' and ')} for the tests …\n`);
    aptInstall(missing);
  }
  const env = {};
  for (const tool of tools) {
    const path = locate(tool);
    if (!path) {
      process.stderr.write(
        `The tests need ${tool.name}. Install it (Debian: apt-get install ${tool.name}; macOS: brew install ${tool.name === 'chromium' ? '--cask google-chrome' : 'redis'}) or name its path in ${tool.variable}.\n`,
      );
      process.exit(1);
    }
    env[tool.variable] = path;
  }
  return env;
}
