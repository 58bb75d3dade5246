// `npm run bench -- NAME [options]`: set up, then run bench/NAME/main.ts. Says which names there are when asked wrongly.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, setup, toolEnv } from './setup.mjs';

/** Apps and packages that a benchmark runs; all apps unless it says less here. */
const needs = {
  ablation: ['cli'],
  budget: ['cli'],
  engine: ['cli'],
  networks: ['cli'],
  quality: ['cli'],
  trees: ['trees'],
};

const folder = join(root, 'bench');
const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'main.ts')));
const [name, ...rest] = process.argv.slice(2);
if (!names.includes(name)) {
  if (name) process.stderr.write(`There is no benchmark ${JSON.stringify(name)}.\n`);
  process.stderr.write(
    `Usage: npm run bench -- NAME [options]\nNames: ${names.join(', ')}. Options of one: npm run bench -- NAME --help\n`,
  );
  process.exit(2);
}

// --no-setup: measures what is built already, for a machine where somebody else is building
const options = rest.filter((option) => option !== '--no-setup');
if (options.length === rest.length && !options.includes('--help')) setup({ apps: needs[name] });
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const child = spawn(process.execPath, ['--import', tsx, join(folder, name, 'main.ts'), ...options], {
  cwd: root,
  env: { ...toolEnv, LAUREL_ROOT: root },
  stdio: 'inherit',
});
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
