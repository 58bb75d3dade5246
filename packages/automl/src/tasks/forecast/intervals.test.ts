import { createRandom, type Table } from '@laurel/tabular';
import { describe, expect, it } from 'vitest';
import { keys } from './features.ts';
import { forecastIntervals, stepErrors } from './intervals.ts';

const horizon = 12;

/** Forecasts of 0 whose errors grow with a power of the step, in units of a spread of 5. */
function backtests(rows: number, growth: number, seed: number) {
  const random = createRandom(seed);
  const steps = Float64Array.from({ length: rows }, (_, i) => 1 + (i % horizon));
  const scale = new Float64Array(rows).fill(5);
  const features: Table = {
    rows,
    columns: [
      { name: keys.scale, type: 'numeric', values: scale },
      { name: keys.step, type: 'numeric', values: steps },
    ],
  };
  const target = steps.map((step) => 5 * random.normal() * step ** growth);
  return { features, target, steps, rows: Int32Array.from(steps.keys()), predictions: new Float64Array(rows) };
}

function intervals(rows: number, growth: number, asked: { steps: number[]; level?: number; seed?: number }) {
  const { features, target, rows: used, predictions } = backtests(rows, growth, asked.seed ?? 1);
  const reach = { steps: Int32Array.from(asked.steps), scale: new Float64Array(asked.steps.length).fill(5), horizon };
  const table = stepErrors(features, used, target, predictions)!;
  return forecastIntervals(table, new Float64Array(asked.steps.length).fill(100), asked.level ?? 0.8, reach);
}

function widths(ends: Float64Array): number[] {
  return Array.from({ length: ends.length / 2 }, (_, i) => ends[2 * i + 1]! - ends[2 * i]!);
}

describe('intervals of forecasts', () => {
  it('widen with every step where there are too few errors for groups of steps', () => {
    const found = widths(intervals(48, 0.5, { steps: [1, 2, 6, 12, 24] }));
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(new Set(found).size).toBe(5);
    expect(found[3]! / found[0]!).toBeGreaterThan(2);
  });

  it('widen little where errors did not grow', () => {
    const ratios = Array.from({ length: 20 }, (_, seed) => {
      const [first, last] = widths(intervals(48, 0, { steps: [1, 12], seed }));
      return last! / first!;
    });
    expect(ratios.reduce((sum, ratio) => sum + ratio) / ratios.length).toBeLessThan(1.6);
  });

  it.each([0, 0.25, 0.5])('hold as many values as they say, errors growing with the power %f of the step', (growth) => {
    let held = 0;
    let all = 0;
    for (let seed = 0; seed < 40; seed++) {
      const fresh = backtests(120, growth, 1000 + seed);
      const ends = intervals(48, growth, { steps: [...fresh.steps], seed });
      fresh.target.forEach((value, i) => {
        all++;
        if (100 + value >= ends[2 * i]! && 100 + value <= ends[2 * i + 1]!) held++;
      });
    }
    expect(held / all).toBeGreaterThan(0.77);
    expect(held / all).toBeLessThan(0.88);
  });

  it.each([48, 480])('go on widening beyond the horizon, after %i backtests', (rows) => {
    const [at, twice, nine] = widths(intervals(rows, 0.5, { steps: [12, 24, 108] }));
    expect(twice! / at!).toBeCloseTo(Math.SQRT2, 9);
    expect(nine! / at!).toBeCloseTo(3, 9);
  });
});
