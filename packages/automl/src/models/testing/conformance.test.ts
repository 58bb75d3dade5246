import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { catalog } from '../../catalog.ts';
import { families } from '../registry.ts';
import { describeFamily } from './conformance.ts';
import { edgeRows, fitOnEdges, type Printed, printed } from './edge-rows.ts';

// Families of series alone have tests of their own, see tasks/forecast.
const rowFamilies = families.filter((one) => !one.combines && one.tasks.some((task) => task !== 'forecast'));

for (const family of rowFamilies) describeFamily(family);

it('lists the same families in the catalog, as plain JSON', () => {
  expect(catalog.map((entry) => entry.id)).toEqual(families.map((family) => family.id));
  expect(JSON.parse(JSON.stringify(catalog))).toEqual(catalog);
});

it('has starting configs within each search space', () => {
  for (const task of ['binary', 'multiclass', 'regression'] as const) {
    const facts = { task, rows: 1000, numericFeatures: 5, categoricalFeatures: 2, levels: 9, classes: 3 };
    for (const family of families) {
      const configs = family.startingConfigs(facts);
      expect(configs.length).toBeGreaterThan(0);
      for (const [key, value] of configs.flatMap((config) => Object.entries(config))) {
        const parameter = family.space[key];
        expect(parameter, `${family.id}.${key}`).toBeDefined();
        if (parameter!.kind === 'choice') expect(parameter!.values).toContain(value);
        else expect(value).toSatisfy((number: number) => number >= parameter!.min && number <= parameter!.max);
      }
    }
  }
});

it('predicts the same in another process', async () => {
  const states: [string, Printed][] = [];
  const expected: [string, Printed][] = [];
  for (const family of rowFamilies) {
    const model = await fitOnEdges(family, family.tasks[0]!);
    states.push([family.id, printed(model.state())]);
    expected.push([family.id, printed({ header: null, tensors: { predictions: model.predict(edgeRows()) } })]);
    model.dispose();
  }
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const script = fileURLToPath(new URL('./in-another-process.ts', import.meta.url));
  const child = spawnSync(process.execPath, ['--import', loader, script], {
    input: JSON.stringify(states),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  expect(child.stderr).toBe('');
  expect(JSON.parse(child.stdout)).toEqual(expected);
}, 30_000);
