import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { laurelIn, thingsCsv } from './testing/laurel.ts';

const guide = fileURLToPath(new URL('../../../docs/guides/library.md', import.meta.url));
const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'laurel-library-'));
  await symlink(modules, join(dir, 'node_modules'));
  await writeFile(join(dir, 'things.csv'), thingsCsv(150));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it('runs the example of the guide, to the same model as the command line', { timeout: 120_000 }, async () => {
  const [, code] = /```ts\n([\s\S]*?)```/.exec(await readFile(guide, 'utf8'))!;
  await writeFile(join(dir, 'example.mjs'), code!);
  const said = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, ['--import', loader, 'example.mjs'], { cwd: dir }, (error, out, err) =>
      error ? reject(new Error(err)) : resolve(out),
    );
  });
  const options = ['--target', 'kind', '--trials', '4', '--seed', '9', '--out', 'm'];
  expect(await laurelIn(dir, 'train', 'things.csv', ...options)).toMatchObject({ code: 0 });
  const description = JSON.parse(await readFile(join(dir, 'm/model.json'), 'utf8'));
  expect(said).toContain(`sha256 ${description.model.artifactSha256}`);
  for (const sentence of description.plan.sentences) expect(said).toContain(sentence);
  for (const { trialNumber, name, validation } of description.leaderboard) {
    expect(said).toContain(`${trialNumber} ${name} ${validation.mean}\n`);
  }
});
