import { expect, it } from 'vitest';
import { catalog } from '../../catalog.ts';
import { families } from '../registry.ts';
import { describeFamily } from './conformance.ts';

for (const family of families.filter((one) => !one.combines)) describeFamily(family);

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
