import { describe, expect, it } from 'vitest';
import { keepSelection, membersNow } from './anytime.ts';
import { bestTrial, eligible } from './choice.ts';
import { raceOf } from './race.ts';
import { plan, study } from './testing.ts';
import type { StudyState, StudyTrial } from './types.ts';

function trial(number: number, changes: Partial<StudyTrial>): StudyTrial {
  const fixed = { kind: 'model' as const, family: 'quick', config: {}, seed: 1, generation: 0, failure: null };
  return { number, ...fixed, status: 'completed', score: 0.5, seconds: 1, lost: 0, told: true, ...changes };
}

function withTrials(trials: StudyTrial[], constraints?: StudyState['plan']['constraints']): StudyState {
  const state = study({ seconds: 60, trials: null });
  return { ...state, trials, plan: { ...state.plan, ...(constraints ? { constraints } : {}) } };
}

describe('what can win', () => {
  const numbers = (state: StudyState) => eligible(state).map(({ number }) => number);

  it('is fitted on all rows; models on fewer only where there is nothing else', () => {
    const rung = trial(1, { score: 0.9, rungRows: 10_000 });
    expect(numbers(withTrials([rung, trial(2, {}), trial(3, { status: 'pruned', score: 0.8 })]))).toEqual([2]);
    expect(numbers(withTrials([rung, trial(2, { status: 'failed', score: null })]))).toEqual([1]);
  });

  it('keeps to the limits of the plan where any model does', () => {
    const trials = [
      trial(1, { score: 0.9, sizeBytes: 100, predictMsPerRow: 5 }),
      trial(2, { score: 0.8, sizeBytes: 10, predictMsPerRow: 5 }),
      trial(3, { score: 0.7, sizeBytes: 10, predictMsPerRow: 1 }),
    ];
    expect(bestTrial(withTrials(trials))?.number).toBe(1);
    expect(bestTrial(withTrials(trials, { maxModelBytes: 50 }))?.number).toBe(2);
    expect(bestTrial(withTrials(trials, { maxModelBytes: 50, maxPredictMsPerRow: 2 }))?.number).toBe(3);
    expect(bestTrial(withTrials(trials, { maxModelBytes: 1 }))?.number).toBe(1);
  });
});

describe('a race', () => {
  const foldScores = [0.7, 0.8, 0.9];
  const five = [0.9, 0.88, 0.86, 0.7, 0.6].map((score, i) => trial(i + 1, { score, foldScores }));

  it('is against the best, and allows what the middle model or the own family is behind', () => {
    const race = raceOf(withTrials(five), 'quick');
    expect(race?.against).toBe(1);
    expect(race?.margin).toBeCloseTo(0.04, 12);
    const behind = [...five, trial(6, { family: 'slow', score: 0.5, foldScores })];
    expect(raceOf(withTrials(behind), 'slow')?.margin).toBeCloseTo(0.4, 12);
  });

  it('is not run by a family that the ensemble lacks, nor before there are four models', () => {
    expect(raceOf(withTrials(five), 'slow')).toBeNull();
    expect(raceOf(withTrials(five.slice(0, 3)), 'quick')).toBeNull();
  });
});

describe('the best so far', () => {
  it('never gets worse, and is what the run is finished with', () => {
    const state = { ...withTrials([1, 2, 3, 4].map((number) => trial(number, {}))), selections: [] };
    const members = (...numbers: number[]) =>
      numbers.map((trialNumber) => ({ trialNumber, weight: 1 / numbers.length }));
    keepSelection(state, { type: 'selected', atMs: 1, score: 0.8, members: members(1, 3) });
    keepSelection(state, { type: 'selected', atMs: 2, score: 0.7, members: members(2) });
    keepSelection(state, { type: 'selected', atMs: 3, score: Number.NaN, members: members(2) });
    expect(state.selections).toMatchObject([{ score: 0.8 }]);
    expect(membersNow(state)).toEqual([1, 2, 3, 4]);
    expect(membersNow({ ...state, stopping: 'finish' })).toEqual([1, 3, 4]);
  });

  it('is no reason to end without an ensemble when it is a single model', () => {
    const state = { ...withTrials([1, 2, 3].map((number) => trial(number, {}))), selections: [] };
    keepSelection(state, { type: 'selected', atMs: 1, score: 0.8, members: [{ trialNumber: 3, weight: 1 }] });
    expect(membersNow({ ...state, stopping: 'finish' })).toEqual([1, 2, 3]);
  });

  it('is the lowest score where less is better', () => {
    const state = { ...withTrials([trial(1, {})]), selections: [] };
    state.plan = { ...plan(state.plan.budget), metric: 'log_loss' };
    for (const score of [0.5, 0.6, 0.4]) {
      keepSelection(state, { type: 'selected', atMs: 1, score, members: [{ trialNumber: 1, weight: 1 }] });
    }
    expect(state.selections).toMatchObject([{ score: 0.5 }, { score: 0.4 }]);
  });
});
