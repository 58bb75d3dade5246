// `npm run -s laurel -- COMMAND`: set up what the command line needs (no web page), then run it where it was called.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, setup, toolEnv } from './setup.mjs';

setup({ apps: process.argv[2] === 'up' ? undefined : ['cli'] });
const entry = join(root, 'apps/cli/dist/main.js');
if (!existsSync(entry)) throw new Error(`${entry} is missing after the build`);
const child = spawn(process.execPath, [entry, ...process.argv.slice(2)], {
  cwd: process.env.INIT_CWD ?? process.cwd(),
  env: { ...toolEnv, LAUREL_ROOT: root },
  stdio: 'inherit',
});
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
