import { execFileSync } from 'node:child_process';
import type { ExperimentPlan } from '@laurel/contracts';
import { describe, expect, it } from 'vitest';
import { type Choices, engineViewOf, firstChoices, toDraft } from './draft.ts';
import { pythonLiteral, shellQuote, snippetsOf } from './snippets.ts';

const columns = ['id', 'age', 'gold', 'medal'];
const engine = {
  leftOut: [
    { column: 'id', code: 'ID_LIKE', reason: '' },
    { column: 'gold', code: 'LEAK', reason: '' },
  ],
  families: ['a', 'b'],
};
const base = firstChoices('medal', 100);
const draft = (part: Partial<Choices>) => toDraft('ds_1', { ...base, ...part }, columns, engine);

describe('toDraft', () => {
  it('says nothing that the engine decides', () => {
    expect(draft({})).toEqual({ datasetId: 'ds_1', target: 'medal', budget: { seconds: 60 } });
    expect(firstChoices('x', 50_000).budget.amount).toBe(300);
  });
  it('leaves columns out by name', () => {
    expect(draft({ dropped: ['age'] }).features).toEqual({ exclude: ['age'] });
  });
  it('names all columns to use when one is kept against the advice', () => {
    expect(draft({ kept: ['gold'] }).features).toEqual({ include: ['age', 'gold'] });
    expect(draft({ kept: ['gold', 'id'], dropped: ['age'] }).features).toEqual({ include: ['id', 'gold'] });
  });
  it('passes on what was chosen', () => {
    expect(
      draft({
        metric: 'f1',
        positiveClass: 'yes',
        holdout: 0,
        folds: 10,
        withoutFamilies: ['b'],
        seed: 7,
        name: ' x ',
        budget: { kind: 'trials', amount: 20 },
      }),
    ).toEqual({
      datasetId: 'ds_1',
      target: 'medal',
      name: 'x',
      positiveClass: 'yes',
      metric: 'f1',
      budget: { trials: 20 },
      holdout: 0,
      validation: { kind: 'kfold', folds: 10 },
      families: ['a'],
      seed: 7,
    });
  });
  it('learns of the engine only from untouched plans', () => {
    const plan = { excluded: engine.leftOut, families: ['a'] } as unknown as ExperimentPlan;
    expect(engineViewOf(plan, base)).toEqual({ leftOut: engine.leftOut, families: ['a'] });
    expect(engineViewOf(plan, { ...base, kept: ['gold'] })).toBeNull();
  });
});

describe('snippets', () => {
  it('survive quotes in names', () => {
    const text = `it's "quoted" $HOME \`x\``;
    expect(execFileSync('sh', ['-c', `printf %s ${shellQuote(text)}`], { encoding: 'utf8' })).toBe(text);
  });
  it('are Python where Python is asked for', () => {
    expect(pythonLiteral({ a: true, b: null, c: ['x', 1] })).toBe(
      '{\n    "a": True,\n    "b": None,\n    "c": ["x", 1],\n}',
    );
  });
  it('hold the whole request', () => {
    const all = snippetsOf('http://localhost:3000', { target: 'medal', budget: { seconds: 60 } });
    for (const text of Object.values(all)) {
      expect(text).toContain('http://localhost:3000/api/v1/experiments');
      expect(text).toContain('medal');
      expect(text).toContain('LAUREL_API_KEY');
    }
  });
});
