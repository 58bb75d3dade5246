import type { AppError } from '@laurel/contracts';
import { profileTable } from '@laurel/tabular';
import { describe, expect, it } from 'vitest';
import { familyOf } from '../families.ts';
import { createStudy, step } from '../study/study.ts';
import { tableOf } from '../testing.ts';
import { type PlanRequest, planExperiment } from './plan.ts';

const rows = 200;
const profile = profileTable(
  tableOf({
    x: Array.from({ length: rows }, (_, i) => ((i * 37) % 100) / 7),
    town: Array.from({ length: rows }, (_, i) => ['Ulm', 'Bonn', 'Köln'][i % 3]!),
    y: Array.from({ length: rows }, (_, i) => (i % 4 === 0 ? 'yes' : 'no')),
  }),
);
const plan = (request: Partial<PlanRequest>) =>
  planExperiment({ profile, request: { target: 'y', ...request }, seed: 1 });
const errorOf = (request: Partial<PlanRequest>): AppError => {
  try {
    plan(request);
  } catch (error) {
    return error as AppError;
  }
  throw new Error('The plan was accepted.');
};
const facts = {
  task: 'binary',
  rows,
  numericFeatures: 1,
  categoricalFeatures: 1,
  levels: 3,
  classes: 2,
} as const;

/** The configurations of a whole run by trials, in order. */
function proposed(request: Partial<PlanRequest>, trials = 40) {
  let state = createStudy(plan({ ...request, budget: { trials } }), { facts });
  const list: { family: string; config: Record<string, unknown> }[] = [];
  let open: number[] = [];
  const send = (event: Parameters<typeof step>[1]) => {
    const next = step(state, event);
    state = next.state;
    for (const action of next.actions) {
      if (action.type !== 'run-trial' || action.trial.kind !== 'model') continue;
      list.push(action.trial);
      open.push(action.trial.number);
    }
  };
  send({ type: 'begin', atMs: 0, parallelism: 1 });
  while (open.length > 0) {
    const [number] = open;
    open = open.slice(1);
    send({ type: 'trial-started', number: number!, atMs: 0 });
    send({ type: 'trial-completed', number: number!, atMs: 0, score: 0.5 + ((number! * 37) % 50) / 100, seconds: 1 });
  }
  return list;
}

describe('the strategy of a plan', () => {
  it('is the default one, one by name, or an error that lists them', () => {
    expect(plan({}).strategy).toBe('portfolio-then-search');
    expect(plan({ strategy: 'auto' }).strategy).toBe('portfolio-then-search');
    expect(plan({ strategy: 'tpe' })).toMatchObject({
      strategy: 'tpe',
      sentences: expect.arrayContaining([expect.stringContaining('Parzen estimators')]),
    });
    const error = errorOf({ strategy: 'magic' });
    expect(error).toMatchObject({ code: 'STRATEGY_UNKNOWN', status: 422 });
    expect(error.message).toContain('cost-frugal');
  });

  it('is what the study follows', () => {
    const usual = proposed({});
    const random = proposed({ strategy: 'random' });
    expect(random).not.toEqual(usual);
    expect(proposed({ strategy: 'auto' })).toEqual(usual);
  });
});

describe('choices of the space', () => {
  it.each<[string, Partial<PlanRequest>, string, string]>([
    ['an unknown family', { space: { gmb: {} } }, 'FAMILY_UNKNOWN', 'There are: '],
    [
      'an unknown parameter',
      { space: { gbm: { leafs: { fixed: 3 } } } },
      'PARAMETER_INVALID',
      'learningRate, maxLeaves',
    ],
    ['nothing to set', { space: { baseline: { x: { fixed: 1 } } } }, 'PARAMETER_INVALID', 'Nothing of it can be set'],
    ['a value out of range', { space: { gbm: { learningRate: { fixed: 3 } } } }, 'PARAMETER_INVALID', '0.005 to 0.2'],
    ['part of a whole', { space: { gbm: { maxLeaves: { fixed: 3.5 } } } }, 'PARAMETER_INVALID', 'Whole numbers from 2'],
    ['text for a number', { space: { gbm: { maxLeaves: { values: ['a'] } } } }, 'PARAMETER_INVALID', 'Whole numbers'],
    ['no choice', { space: { gbm: { extraRandom: { fixed: 'yes' } } } }, 'PARAMETER_INVALID', 'false, true'],
    ['a range of choices', { space: { gbm: { extraRandom: { min: 0 } } } }, 'PARAMETER_INVALID', 'no range'],
    [
      'an empty range',
      { space: { gbm: { maxLeaves: { min: 50, max: 9 } } } },
      'PARAMETER_INVALID',
      '50 is more than 9',
    ],
    ['a range below', { space: { gbm: { maxLeaves: { min: 1 } } } }, 'PARAMETER_INVALID', 'cannot be 1'],
    ['nothing said', { space: { gbm: { maxLeaves: {} } } }, 'PARAMETER_INVALID', 'one value, a list'],
    ['a name of objects', { space: { gbm: { constructor: { fixed: 1 } } } }, 'PARAMETER_INVALID', 'no hyperparameter'],
  ])('refuses %s and says what is possible', (_, request, code, words) => {
    const error = errorOf(request);
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
    if (code === 'PARAMETER_INVALID') expect(error.details.parameter).toMatch(/^[a-z]+[.]/);
  });

  it('holds for starting configurations, draws and steps alike', () => {
    const space: PlanRequest['space'] = {
      gbm: {
        learningRate: { fixed: 0.1 },
        maxLeaves: { max: 20 },
        extraRandom: { values: [true] },
        maxDepth: { values: [3, 5] },
      },
    };
    for (const strategy of ['auto', 'random', 'tpe', 'cost-frugal', 'halving']) {
      const configs = proposed({ space, strategy, families: ['gbm'] })
        .filter(({ family }) => family === 'gbm')
        .map(({ config }) => config);
      expect(configs.length).toBeGreaterThan(10);
      for (const config of configs) {
        expect(config).toMatchObject({ learningRate: 0.1, extraRandom: true });
        expect(config.maxLeaves).toBeLessThanOrEqual(20);
        expect([3, 5]).toContain(config.maxDepth);
      }
      expect(new Set(configs.map((config) => JSON.stringify(config))).size).toBe(configs.length);
    }
  });

  it('are in the plan and its sentences, but for families that take no part', () => {
    const choices = { maxLeaves: { min: 4, max: 16 }, learningRate: { fixed: 0.1 } };
    const made = plan({ space: { gbm: choices, linear: { pieces: { fixed: 0 } } }, families: ['gbm'] });
    expect(made.space).toEqual({ gbm: choices });
    expect(made.sentences.join(' ')).toContain(
      'Gradient boosting is limited as you asked: Leaves per tree is between 4 and 16; Learning rate is 0.1.',
    );
  });
});

describe('warm starts, limits and constraints', () => {
  it('tries earlier configurations right after the baseline, moved into the space', () => {
    const warmStarts = [
      { family: 'gbm', config: { learningRate: 0.03, maxLeaves: 90 } },
      { family: 'gone', config: {} },
    ];
    const request = { warmStarts, warmStartFrom: 'exp_1', space: { gbm: { maxLeaves: { max: 40 } } } };
    const made = plan(request);
    expect(made).toMatchObject({ warmStarts: [warmStarts[0]], warmStartFrom: 'exp_1' });
    expect(made.warnings.map(({ code }) => code)).toContain('WARM_START_SKIPPED');
    expect(made.sentences.join(' ')).toContain('one configuration of an earlier experiment is tried first');
    const [first, second] = proposed(request);
    expect(familyOf(first!.family).reference).toBe(true);
    expect(second).toMatchObject({ family: 'gbm', config: { learningRate: 0.03, maxLeaves: 40 } });
  });

  it('keeps limits, and refuses what cannot be one', () => {
    const made = plan({ trialSeconds: 5, constraints: { maxPredictMsPerRow: 0.5, maxModelBytes: 2_000_000 } });
    expect(made).toMatchObject({ trialSeconds: 5, constraints: { maxPredictMsPerRow: 0.5, maxModelBytes: 2_000_000 } });
    expect(made.sentences.at(-1)).toBe(
      'Every model is trained for at most 5 seconds, and predicts a row in at most 0.5 ms to win, and takes at most 2 MB to win.',
    );
    expect(made.warnings).toEqual([]);
    const counted = plan({ trialSeconds: 5, budget: { trials: 3 } });
    expect(counted.warnings.map(({ code }) => code)).toEqual(['TRIAL_CLOCK']);
    expect(errorOf({ trialSeconds: 0 }).code).toBe('PARAMETER_INVALID');
    expect(errorOf({ constraints: { maxModelBytes: -1 } }).code).toBe('PARAMETER_INVALID');
  });
});
