import { AppError, type DatasetProfile } from '@laurel/contracts';
import { profileTable, type Table } from '@laurel/tabular';
import { describe, expect, it } from 'vitest';
import { tableOf } from '../testing.ts';
import { type PlanRequest, planExperiment, planWithTable, refinePlan } from './plan.ts';
import { chooseValidation, validationFraction } from './validation.ts';

const rows = 120;
const table = tableOf({
  age: Array.from({ length: rows }, (_, i) => 20 + ((i * 7) % 50) + 0.5),
  town: Array.from({ length: rows }, (_, i) => ['Ulm', 'Bonn', 'Köln'][i % 3]!),
  bought: Array.from({ length: rows }, (_, i) => (i % 4 === 0 ? 'yes' : 'no')),
  grade: Array.from({ length: rows }, (_, i) => 1 + (i % 5)),
  price: Array.from({ length: rows }, (_, i) => i * 1.25 + (i % 7)),
  same: Array.from({ length: rows }, () => 'x'),
  empty: Array.from({ length: rows }, () => null),
  partly: Array.from({ length: rows }, (_, i) => (i < 3 ? null : i % 2 === 0 ? 'a' : 'b')),
  rare: Array.from({ length: rows }, (_, i) => (i === 0 ? 'once' : i % 2 === 0 ? 'a' : 'b')),
  twin: Array.from({ length: rows }, (_, i) => 20 + ((i * 7) % 50) + 0.5),
});
const profile = profileTable(table);

function plan(request: PlanRequest, of: DatasetProfile = profile) {
  return planExperiment({ profile: of, request, seed: 1 });
}
function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // Every message names what to do: it ends as a sentence and has more than the problem.
    expect(error.message).toMatch(/[.]$/);
    return error.code;
  }
  return 'none';
}

describe('the task', () => {
  it.each([
    ['bought', 'binary', ['no', 'yes'], 'yes', 'roc_auc'],
    ['town', 'multiclass', ['Bonn', 'Köln', 'Ulm'], null, 'log_loss'],
    ['grade', 'multiclass', ['1', '2', '3', '4', '5'], null, 'log_loss'],
    ['price', 'regression', [], null, 'rmse'],
  ])('of %s is %s', (target, task, labels, positiveClass, metric) => {
    expect(plan({ target })).toMatchObject({ task, labels, positiveClass, metric });
  });

  it('follows what was asked where the column allows it', () => {
    expect(plan({ target: 'grade', task: 'regression' }).task).toBe('regression');
    expect(plan({ target: 'bought', positiveClass: 'no' }).positiveClass).toBe('no');
    const adjusted = plan({ target: 'bought', task: 'multiclass' });
    expect(adjusted.task).toBe('binary');
    expect(adjusted.warnings.map(({ code }) => code)).toContain('TASK_ADJUSTED');
  });

  it('leaves rows without a target out, with a warning', () => {
    const found = plan({ target: 'partly' });
    expect(found.rows).toEqual({ total: rows, usable: rows - 3, training: rows - 3, holdout: 0 });
    expect(found.warnings).toEqual([
      { code: 'TARGET_MISSING', message: '3 rows have no value in "partly" and are left out.' },
    ]);
  });

  it('warns of a class with one row, which two classes cannot do with', () => {
    const warning = plan({ target: 'rare' }).warnings.find(({ code }) => code === 'RARE_CLASS');
    expect(warning?.message).toContain('"once" has one row only');
    const two = tableOf({ x: Array.from({ length: 60 }, (_, i) => i % 7), y: ['once', ...Array(59).fill('often')] });
    expect(() => plan({ target: 'y' }, profileTable(two))).toThrow('"once" of "y" has one row only');
  });

  it('leaves labels that the profile shows the beginning of to the table', () => {
    const long = `long ${'x'.repeat(300)}`;
    const y = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? long : 'short'));
    const texts = profileTable(tableOf({ x: Array.from({ length: 60 }, (_, i) => i % 7), y }));
    const found = plan({ target: 'y' }, texts);
    expect(found).toMatchObject({ task: 'binary', labels: [], positiveClass: null });
    expect(found.sentences[0]).not.toContain('null');
    expect(plan({ target: 'y', positiveClass: long }, texts).positiveClass).toBe(long);
  });
});

describe('a request that cannot be run', () => {
  it('names a target with more classes than can be told apart', () => {
    const many = tableOf({
      city: Array.from({ length: 2000 }, (_, i) => `city ${i % 600}`),
      size: Array.from({ length: 2000 }, (_, i) => i % 17),
    });
    expect(codeOf(() => plan({ target: 'city' }, profileTable(many)))).toBe('TOO_MANY_CLASSES');
  });

  it.each<[string, PlanRequest]>([
    ['TARGET_NOT_FOUND', { target: 'nothing' }],
    ['TARGET_CONSTANT', { target: 'same' }],
    ['TARGET_EMPTY', { target: 'empty' }],
    ['TARGET_INVALID', { target: 'town', task: 'regression' }],
    ['TARGET_INVALID', { target: 'town', task: 'binary' }],
    ['TARGET_INVALID', { target: 'bought', positiveClass: 'maybe' }],
    ['TARGET_INVALID', { target: 'town', positiveClass: 'Ulm' }],
    ['PARAMETER_INVALID', { target: 'town', task: 'clustering' }],
    ['VALIDATION_INVALID', { target: 'price', task: 'forecast' }],
    ['TARGET_INVALID', { target: 'town', task: 'forecast' }],
    ['PARAMETER_INVALID', { target: 'price', horizon: 3 }],
    ['METRIC_UNKNOWN', { target: 'bought', metric: 'auc2' }],
    ['METRIC_NOT_FOR_TASK', { target: 'bought', metric: 'rmse' }],
    ['METRIC_NOT_FOR_TASK', { target: 'price', metric: 'roc_auc' }],
    ['FAMILY_UNKNOWN', { target: 'bought', families: ['magic'] }],
    ['FAMILY_UNKNOWN', { target: 'bought', families: [] }],
    ['FAMILY_UNKNOWN', { target: 'bought', families: ['ensemble'] }],
    ['COLUMN_NOT_FOUND', { target: 'bought', features: { exclude: ['agee'] } }],
    ['COLUMN_NOT_FOUND', { target: 'bought', features: { include: ['age', 'bought'] } }],
    ['COLUMN_NOT_FOUND', { target: 'bought', roles: { id: 'nope' } }],
    ['NO_FEATURES', { target: 'bought', features: { include: ['age'] }, roles: { id: 'age' } }],
    ['PARAMETER_INVALID', { target: 'bought', features: { include: ['age', 'town'], exclude: ['age'] } }],
    ['VALIDATION_INVALID', { target: 'bought', validation: { kind: 'holdout', repeats: 2 } }],
    ['VALIDATION_INVALID', { target: 'bought', validation: { kind: 'holdout', folds: 5 }, roles: { time: 'age' } }],
    ['VALIDATION_INVALID', { target: 'bought', validation: { kind: 'holdout', folds: 5 }, roles: { group: 'grade' } }],
    ['VALIDATION_INVALID', { target: 'bought', validation: { folds: 1, repeats: 3 }, roles: { group: 'grade' } }],
    ['VALIDATION_INVALID', { target: 'bought', holdout: 0.9 }],
    ['VALIDATION_INVALID', { target: 'bought', holdout: Number.NaN }],
    ['VALIDATION_INVALID', { target: 'bought', holdout: 0.05 }],
    ['VALIDATION_INVALID', { target: 'bought', validation: { kind: 'time' } }],
    ['VALIDATION_INVALID', { target: 'bought', validation: { kind: 'time', column: 'town' } }],
    ['COLUMN_NOT_FOUND', { target: 'bought', validation: { kind: 'time', column: 'nope' } }],
    ['VALIDATION_INVALID', { target: 'price', validation: { kind: 'group', column: 'price' } }],
    ['VALIDATION_INVALID', { target: 'bought', validation: { kind: 'group', column: 'town', folds: 9 } }],
    ['VALIDATION_INVALID', { target: 'bought', validation: { kind: 'group', column: 'same' } }],
    ['VALIDATION_INVALID', { target: 'bought', validation: { kind: 'time', column: 'age', folds: 500 } }],
    ['VALIDATION_INVALID', { target: 'bought', validation: { kind: 'time', column: 'age', gap: 1000 } }],
    ['VALIDATION_INVALID', { target: 'bought', validation: { kind: 'time', column: 'age', repeats: 2 } }],
    ['VALIDATION_INVALID', { target: 'bought', validation: { kind: 'kfold', gap: 1 } }],
    ['VALIDATION_INVALID', { target: 'bought', validation: { kind: 'kfold' }, roles: { time: 'age' } }],
    ['VALIDATION_INVALID', { target: 'bought', validation: { kind: 'group' }, roles: { time: 'age' } }],
    ['VALIDATION_INVALID', { target: 'bought', validation: { column: 'age' } }],
    ['VALIDATION_INVALID', { target: 'bought', roles: { time: 'age', group: 'town' } }],
    ['VALIDATION_INVALID', { target: 'bought', validation: { repeats: 0 } }],
    ['VALIDATION_INVALID', { target: 'bought', validation: { kind: 'magic' } }],
    ['VALIDATION_INVALID', { target: 'bought', validation: { kind: 'group' } }],
    ['VALIDATION_INVALID', { target: 'bought', validation: { folds: 1 } }],
    ['VALIDATION_INVALID', { target: 'bought', validation: { folds: 2.5 } }],
    ['VALIDATION_INVALID', { target: 'bought', roles: { weight: 'town' } }],
    ['PARAMETER_INVALID', { target: 'price', classWeights: 'balanced' }],
    ['PARAMETER_INVALID', { target: 'bought', classWeights: { maybe: 2 } }],
    ...[0, -1, 1e9, '10', null, Number.NaN, Number.POSITIVE_INFINITY].flatMap((value): [string, PlanRequest][] => [
      ['BUDGET_INVALID', { target: 'bought', budget: { seconds: value } }],
      ['BUDGET_INVALID', { target: 'bought', budget: { trials: value } }],
    ]),
    ['BUDGET_INVALID', { target: 'bought', budget: { trials: 1.5 } }],
  ])('%s', (code, request) => {
    expect(codeOf(() => plan(request))).toBe(code);
  });

  it('names the metrics that would do', () => {
    expect(() => plan({ target: 'bought', metric: 'auc2' })).toThrow(/roc_auc, pr_auc, log_loss/);
  });

  it('refuses a metric that is not defined for the values of the target, and names those that are', () => {
    const signed = tableOf({
      x: Array.from({ length: 60 }, (_, i) => i % 7),
      y: Array.from({ length: 60 }, (_, i) => i - 3.5),
    });
    const act = () => plan({ target: 'y', metric: 'rmsle' }, profileTable(signed));
    expect(codeOf(act)).toBe('METRIC_NOT_FOR_TASK');
    expect(act).toThrow(/from -3.5 to 55.5.*never negative.*rmse, mae/);
    expect(act).not.toThrow(/one of: .*rmsle/);
    expect(plan({ target: 'price', metric: 'rmsle' }).metric).toBe('rmsle');
  });

  it('proposes the column that was meant', () => {
    expect(() => plan({ target: 'Bought ' })).toThrow('Did you mean "bought"?');
  });

  it('refuses a table of too few rows', () => {
    const few = tableOf({ x: [1, 2, 3, 4], y: ['a', 'b', 'a', 'b'] });
    expect(codeOf(() => plan({ target: 'y' }, profileTable(few)))).toBe('TOO_FEW_ROWS');
  });

  it('refuses a target that names the rows', () => {
    const named = tableOf({
      x: Array.from({ length: 60 }, (_, i) => i % 7),
      y: Array.from({ length: 60 }, (_, i) => `person ${i}`),
    });
    expect(codeOf(() => plan({ target: 'y' }, profileTable(named)))).toBe('TARGET_INVALID');
  });
});

describe('features', () => {
  it('leaves out what tells nothing, with a reason each', () => {
    const { features, excluded } = plan({ target: 'bought', features: { exclude: ['grade'] } });
    expect(excluded.map(({ column, code }) => [column, code])).toEqual([
      ['grade', 'ASKED'],
      ['same', 'CONSTANT'],
      ['empty', 'ALL_MISSING'],
      ['twin', 'DUPLICATE_OF'],
    ]);
    for (const { reason } of excluded) expect(reason).toMatch(/\.$/);
    expect(features.map(({ column }) => column)).toEqual(['age', 'town', 'price', 'partly', 'rare']);
  });

  it('uses exactly the columns that were asked for', () => {
    const { features } = plan({ target: 'bought', features: { include: ['twin', 'age'] } });
    expect(features.map(({ column }) => column)).toEqual(['age', 'twin']);
  });
});

describe('leaks', () => {
  const leaky: Table = tableOf({
    x: Array.from({ length: rows }, (_, i) => (i * 13) % 29),
    told: Array.from({ length: rows }, (_, i) => (i % 4 === 0 ? 'Y' : 'N')),
    bought: Array.from({ length: rows }, (_, i) => (i % 4 === 0 ? 'yes' : 'no')),
  });
  const input = { profile: profileTable(leaky), table: leaky, seed: 1 };

  it('are left out with the reason, and told', () => {
    const found = planWithTable({ ...input, request: { target: 'bought' } });
    expect(found.features.map(({ column }) => column)).toEqual(['x']);
    expect(found.excluded[0]).toMatchObject({ column: 'told', code: 'LEAK' });
    expect(found.warnings[0]?.code).toBe('LEAK');
    expect(found.sentences.join(' ')).toContain('left out: "told"');
  });

  it('says that models are not combined where that is switched off', () => {
    const found = planWithTable({ ...input, request: { target: 'bought', ensemble: 'off' } });
    expect(found.ensemble).toBe('off');
    expect(found.sentences.join(' ')).toContain('the best single model wins');
    const usual = planWithTable({ ...input, request: { target: 'bought' } });
    expect(usual.sentences.join(' ')).toContain('the best are combined');
  });

  it('are used when asked for, with a warning', () => {
    const found = planWithTable({ ...input, request: { target: 'bought', features: { include: ['x', 'told'] } } });
    expect(found.features.map(({ column }) => column)).toEqual(['x', 'told']);
    expect(found.warnings[0]?.message).toContain('because you asked for it');
  });

  it('keep the last feature', () => {
    const start = planExperiment({
      profile: input.profile,
      request: { target: 'bought', features: { exclude: ['x'] } },
      seed: 1,
    });
    const found = refinePlan(start, [{ column: 'told', code: 'LEAK_COPY', message: 'It is the target.' }]);
    expect(found.features).toHaveLength(1);
    expect(found.warnings[0]?.message).toContain('no other column is left');
  });
});

describe('validation and holdout', () => {
  it('seals a fifth from 5,000 rows on', () => {
    const large = { ...profile, rows: 5000 };
    expect(plan({ target: 'bought' }, large).rows).toMatchObject({ training: 4000, holdout: 1000 });
    expect(plan({ target: 'bought' }, { ...profile, rows: 4999 }).holdoutFraction).toBe(0);
    expect(plan({ target: 'bought', holdout: 0 }, large).rows.holdout).toBe(0);
  });

  it('folds where the time allows it', () => {
    expect(chooseValidation(300, 10, 60)).toEqual({ kind: 'kfold', folds: 5, repeats: 3 });
    expect(chooseValidation(1000, 20, 30)).toEqual({ kind: 'kfold', folds: 5, repeats: 1 });
    expect(chooseValidation(43_000, 9, 10).kind).toBe('holdout');
    expect(chooseValidation(43_000, 9, 45).folds).toBe(3);
    expect(chooseValidation(43_000, 9, 120).folds).toBe(5);
    expect(chooseValidation(43_000, 9, 60, 26).kind).toBe('holdout');
    expect(chooseValidation(10_000, 9, 600).folds).toBe(8);
    expect([3000, 6000, 6001].map((rows) => chooseValidation(rows, 500, 5).folds)).toEqual([5, 3, 1]);
    expect(chooseValidation(200_000, 9, null).kind).toBe('holdout');
    expect(chooseValidation(10_000, 500, null)).toEqual({ kind: 'kfold', folds: 5, repeats: 1 });
  });

  it('makes no more folds by itself than the rarer of two classes has rows, and warns of it', () => {
    const few = (positives: number) => ({
      x: Array.from({ length: 600 }, (_, i) => i % 7),
      y: Array.from({ length: 600 }, (_, i) => (i < positives ? 'yes' : 'no')),
    });
    const planOf = (positives: number, validation = {}) =>
      plan({ target: 'y', validation }, profileTable(tableOf(few(positives))));
    expect([2, 3, 60].map((positives) => planOf(positives).validation.folds)).toEqual([2, 3, 5]);
    expect(planOf(3).warnings.map(({ code }) => code)).toEqual(['RARE_CLASS']);
    expect(planOf(3, { folds: 4 }).validation.folds).toBe(4);
  });

  it('counts classes that the profile does not list', () => {
    const many = tableOf({
      x: Array.from({ length: 600 }, (_, i) => i % 7),
      code: Array.from({ length: 600 }, (_, i) => `c${i % 60}`),
      two: Array.from({ length: 600 }, (_, i) => `c${i % 2}`),
    });
    const large = { ...profileTable(many), rows: 60_000 };
    const kindOf = (target: string) => plan({ target, holdout: 0, budget: { seconds: 60 } }, large).validation.kind;
    expect([kindOf('two'), kindOf('code')]).toEqual(['kfold', 'holdout']);
  });

  it('takes a fifth of small tables to validate on, a tenth of large ones', () => {
    expect([1000, 5000, 25_000, 1e6].map(validationFraction)).toEqual([0.2, 0.2, 0.1, 0.1]);
  });
});

describe('rows in the order of a date', () => {
  const dated = (at: (i: number) => number) =>
    tableOf({
      sold: Array.from({ length: 120 }, (_, i) => (i * 53) % 97),
      x: Array.from({ length: 120 }, (_, i) => i % 7),
      day: Array.from({ length: 120 }, (_, i) => new Date(Date.UTC(2024, 0, 1 + at(i))).toISOString().slice(0, 10)),
    });
  const codes = (table: Table, request: Partial<PlanRequest> = {}) =>
    planWithTable({ profile: profileTable(table), table, request: { target: 'sold', ...request }, seed: 1 })
      .warnings.filter(({ code }) => code === 'TIME_ORDER')
      .map(({ message }) => message);

  it('bring a warning where they are split at random, and only there', () => {
    expect(codes(dated((i) => i))[0]).toContain('in the order of the date "day"');
    expect(codes(dated((i) => 120 - i))).toHaveLength(1);
    expect(codes(dated((i) => (i * 37) % 120))).toEqual([]);
    expect(
      codes(
        dated((i) => i),
        { roles: { time: 'day' } },
      ),
    ).toEqual([]);
  });
});

describe('validation by time and group', () => {
  const split = (request: Partial<PlanRequest>) => plan({ target: 'bought', ...request });

  it('is chosen by the role of a column, which is then no feature', () => {
    const time = split({ roles: { time: 'age' } });
    expect(time.validation).toEqual({ kind: 'time', folds: 5, repeats: 1, column: 'age', gap: 0 });
    expect(time.features.map(({ column }) => column)).not.toContain('age');
    expect(time.excluded.find(({ column }) => column === 'age')?.code).toBe('ROLE');
    expect(time.sentences.join(' ')).toContain('in the order of "age"');
    const group = split({ roles: { group: 'grade' } });
    expect(group.validation).toMatchObject({ kind: 'group', column: 'grade' });
    expect(group.sentences.join(' ')).toContain('the same "grade" stay together');
    expect(group.features.map(({ column }) => column)).not.toContain('grade');
  });

  it('takes folds, gap and repeats as asked', () => {
    expect(split({ validation: { kind: 'time', column: 'age', folds: 3, gap: 2 } }).validation).toEqual({
      kind: 'time',
      folds: 3,
      repeats: 1,
      column: 'age',
      gap: 2,
    });
    expect(split({ validation: { kind: 'holdout' }, roles: { time: 'age' } }).validation.folds).toBe(1);
    expect(split({ validation: { kind: 'kfold', folds: 4, repeats: 2 } }).validation).toEqual({
      kind: 'kfold',
      folds: 4,
      repeats: 2,
    });
  });

  it('makes folds of groups where they are to be repeated, also of a table for which one split would do', () => {
    const large = { ...profile, rows: 200_000 };
    const request = { target: 'bought', roles: { group: 'grade' } };
    expect(plan(request, large).validation.folds).toBe(1);
    expect(plan({ ...request, validation: { repeats: 2 } }, large).validation).toMatchObject({ folds: 4, repeats: 2 });
  });

  it('uses as many folds as there are groups where fewer than usual', () => {
    const { folds } = split({ validation: { kind: 'group', column: 'town' } }).validation;
    expect(folds).toBe(profile.columns.find(({ name }) => name === 'town')!.distinct);
  });
});
