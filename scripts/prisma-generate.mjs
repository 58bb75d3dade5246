// Generates the Prisma client without the network: the schema engine is not needed for it, and is not downloaded.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const prisma = join(dirname(createRequire(import.meta.url).resolve('prisma/package.json')), 'build/index.js');

const result = spawnSync(process.execPath, [prisma, 'generate', '--config', join(root, 'prisma.config.ts')], {
  cwd: root,
  encoding: 'utf8',
  env: {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  },
});
if (result.status !== 0) {
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}\n`);
  process.stderr.write('The Prisma client could not be generated. Run "npm ci", then "npm run build" again.\n');
  process.exit(result.status ?? 1);
}
