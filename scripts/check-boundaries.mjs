// Boundaries as errors: who may import whom (dependency-cruiser) and the 400-line cap. Run by `npm run lint`.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const maxLines = 400;
let failed = 0;

const files = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx', '*.mjs'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter(Boolean);
for (const file of files) {
  let text;
  try {
    text = readFileSync(join(root, file), 'utf8');
  } catch {
    continue; // deleted in the work tree, still in the index
  }
  const lines = text.split('\n').length - 1;
  if (lines > maxLines) {
    failed++;
    process.stderr.write(`${file}: ${lines} lines; the cap is ${maxLines}. Split it by what it does.\n`);
  }
}

const cruise = spawnSync(
  join(root, 'node_modules/.bin/depcruise'),
  ['--config', '.dependency-cruiser.mjs', '--output-type', 'err', 'apps', 'packages', 'e2e', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
);
if (cruise.status !== 0) failed++;
process.exit(failed === 0 ? 0 : 1);
