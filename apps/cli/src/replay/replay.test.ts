import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { experimentManifest } from '@laurel/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { laurelIn, thingsCsv } from '../testing/laurel.ts';

let dir: string;
const laurel = (...args: string[]) => laurelIn(dir, ...args);
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'laurel-replay-test-'));
  await writeFile(join(dir, 'things.csv'), thingsCsv(600));
  await writeFile(join(dir, 'other.csv'), thingsCsv(601));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it('trains the models of a run with a clock again, to the same bytes', { timeout: 120_000 }, async () => {
  const options = ['--target', 'weight', '--families', 'linear,gbm,extra-trees', '--budget', '12s', '--out', 'm'];
  const trained = await laurel('train', 'things.csv', ...options);
  expect(trained, trained.err).toMatchObject({ code: 0 });
  const path = join(dir, 'm/manifest.json');
  const manifest = experimentManifest.parse(JSON.parse(await readFile(path, 'utf8')));
  const completed = manifest.trials.filter(({ status }) => status === 'completed');
  expect(completed.length).toBeGreaterThan(1);
  for (const trial of completed) expect(trial.run).toMatchObject({ node: process.version });
  const models = completed.filter(({ kind }) => kind === 'model');
  for (const trial of models)
    expect(trial.run?.fits).toHaveLength(manifest.plan.validation.folds * manifest.plan.validation.repeats);
  const again = await laurel('replay', 'm/manifest.json', 'things.csv');
  expect(again, again.out).toMatchObject({ code: 0 });
  expect(again.out).toContain(`${completed.length} of ${completed.length} models came out the same, byte for byte.`);

  const refused = await laurel('replay', 'm/manifest.json', 'other.csv');
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toContain('is not the table of this manifest');

  const linear = models.find(({ family }) => family === 'linear')!;
  linear.seed++;
  linear.score = 1;
  linear.artifactSha256 = '0'.repeat(64);
  await writeFile(path, JSON.stringify({ ...manifest, trials: [linear] }));
  const different = await laurel('replay', 'm/manifest.json', 'things.csv');
  expect(different.code).toBe(1);
  expect(different.out).toContain('and it was 1');
  expect(different.out).toContain('0 of 1 models came out the same');
});
