import { describe, expect, it } from 'vitest';
import { families } from '../models/registry.ts';
import type { DataFacts } from '../models/types.ts';
import { relevantSpace } from './relevance.ts';

const facts: DataFacts = {
  task: 'binary',
  rows: 1000,
  numericFeatures: 3,
  categoricalFeatures: 0,
  levels: 0,
  classes: 2,
};

describe('relevantSpace', () => {
  const linear = families.find((family) => family.id === 'linear')!.space;

  it('leaves out what has no effect on the data at hand', () => {
    expect(Object.keys(relevantSpace(linear, facts))).toEqual(['pieces', 'skewLimit']);
    expect(Object.keys(relevantSpace(linear, { ...facts, task: 'regression', numericFeatures: 0 }))).toEqual([
      'logTarget',
    ]);
  });

  it('keeps what can change a model', () => {
    const made = { keys: 2, manyLevels: 0, dates: 1, texts: 1, missing: 1 };
    const mixed: DataFacts = { ...facts, task: 'regression', categoricalFeatures: 2, levels: 30, made };
    expect(relevantSpace(linear, mixed)).toEqual(linear);
  });
});
