import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunTrial } from '@/client/run-state.ts';
import { domainOf, runChart } from './run-chart.ts';

const trial = (number: number, score: number | null, more: Partial<RunTrial> = {}): RunTrial => ({
  trialId: `trl_${number}`,
  number,
  family: 'linear',
  name: 'Linear',
  status: 'completed',
  score,
  modelId: null,
  failure: null,
  endedAtMs: number * 1000,
  ...more,
});
const input = {
  startedAtMs: 0,
  metric: { label: 'Log loss', higherIsBetter: false },
  baselineScore: 1,
  families: ['linear'],
  familyLabel: (id: string) => id,
  endSeconds: 10,
};

describe('runChart', () => {
  it('draws the best so far as a line that only gets better', () => {
    const chart = runChart({ ...input, trials: [trial(1, 0.5), trial(2, 0.7), trial(3, 0.2), trial(4, null)] });
    const best = chart.series.find((series) => series.id === 'best')!;
    expect(best.points.map((point) => [point.x, point.y])).toEqual([
      [1, 0.5],
      [3, 0.2],
      [10, 0.2],
    ]);
  });
  it('keeps pruned trials apart and out of the line', () => {
    const chart = runChart({ ...input, trials: [trial(1, 0.5), trial(2, 0.1, { status: 'pruned' })] });
    expect(chart.series.map((series) => [series.id, series.faint ?? false])).toEqual([
      ['best', false],
      ['linear', false],
      ['linear:pruned', true],
      ['baseline:level', false],
    ]);
    expect(chart.series[0]!.points.at(-1)!.y).toBe(0.5);
  });
  it('says when a score is outside the picture', () => {
    const trials = [...Array.from({ length: 20 }, (_, index) => trial(index + 1, 0.2 + index * 0.001)), trial(21, 900)];
    expect(runChart({ ...input, trials }).note).toContain('1 far worse');
  });
});

it('gives the picture to the competitors when the baseline is far away', () => {
  const chart = runChart({ ...input, trials: [1, 2, 3, 4, 5].map((number) => trial(number, 0.01 * number)) });
  expect(chart.y.domain![1]).toBeLessThan(0.1);
  expect(chart.note).toContain('The baseline, 1.0000, lies far outside');
  expect(chart.series.some((series) => series.id === 'baseline:level')).toBe(false);
});

it('shows the best score whatever the scores are, and a baseline that is not beaten', () => {
  const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(fc.array(finite, { minLength: 1 }), finite, fc.boolean(), (scores, baseline, higherIsBetter) => {
      const [low, high] = domainOf(
        scores.map((score, index) => trial(index, score)),
        baseline,
        higherIsBetter,
      );
      const best = higherIsBetter ? Math.max(...scores) : Math.min(...scores);
      const beaten = higherIsBetter ? best > baseline : best < baseline;
      for (const value of beaten ? [best] : [best, baseline]) {
        expect(value).toBeGreaterThanOrEqual(low);
        expect(value).toBeLessThanOrEqual(high);
      }
      expect(low).toBeLessThan(high);
    }),
  );
});
