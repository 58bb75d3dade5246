import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const planted = [];

/** Cruises one file with this import in the place given, as lint does, and answers what was said. */
function cruise(folder, line) {
  const file = join(folder, `planted-import-${planted.length}.ts`);
  planted.push(join(root, file));
  writeFileSync(join(root, file), `${line}\n`);
  const result = spawnSync(
    join(root, 'node_modules/.bin/depcruise'),
    ['--config', '.dependency-cruiser.mjs', '--output-type', 'err', file],
    { cwd: root, encoding: 'utf8' },
  );
  return { failed: result.status !== 0, said: `${result.stdout}${result.stderr}` };
}

afterEach(() => {
  for (const file of planted.splice(0)) rmSync(file, { force: true });
});

// A rule that no longer fires looks like a clean tree; so each kind is broken once on purpose.
describe('a forbidden import fails lint', { timeout: 60_000 }, () => {
  it.each([
    ['packages/evaluation/src', "import { createDb } from '@laurel/db';\ncreateDb;", 'evaluation-imports'],
    ['packages/contracts/src', "import { Queue } from 'bullmq';\nQueue;", 'bullmq-only-in-queue'],
    ['apps/worker/src', "import { PrismaPg } from '@prisma/adapter-pg';\nPrismaPg;", 'prisma-only-in-db'],
    ['apps/web/src/server', "import { planExperiment } from '@laurel/automl';\nplanExperiment;", 'web-is-thin'],
    [
      'apps/worker/src',
      "import { readUpSettings } from '../../cli/src/up/env.ts';\nreadUpSettings;",
      'no-app-imports-another-app',
    ],
    ['apps/serve/src', "import { json } from '../../../packages/db/src/core/sql.ts';\njson;", 'nothing-past-exports'],
  ])('in %s: %s', (folder, line, rule) => {
    const { failed, said } = cruise(folder, line);
    expect(said).toContain(rule);
    expect(failed).toBe(true);
  });

  it('and an allowed one does not', () => {
    expect(cruise('packages/tabular/src', "import { AppError } from '@laurel/contracts';\nAppError;")).toMatchObject({
      failed: false,
    });
  });
});
