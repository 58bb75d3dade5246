// `npm start`: set up, then hand over to `laurel up`, which does not return until Ctrl-C.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, setup, toolEnv } from './setup.mjs';

setup();
// Ctrl-C reaches the whole process group of the terminal, so the launcher hears it by itself; a plain kill of this
// process is passed on.
const child = spawn(process.execPath, [join(root, 'apps/cli/dist/main.js'), 'up', ...process.argv.slice(2)], {
  cwd: process.env.INIT_CWD ?? root,
  env: { ...toolEnv, LAUREL_ROOT: root },
  stdio: 'inherit',
});
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)));
