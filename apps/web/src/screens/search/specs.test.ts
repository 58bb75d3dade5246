import { catalog } from '@laurel/automl/catalog';
import { parallelCoordinates } from '@laurel/automl/insight';
import type { TrialView } from '@laurel/contracts';
import { describe, expect, it } from 'vitest';
import { settingsOfTrial } from '../trial/settings.ts';
import { historySpec, parallelChart, timelineLanes } from './specs.ts';

const family = catalog.find(({ reference, combines, space }) => {
  return !reference && !combines && Object.values(space).some(({ kind }) => kind === 'float');
})!;
const [parameter, space] = Object.entries(family.space).find(([, { kind }]) => kind === 'float')!;
const at = (second: number) => new Date(1_700_000_000_000 + second * 1000).toISOString();

function trial(number: number, part: Partial<TrialView> = {}): TrialView {
  return {
    ...{ id: `t${number}`, number, family: family.id, name: family.label, config: {}, status: 'completed' },
    ...{ score: 0.5 + number / 100, foldScores: [], startedAt: at(number), finishedAt: at(number + 1) },
    ...{ seconds: 1, peakMb: 100, attempts: 1, modelId: null, failure: null, worker: 'host/1/w1#1' },
    ...part,
  };
}

const experiment = {
  plan: null,
  metric: { id: 'auc', label: 'ROC AUC', higherIsBetter: true },
  progress: { baselineScore: 0.5 } as never,
};
const trials = [
  trial(1),
  trial(2, { config: { [parameter]: (space as { max: number }).max } }),
  trial(3, { status: 'pruned', score: 0.9, stopReason: 'clearly worse' }),
  trial(4, { status: 'failed', score: null }),
];

describe('historySpec', () => {
  it('draws whole trials filled, stopped ones hollow, and lets only whole ones lead', () => {
    const spec = historySpec({ trials, families: catalog, experiment }, 'number');
    const points = (id: string) => spec.series.find((series) => series.id === id)?.points.map(({ x, y }) => [x, y]);
    expect(points(family.id)).toEqual([
      [1, 0.51],
      [2, 0.52],
    ]);
    expect(points(`${family.id}:part`)).toEqual([[3, 0.9]]);
    expect(spec.series.find((series) => series.id === `${family.id}:part`)?.faint).toBe(true);
    expect(points('best')?.at(-1)).toEqual([4, 0.52]);
  });
});

describe('parallelChart', () => {
  it('has an axis for what differed, the best line last', () => {
    const [found] = parallelCoordinates(trials, catalog, true);
    const { axes, lines } = parallelChart(found!, String);
    expect(axes.map(({ name }) => name)).toEqual([parameter]);
    expect(lines.map(({ id }) => id)).toEqual(['1', '2']);
    expect(lines[1]!.values[0]!.position).toBe(1);
  });
});

describe('timelineLanes', () => {
  it('names workers by their slot and says how each trial ended', () => {
    const [lane] = timelineLanes({ trials, families: catalog, experiment }, 0);
    expect(lane!.label).toBe('w1#1');
    expect(lane!.bars.map(({ look }) => look)).toEqual(['full', 'full', 'hollow', 'crossed']);
    expect(lane!.bars[0]!.label).toContain('100 MB');
  });
});

describe('settingsOfTrial', () => {
  it('puts what differs from the default first', () => {
    const [first, ...others] = settingsOfTrial(trials[1]!, family);
    expect(first).toMatchObject({ name: parameter, differs: true });
    expect(others.some(({ differs }) => differs)).toBe(false);
  });
});
