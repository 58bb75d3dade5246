import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateAt, likelySeasons, placeOf, type Step, stepName, stepOf, usualHorizon, usualStep } from './grid.ts';
import { detectSeason, naiveScale } from './season.ts';

const day = 86_400_000;
const half = day / 48;

describe('the grid of dates', () => {
  it.each<[string, Step, number[], number, string]>([
    ['half hours', { unit: 'ms', count: half }, [48, 336], 48, '30 minutes'],
    ['hours', { unit: 'ms', count: day / 24 }, [24, 168], 24, 'hour'],
    ['days', { unit: 'ms', count: day }, [7, 365], 14, 'day'],
    ['weeks', { unit: 'ms', count: 7 * day }, [52], 8, 'week'],
    ['four weeks', { unit: 'ms', count: 28 * day }, [13], 8, '4 weeks'],
    ['months', { unit: 'month', count: 1 }, [12], 12, 'month'],
    ['quarters', { unit: 'month', count: 3 }, [4], 8, 'quarter'],
    ['years', { unit: 'month', count: 12 }, [], 4, 'year'],
    ['numbers', { unit: 'number', count: 1 }, [], 10, 'step'],
  ])('knows seasons and horizons of %s', (_, step, seasons, horizon, name) => {
    expect(likelySeasons(step)).toEqual(seasons);
    expect(usualHorizon(step)).toBe(horizon);
    expect(stepName(step)).toBe(name);
  });

  it('finds the step in dates with gaps', () => {
    const months = Float64Array.from([0, 1, 2, 4, 5, 6, 9], (month) => Date.UTC(2020, month, 1));
    expect(stepOf(months, true)).toEqual({ unit: 'month', count: 1 });
    expect(stepOf(Float64Array.of(0, half, 2 * half, 9 * half), true)).toEqual({ unit: 'ms', count: half });
    expect(stepOf(Float64Array.of(1990, 1991, 1992, 1995), false)).toEqual({ unit: 'number', count: 1 });
  });

  it.each<[string, string[], Step]>([
    ['last days', ['01-31', '02-28', '03-31', '04-30'], { unit: 'month', count: 1 }],
    ['one day', ['01-15', '02-15', '03-15', '05-15'], { unit: 'month', count: 1 }],
    ['third Fridays', ['01-20', '02-17', '03-17', '04-21', '05-19', '06-16', '07-21'], { unit: 'month', count: 1 }],
    ['four weeks', ['01-01', '01-29', '02-26', '03-26', '05-21', '06-18'], { unit: 'ms', count: 28 * day }],
    ['thirteen weeks', ['01-01', '04-02', '07-02', '10-01', '12-31'], { unit: 'ms', count: 91 * day }],
  ])('tells months from steps of as many days: %s', (_, dates, step) => {
    expect(
      stepOf(
        Float64Array.from(dates, (date) => Date.parse(`2023-${date}`)),
        true,
      ),
    ).toEqual(step);
  });

  it('guesses the step by the mean distance, which gaps make a little longer', () => {
    expect(usualStep(1.001 * day)).toEqual({ unit: 'ms', count: day });
    expect(usualStep(2.4 * day)).toEqual({ unit: 'ms', count: 2.4 * day });
    expect(usualStep(30.4 * day)).toEqual({ unit: 'month', count: 1 });
    expect(usualStep(28 * day)).toEqual({ unit: 'ms', count: 28 * day });
  });

  it('goes from places to dates and back', () => {
    const steps = fc.constantFrom<Step>(
      { unit: 'month', count: 1 },
      { unit: 'month', count: 3 },
      { unit: 'ms', count: half },
      { unit: 'number', count: 5 },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: -2000, max: 2000 }), (step, place) => {
        expect(placeOf(dateAt(place, step, 3), step, 3)).toBe(place);
      }),
    );
  });
});

describe('seasons', () => {
  const wave = (length: number, season: number) =>
    Float64Array.from({ length }, (_, i) => 0.05 * i + 10 * Math.sin((2 * Math.PI * i) / season) + Math.sin(i * i));

  it('are found where a pattern comes again, and not in chance', () => {
    expect(detectSeason([wave(120, 12)], [12])).toBe(12);
    expect(detectSeason([wave(200, 9)], [])).toBe(9);
    expect(detectSeason([Float64Array.from({ length: 300 }, (_, i) => Math.sin(i * i * 1.3))], [7])).toBe(1);
    expect(detectSeason([wave(20, 12)], [12])).toBe(1);
  });

  it('give the scale of MASE', () => {
    expect(naiveScale([Float64Array.of(1, 2, 3, 5, 7, 9)], 3)).toBe(5);
    expect(naiveScale([Float64Array.of(1)], 3)).toBeNaN();
  });
});
