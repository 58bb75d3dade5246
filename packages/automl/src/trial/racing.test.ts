import { describe, expect, it } from 'vitest';
import { lostRace, outOfTime, rowShare } from './racing.ts';

const race = { against: 3, foldScores: [0.9, 0.91, 0.89, 0.9, 0.92], margin: 0.01 };

describe('lostRace', () => {
  it('gives up what is clearly worse than the margin allows, after two folds at the earliest', () => {
    expect(lostRace(race, [0.7], true)).toBeNull();
    expect(lostRace(race, [0.7, 0.712], true)).toMatchObject({ cause: 'race' });
    expect(lostRace(race, [0.7, 0.712], true)?.reason).toBe(
      'Given up after 2 of 5 folds: 0.7060 against 0.9050 of trial 3 on the same folds.',
    );
  });

  it('lets go on what is as good, a little worse, or worse on one fold only', () => {
    expect(lostRace(race, [0.9, 0.91, 0.89], true)).toBeNull();
    expect(lostRace(race, [0.895, 0.904, 0.884], true)).toBeNull();
    expect(lostRace(race, [0.6, 0.91], true)).toBeNull();
    expect(lostRace(race, [0.95, 0.96], true)).toBeNull();
  });

  it('knows metrics where less is better, and leaves out folds without a score', () => {
    expect(lostRace({ ...race, margin: 0 }, [1.2, 1.21, 1.19], false)).toMatchObject({ cause: 'race' });
    expect(lostRace({ ...race, margin: 0 }, [0.2, 0.21, 0.19], false)).toBeNull();
    expect(lostRace(race, [Number.NaN, 0.5], true)).toBeNull();
    expect(lostRace(race, [Number.NaN, 0.5, 0.49], true)).toMatchObject({ cause: 'race' });
  });

  it('needs no spread: folds that are all worse by the same are worse', () => {
    expect(lostRace({ ...race, foldScores: [1, 1, 1] }, [0.5, 0.5], true)).toMatchObject({ cause: 'race' });
    expect(lostRace({ ...race, foldScores: [1, 1, 1], margin: 0.5 }, [0.5, 0.5], true)).toBeNull();
  });
});

describe('the time of a fold', () => {
  const pace = { foldMs: 1000, shareMs: 1000, foldsDone: 1, folds: 5 };

  it('is no reason where its own deadline ended it: the others end like it', () => {
    expect([rowShare(pace), outOfTime(pace)]).toEqual([1, null]);
    expect(rowShare({ foldMs: 1400, shareMs: 1000 })).toBe(1);
  });

  it('makes the next ones smaller where it could not be held to its share', () => {
    expect(rowShare({ ...pace, foldMs: 4000 })).toBe(0.25);
    expect(outOfTime({ ...pace, foldMs: 4000 })).toBeNull();
  });

  it('ends the trial after the first where a fifth of the rows would be too many, and not later', () => {
    expect(outOfTime({ ...pace, foldMs: 10_000 })).toEqual({
      cause: 'time',
      reason: 'Given up after the first of 5 folds: it took 10 s, and 4.0 s are left for all others.',
    });
    expect(outOfTime({ ...pace, foldMs: 10_000, foldsDone: 3 })).toBeNull();
    expect(outOfTime({ ...pace, foldMs: 10_000, folds: 1 })).toBeNull();
    expect(outOfTime({ ...pace, foldMs: 10_000, shareMs: Number.POSITIVE_INFINITY })).toBeNull();
  });
});
