import { execFileSync } from 'node:child_process';
import type { ExperimentPlan } from '@laurel/contracts';
import { describe, expect, it } from 'vitest';
import { ApiFailure } from '@/client/api.ts';
import { type Choices, choicesOf, engineViewOf, firstChoices, toDraft, untouched } from './draft.ts';
import { problemsOf } from './problems.ts';
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
        validation: { ...base.validation, kind: 'kfold', folds: 10 },
        families: ['a'],
        space: { a: { depth: { fixed: 3 } }, b: {} },
        maxModelMb: 2.5,
        droppedFeatures: ['x / y'],
        ensemble: false,
        classWeights: 'balanced',
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
      features: { drop: ['x / y'] },
      ensemble: 'off',
      space: { a: { depth: { fixed: 3 } } },
      constraints: { maxModelBytes: 2_500_000 },
      classWeights: 'balanced',
      seed: 7,
    });
  });
  it('asks what the engine proposes without what was said of columns and families', () => {
    const said = { ...base, kept: ['gold'], families: ['a'], task: 'binary' as const };
    expect(untouched(said, 100)).toEqual({ ...base, task: 'binary' });
    const plan = { excluded: engine.leftOut, families: ['a'] } as unknown as ExperimentPlan;
    expect(engineViewOf(plan)).toEqual({ leftOut: engine.leftOut, families: ['a'] });
  });
});

describe('choicesOf', () => {
  const request = {
    ensemble: 'off',
    datasetId: 'ds_1',
    target: 'medal',
    metric: 'f1',
    budget: { trials: 20 },
    holdout: 'auto',
    validation: { kind: 'group', column: 'id' },
    features: { exclude: ['age'], drop: ['x / y'] },
    roles: { weight: 'gold', id: 'id' },
    constraints: { maxModelBytes: 2_500_000 },
    seed: 7,
  };
  const experiment = { request, target: 'medal' };
  it('repeats a request', () => {
    const { holdout: _, ...same } = request;
    expect(toDraft('ds_1', choicesOf({ experiment }, 100, columns), columns, engine)).toEqual(same);
  });
  it('keeps groups together that were named by their role', () => {
    const { validation: _, ...rest } = request;
    const grouped = { ...experiment, request: { ...rest, roles: { group: 'age' } } };
    const again = toDraft('ds_1', choicesOf({ experiment: grouped }, 100, columns), columns, engine);
    expect(again.validation).toEqual({ kind: 'group', column: 'age' });
  });
  it('asks for one split, of groups too, without the folds and repeats that contradict it', () => {
    const validationOf = (validation: object, roles = {}) => {
      const choices = choicesOf(
        { experiment: { ...experiment, request: { ...request, validation, roles } } },
        100,
        columns,
      );
      return toDraft('ds_1', choices, columns, engine).validation;
    };
    expect(validationOf({ kind: 'holdout', folds: 5, repeats: 3 })).toEqual({ kind: 'holdout' });
    const group = { kind: 'group', column: 'age', folds: 1 };
    expect(validationOf({ kind: 'holdout' }, { group: 'age' })).toEqual(group);
    expect(validationOf({ ...group, repeats: 3 })).toEqual(group);
    expect(validationOf({ kind: 'group', folds: 4, repeats: 3 }, { group: 'age' })).toEqual({
      ...group,
      folds: 4,
      repeats: 3,
    });
  });
  it('leaves a column out that was in both lists', () => {
    const both = { ...experiment, request: { ...request, features: { include: ['age', 'gold'], exclude: ['age'] } } };
    const choices = choicesOf({ experiment: both }, 100, columns);
    expect(toDraft('ds_1', choices, columns, engine).features).toEqual({ include: ['gold'] });
  });
  it('repeats columns that were named one by one', () => {
    const named = { ...experiment, request: { ...request, features: { include: ['gold'] } } };
    const choices = choicesOf({ experiment: named }, 100, columns);
    expect(toDraft('ds_1', choices, columns, engine).features).toEqual({ include: ['gold'] });
  });
  it('fixes the settings of a trial, those that it did not name at their defaults', () => {
    const trial = { family: 'a', config: { depth: 3, other: [1] }, defaults: { depth: 6, rate: 0.1 } };
    const choices = choicesOf({ experiment, trial }, 100, columns);
    expect(choices.families).toEqual(['a']);
    expect(choices.space).toEqual({ a: { depth: { fixed: 3 }, rate: { fixed: 0.1 } } });
  });
  it('leaves a generated feature out once', () => {
    expect(choicesOf({ experiment, dropFeature: 'z' }, 100, columns).droppedFeatures).toEqual(['x / y', 'z']);
    expect(choicesOf({ experiment, dropFeature: 'x / y' }, 100, columns).droppedFeatures).toEqual(['x / y']);
  });
});

describe('problemsOf', () => {
  const failure = (code: string, details = {}) => new ApiFailure({ code, message: 'no', status: 422, details });
  it('knows where a refusal belongs', () => {
    expect(problemsOf(failure('BUDGET_INVALID')).at).toEqual({ budget: 'no' });
    expect(problemsOf(failure('PARAMETER_INVALID', { parameter: 'a.depth' })).parameter).toEqual({
      parameter: 'a.depth',
      message: 'no',
    });
    expect(problemsOf(failure('INTERNAL'))).toEqual({ at: {}, parameter: null });
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
