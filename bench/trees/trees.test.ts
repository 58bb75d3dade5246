import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ResultLine } from '../record.ts';
import { splitProblem } from './accuracy.ts';
import { meanLines } from './accuracy-means.ts';
import { byTurns, medianOf } from './by-turns.ts';
import { fitSeconds, openPeer, parseAnswer } from './peer.ts';
import { categoricalHeavy, denseColumn, higgsLike, readNumbers, takeProblem, writeProblem } from './problems.ts';
import { compareFolds, lossOf, relativeDifference, scoresOf } from './scores.ts';
import { featureOf } from './sets.ts';
import { barVerdict, markdownSummary } from './summary.ts';

const share = (values: Float64Array, test: (value: number) => boolean) => values.filter(test).length / values.length;

it('makes the same rows from the same seed, and others from another one', () => {
  const options = { task: 'binary', rows: 300 } as const;
  const first = higgsLike({ ...options, seed: 1 });
  expect(first).toEqual(higgsLike({ ...options, seed: 1 }));
  expect(first.features[3]).not.toEqual(higgsLike({ ...options, seed: 2 }).features[3]);
  expect(first.features).toHaveLength(28);
  for (const feature of first.features) {
    expect(feature.kind === 'numeric' && feature.values.every(Number.isFinite)).toBe(true);
  }
});

it('makes targets that depend on the columns, with every class among them', () => {
  const { features, target } = higgsLike({ task: 'binary', rows: 4000, seed: 3 });
  const positive = share(target, (y) => y === 1);
  expect(positive).toBeGreaterThan(0.3);
  expect(positive).toBeLessThan(0.7);
  const column = denseColumn(features[21]!, 4000);
  const middle = [...column].sort((a, b) => a - b)[2000] as number;
  const above = target.filter((_, r) => (column[r] as number) > middle);
  const below = target.filter((_, r) => (column[r] as number) <= middle);
  expect(share(above, (y) => y === 1) - share(below, (y) => y === 1)).toBeGreaterThan(0.1);
  const classes = higgsLike({ task: 'multiclass', rows: 2000, seed: 3 });
  expect(classes.outputs).toBe(7);
  expect([...new Set(classes.target)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

it('makes categories whose levels mean the same in other rows', () => {
  const train = categoricalHeavy({ rows: 2000, seed: 1 });
  const codes = train.features.flatMap((feature) => (feature.kind === 'categorical' ? [feature] : []));
  expect(codes.map(({ levels }) => levels)).toEqual([30, 49, 68, 87, 106, 124, 143, 162, 181, 200]);
  for (const { codes: column, levels } of codes) expect(column.every((code) => code >= 0 && code < levels)).toBe(true);
  const rate = (seed: number, code: number) => {
    const { features, target } = categoricalHeavy({ rows: 20_000, seed });
    const first = features[0];
    if (first?.kind !== 'categorical') throw new Error('the first feature is no category');
    return share(
      target.filter((_, r) => first.codes[r] === code),
      (y) => y === 1,
    );
  };
  expect(Math.abs(rate(1, 0) - rate(2, 0))).toBeLessThan(0.05);
});

it('writes and reads rows, with missing categories as NaN', () => {
  const folder = mkdtempSync(join(tmpdir(), 'laurel-trees-'));
  try {
    const problem = {
      task: 'regression' as const,
      outputs: 1,
      rows: 3,
      features: [
        { kind: 'numeric' as const, values: Float64Array.of(1, 2, 3) },
        { kind: 'categorical' as const, codes: Int32Array.of(0, -1, 1), levels: 2 },
        { kind: 'sparse' as const, rows: Int32Array.of(1), values: Float64Array.of(7) },
      ],
      target: Float64Array.of(10, 20, 30),
    };
    const written = writeProblem(problem, join(folder, 'rows.f64'));
    expect(written).toMatchObject({ rows: 3, columns: 3, categorical: [1] });
    expect([...readNumbers(written.file)]).toEqual([1, 2, 3, 0, Number.NaN, 1, 0, 7, 0, 10, 20, 30]);
    const { train, test } = splitProblem(problem, '010', 1);
    expect([...train.target, ...test.target]).toEqual([10, 30, 20]);
    expect(takeProblem(problem, Int32Array.of(2)).features[1]).toMatchObject({ codes: Int32Array.of(1), levels: 2 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('reads what a peer answers, and says what it says went wrong', () => {
  expect(fitSeconds(parseAnswer('{"prepare": 1, "grow": 2, "peakMb": 30}'))).toEqual({ whole: 3, grow: 2, peakMb: 30 });
  expect(fitSeconds(parseAnswer('{"whole": 4}'))).toEqual({ whole: 4 });
  expect(() => fitSeconds(parseAnswer('{"prepare": 1}'))).toThrow('no whole');
  expect(() => parseAnswer('Segmentation fault')).toThrow('no JSON: Segmentation');
  expect(() => parseAnswer('{"error": "ValueError: 3 rows"}')).toThrow('ValueError: 3 rows');
  expect(() => parseAnswer('{"error": "No module named x", "missing": true}')).toThrow('requirements.txt');
});

it('says what to do when Python is not there', async () => {
  await expect(openPeer('lightgbm', '/no/such/python')).rejects.toThrow('LAUREL_BENCH_PYTHON');
});

it('lets both sides run by turns', async () => {
  const order: string[] = [];
  const contender = <Name extends string>(name: Name) => ({
    name,
    run: async () => ({ s: order.push(name) }),
  });
  const runs = await byTurns([contender('a'), contender('b')], 3);
  expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  expect(medianOf(runs.a, 's')).toBe(3);
  expect(medianOf(runs.b, 'none')).toBeUndefined();
});

it('scores probabilities of the second class, classes and values', () => {
  const binary = { task: 'binary', outputs: 1, target: Float64Array.of(0, 1, 1) } as const;
  const [auc, logloss] = scoresOf(binary, Float64Array.of(0.2, 0.1, 0.9));
  expect(auc).toEqual({ unit: 'auc', value: 0.5 });
  expect(logloss?.value).toBeCloseTo(-(Math.log(0.8) + Math.log(0.1) + Math.log(0.9)) / 3, 12);
  const classes = { task: 'multiclass', outputs: 3, target: Float64Array.of(2, 0) } as const;
  expect(lossOf(classes, Float64Array.of(0.1, 0.1, 0.8, 0.5, 0.3, 0.2))).toBeCloseTo(-Math.log(0.8 * 0.5) / 2, 12);
  const values = { task: 'regression', outputs: 1, target: Float64Array.of(1, 2) } as const;
  expect(lossOf(values, Float64Array.of(1, 4))).toBeCloseTo(Math.SQRT2, 12);
});

it('compares folds in pairs, by the standard error of their differences', () => {
  expect(compareFolds([0.8, 0.9], [0.8, 0.9], true)).toMatchObject({
    difference: 0,
    standardError: 0,
    verdict: 'within',
  });
  // the same difference in every fold is no chance, however small
  expect(compareFolds([2, 3], [1, 2], true)).toMatchObject({ difference: 1, standardError: 0, verdict: 'better' });
  expect(compareFolds([2, 3], [1, 2], false).verdict).toBe('worse');
  const noisy = compareFolds([1, 2, 3], [1.1, 1.9, 3.1], false);
  expect(noisy.difference).toBeCloseTo(-0.1 / 3, 12);
  expect(noisy.standardError).toBeCloseTo(Math.sqrt(0.0133333 / 3), 5);
  expect(noisy.verdict).toBe('within');
  expect(() => compareFolds([1], [1], true)).toThrow('do not compare');
});

it('takes a log loss near nothing for nothing', () => {
  expect(relativeDifference({ peer: 0.5, difference: 0.01 }, 'logloss')).toBeCloseTo(0.02, 12);
  expect(relativeDifference({ peer: 1e-6, difference: 1e-6 }, 'logloss')).toBeCloseTo(1e-4, 12);
  expect(relativeDifference({ peer: 1e-6, difference: 1e-6 }, 'rmse')).toBeCloseTo(1, 12);
});

it('reads columns as numbers, dates, categories, or not at all', () => {
  expect(featureOf(['1', '', '2.5', 'NA'])).toEqual({
    kind: 'numeric',
    values: Float64Array.of(1, Number.NaN, 2.5, Number.NaN),
  });
  expect(featureOf(['2011-01-01', '2011-01-02'])).toMatchObject({ kind: 'numeric' });
  expect(featureOf(['b', '?', 'a'])).toEqual({ kind: 'categorical', codes: Int32Array.of(1, -1, 0), levels: 2 });
  expect(featureOf(Array.from({ length: 1001 }, (_, i) => `name ${i}`))).toBeNull();
});

const line = (more: Partial<ResultLine>): ResultLine => ({
  bench: 'trees',
  case: 'fit: a',
  value: 1,
  unit: 's',
  machine: 'm',
  commit: 'c',
  date: '',
  versions: {},
  load: 0,
  ...more,
});

it('holds lines to the aim, the least and to targets', () => {
  const bar = { aim: 1, least: 1.3 };
  const ratio = (value: number) => barVerdict(line({ peer: 1, peerName: 'LightGBM', ratio: value, details: { bar } }));
  expect([0.9, 1.2, 1.4].map(ratio)).toEqual(['aim met', 'met', 'missed']);
  expect(barVerdict(line({ value: 40, peer: 35, peerName: 'target', ratio: 40 / 35 }))).toBe('missed');
  expect(barVerdict(line({ value: 3, unit: 'count', peer: 3, peerName: 'target', ratio: 1 }))).toBe('met');
  expect(barVerdict(line({ peer: 1, peerName: 'XGBoost', ratio: 0.5 }))).toBeNull();
  expect(markdownSummary([line({ value: 2, peer: 35, peerName: 'target', ratio: 2 / 35 })])).toContain(
    '| fit: a | 2 s | at most 35 s | met |',
  );
});

it('judges all sets together: signed means, and the sets that are worse', () => {
  const set = (name: string, unit: string, difference: number, verdict: string, setting = 'plain') =>
    line({
      unit,
      case: `accuracy: ${setting}, ${name}, ${unit}`,
      details: {
        setting,
        set: name,
        difference,
        relative: difference,
        verdict,
        standardError: 0.003,
        folds: 10,
        rows: 1,
      },
    });
  const lines = [
    set('one', 'auc', 0.004, 'within'),
    set('two', 'auc', -0.003, 'worse'),
    set('three', 'rmse', 0.03, 'better'),
    set('three', 'rmse', 0.005, 'worse', 'sampled'),
    line({}),
  ];
  const means = meanLines(lines);
  expect(means.map(({ value, unit }) => [Number(value.toPrecision(6)), unit])).toEqual([
    [0.0005, 'of 1'],
    [3, '%'],
    [2, 'count'],
    [1, 'count'],
    [0.5, '%'],
  ]);
  expect(means[0]?.details).toMatchObject({ signed: 0.0005, standardError: 0.00212 });
  expect(means[1]?.details).toMatchObject({ signed: 3, standardError: 0.3 });
  expect(means[2]?.details).toEqual({ worse: ['two auc'] });
});
