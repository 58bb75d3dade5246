// Makes a checkout ready to run: Node version, npm ci, generated client, builds of what changed. Needs nothing but
// Node, since it runs before anything is installed. Writes to standard error only: standard output belongs to the command.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const minimumNode = [20, 19];

/** Environment of every tool that is started from here: no telemetry, nothing fetched at run time. */
export const toolEnv = {
  ...process.env,
  NEXT_TELEMETRY_DISABLED: '1',
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  CHECKPOINT_DISABLE: '1',
  BETTER_AUTH_TELEMETRY: '0',
  SCARF_ANALYTICS: 'false',
  // any file that exists: generating the client needs no schema engine, and none is downloaded
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  TURBO_NO_UPDATE_NOTIFIER: '1',
};

function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Ends the process with a sentence that says what to do. */
function refuse(text) {
  say(`\n${text}\n`);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < minimumNode[0] || (major === minimumNode[0] && minor < minimumNode[1])) {
    refuse(
      `Laurel needs Node ${minimumNode.join('.')} or newer; this is ${process.versions.node}. Install a newer Node (https://nodejs.org) and run the same command again.`,
    );
  }
  if (process.platform === 'win32') refuse('Laurel runs on Linux and macOS. On Windows, use WSL 2 and start it there.');
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** Runs a tool with its output on our standard error; its last lines are shown when it fails. */
function run(label, command, args, options = {}) {
  const started = Date.now();
  say(`${label} …`);
  const quiet = options.quiet ?? true;
  const result = spawnSync(command, args, {
    cwd: root,
    env: toolEnv,
    stdio: ['ignore', quiet ? 'pipe' : process.stderr, quiet ? 'pipe' : process.stderr],
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (result.error || result.status !== 0) {
    const output = `${result.stdout ?? ''}${result.stderr ?? ''}`.trimEnd().split('\n').slice(-60).join('\n');
    if (output) say(output);
    refuse(
      options.advice ??
        `${label} failed (${result.error?.message ?? `exit code ${result.status}`}). The lines above say why.`,
    );
  }
  say(`${label}: done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function install() {
  const stamp = join(root, 'node_modules', '.laurel-installed');
  const wanted = hashOf(['package-lock.json', 'package.json']);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  run('Installing packages (about a minute)', 'npm', ['ci', '--no-progress'], {
    advice:
      'npm could not install the packages. Check the connection to your npm registry (npm ping) and the free disk space (2 GB are needed), then run the same command again.',
  });
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

/**
 * @param {{ apps?: string[] }} options apps to build (all by default); a command that needs no web page does not wait for one
 */
export function setup({ apps = ['web', 'worker', 'serve', 'cli'] } = {}) {
  checkNode();
  install();
  const turbo = join(root, 'node_modules', '.bin', 'turbo');
  run('Building what changed', turbo, [
    'run',
    'build',
    '--output-logs=errors-only',
    '--no-update-notifier',
    ...apps.map((app) => `--filter=@laurel/${app}`),
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setup();
