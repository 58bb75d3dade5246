import { createRandom } from '@laurel/tabular/random';
import { describe, expect, it } from 'vitest';
import { catalog } from '../catalog.ts';
import {
  type InsightFamily,
  parallelCoordinates,
  parameterImportance,
  type SearchTrial,
  searchHistory,
  trialTimeline,
} from './insight.ts';

const family: InsightFamily = {
  id: 'made',
  label: 'Made up',
  combines: false,
  space: {
    rate: { kind: 'float', label: 'Rate', min: 0.01, max: 1, log: true, default: 0.1 },
    leaves: { kind: 'int', label: 'Leaves', min: 2, max: 64, default: 31 },
    kind: { kind: 'choice', label: 'Kind', values: ['a', 'b', 'c'], default: 'a' },
    idle: { kind: 'float', label: 'Idle', min: 0, max: 1, default: 0.5 },
  },
};
const combined: InsightFamily = { id: 'all', label: 'All', combines: true, space: {} };
const families = [family, combined];
const clock = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();

function trial(number: number, score: number | null, more: Partial<SearchTrial> = {}): SearchTrial {
  return {
    number,
    family: 'made',
    name: `Model ${number}`,
    config: {},
    status: score === null ? 'failed' : 'completed',
    score,
    startedAt: clock(number * 10),
    finishedAt: clock(number * 10 + 5),
    worker: 'w1',
    ...more,
  };
}

describe('searchHistory', () => {
  const trials = [
    trial(1, 0.5),
    trial(2, 0.7, { finishedAt: clock(90) }),
    trial(3, 0.6),
    trial(4, null),
    trial(5, 0.99, { rungRows: 10_000 }),
    trial(6, 0.9, { family: 'all' }),
    trial(7, null, { status: 'running', finishedAt: null }),
  ];

  it('follows the ends of single models on all rows', () => {
    const history = searchHistory(trials, families, true);
    expect(history.map(({ number, best, isNewBest }) => [number, best, isNewBest])).toEqual([
      [1, 0.5, true],
      [3, 0.6, true],
      [4, 0.6, false],
      [5, 0.6, false],
      [2, 0.7, true],
    ]);
    expect(history.map(({ secondsSinceStart }) => secondsSinceStart)).toEqual([5, 25, 35, 45, 80]);
    expect(history.find(({ number }) => number === 5)!.score).toBeNull();
  });

  it('knows metrics where lower is better, and runs without a trial', () => {
    const bests = searchHistory(trials, families, false).filter(({ isNewBest }) => isNewBest);
    expect(bests.map(({ number }) => number)).toEqual([1]);
    expect(searchHistory([], families, true)).toEqual([]);
  });
});

describe('parallelCoordinates', () => {
  it('has the parameters that differ, with where each value lies, the best line last', () => {
    const [drawn, ...others] = parallelCoordinates(
      [
        trial(1, 0.9, { config: { rate: 0.1, kind: 'c' } }),
        trial(2, 0.5, { config: { rate: 0.01 } }),
        trial(3, null, { config: { leaves: 2 } }),
        trial(4, 0.7, { family: 'all' }),
      ],
      families,
      true,
    );
    expect(others).toEqual([]);
    expect(drawn!.axes.map(({ name }) => name)).toEqual(['rate', 'kind']);
    expect(drawn!.axes[0]).toMatchObject({ kind: 'number', min: 0.01, max: 1, log: true, whole: false });
    expect(drawn!.lines.map(({ number, values }) => [number, ...values.map(({ position }) => position)])).toEqual([
      [2, 0, 0],
      [1, 0.5, 1],
    ]);
  });
});

describe('trialTimeline', () => {
  it('has a lane for each worker, and lets what runs end now', () => {
    const lanes = trialTimeline(
      [
        trial(2, 0.6, { worker: 'w2' }),
        trial(3, null, { status: 'running', finishedAt: null }),
        trial(1, 0.5),
        trial(4, null, { status: 'queued', startedAt: null, finishedAt: null }),
      ],
      Date.parse(clock(60)),
    );
    expect(lanes.map(({ worker, bars }) => [worker, bars.map(({ number, from, to }) => [number, from, to])])).toEqual([
      [
        'w1',
        [
          [1, 0, 5],
          [3, 20, 50],
        ],
      ],
      ['w2', [[2, 10, 15]]],
    ]);
    expect(trialTimeline([], 0)).toEqual([]);
  });
});

describe('parameterImportance', () => {
  const random = createRandom(5);
  const drawn = Array.from({ length: 60 }, (_, i) => {
    const config = {
      rate: 0.01 * 100 ** random.next(),
      leaves: 2 + random.int(63),
      kind: ['a', 'b', 'c'][random.int(3)]!,
      idle: random.next(),
    };
    const score = -4 * Math.log10(config.rate) ** 2 + (config.kind === 'b' ? 2 : 0) + 0.2 * random.normal();
    return trial(i + 1, score, { config });
  });

  it('finds what moves the score, in order, with an interval', () => {
    const found = parameterImportance(drawn, family, true);
    if (found.kind !== 'found') throw new Error(`Found nothing: ${found.kind}.`);
    expect(found.parameters.map(({ name }) => name).slice(0, 2)).toEqual(['rate', 'kind']);
    expect(found.parameters.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 10);
    expect(found.parameters[0]!.share).toBeGreaterThan(0.6);
    expect(found.explained).toBeGreaterThan(0.5);
    for (const { share, low, high } of found.parameters) {
      expect(low).toBeLessThanOrEqual(high);
      expect(share).toBeGreaterThanOrEqual(0);
    }
    expect(found.parameters.find(({ name }) => name === 'idle')!.share).toBeLessThan(0.1);
  });

  it('is the same for the same trials in any order, and where lower is better', () => {
    const found = parameterImportance(drawn, family, true);
    expect(parameterImportance([...drawn].reverse(), family, true)).toEqual(found);
    const turned = drawn.map((one) => ({ ...one, score: -one.score! }));
    expect(parameterImportance(turned, family, false)).toEqual(found);
  });

  it('says when there are too few trials, and when scores do not follow from parameters', () => {
    expect(parameterImportance(drawn.slice(0, 5), family, true)).toEqual({
      kind: 'too-few-trials',
      family: 'made',
      trials: 5,
      needed: 12,
    });
    const noise = createRandom(3);
    const random = drawn.map((one) => ({ ...one, score: noise.normal() }));
    expect(parameterImportance(random, family, true)).toMatchObject({ kind: 'no-pattern', trials: 60 });
    const same = drawn.map((one) => ({ ...one, config: {} }));
    expect(parameterImportance(same, family, true).kind).toBe('no-pattern');
  });

  it('takes the families of the catalog as they are', () => {
    for (const entry of catalog) {
      expect(parameterImportance([], entry, true)).toMatchObject({ kind: 'too-few-trials', family: entry.id });
    }
  });
});
