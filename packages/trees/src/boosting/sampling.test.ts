import { describe, expect, it } from 'vitest';
import { createPredictor } from '../model/predictor.ts';
import { drawFrom } from '../model/testing.ts';
import type { FeatureInput, TreeModel } from '../types.ts';
import { boost } from './boost.ts';
import { normal } from './testing/cases.ts';
import { areaUnderCurve, bytesOfTrees, logLoss, meanSquaredError, mixedRows, splitRows } from './testing/data.ts';
import type { BoostParameters, BoostRows, Objective } from './types.ts';

const logistic: Objective = { kind: 'logistic' };

async function fitted(train: BoostRows, objective: Objective, parameters: Partial<BoostParameters>, seed = 1) {
  const { model } = await boost({ train, objective, parameters, seed });
  return model;
}

function predict(model: TreeModel, rows: BoostRows): Float64Array {
  return createPredictor(model).predict(rows.features, rows.rows);
}

/** Chance of class 1. */
function chances(model: TreeModel, rows: BoostRows): Float64Array {
  return predict(model, rows).filter((_, i) => i % 2 === 1);
}

describe('a target that was permuted', () => {
  it('cannot be learnt: over 20 permutations the mean AUC on new rows is that of chance', async () => {
    const [train, test] = splitRows(mixedRows(1, 3_000, logistic), 1_000);
    expect(test.rows).toBe(2_000);
    const honest = await fitted(train, logistic, { rounds: 15 });
    expect(areaUnderCurve(test.target, chances(honest, test))).toBeGreaterThan(0.75);
    const draw = drawFrom(20);
    const areas: number[] = [];
    for (let run = 0; run < 20; run++) {
      const target = train.target.slice();
      for (let i = target.length - 1; i > 0; i--) {
        const j = Math.floor(draw() * (i + 1));
        [target[i], target[j]] = [target[j]!, target[i]!];
      }
      const model = await fitted({ ...train, target }, logistic, { rounds: 15, featureFraction: 0.8 }, run);
      areas.push(areaUnderCurve(test.target, chances(model, test)));
    }
    const mean = areas.reduce((sum, area) => sum + area, 0) / areas.length;
    const variance = areas.reduce((sum, area) => sum + (area - mean) ** 2, 0) / (areas.length - 1);
    expect(Math.abs(mean - 0.5)).toBeLessThan(3 * Math.sqrt(variance / areas.length));
  });
});

describe('a monotone feature', () => {
  const rows = 800;
  const draw = drawFrom(2);
  const columns = Array.from({ length: 3 }, (_, index) =>
    Float64Array.from({ length: rows }, () => (index === 2 && draw() < 0.2 ? NaN : normal(draw))),
  );
  const features = columns.map((values): FeatureInput => ({ kind: 'numeric', values }));
  // rises along the first, falls and rises along the others, with much noise
  const signal = Float64Array.from(
    { length: rows },
    (_, row) =>
      columns[0]![row]! + Math.sin(4 * columns[1]![row]!) + Math.abs(columns[2]![row]! || 0) + 2 * normal(draw),
  );
  const targets: [Objective, Float64Array][] = [
    [{ kind: 'squared' }, signal],
    [{ kind: 'absolute' }, signal],
    [{ kind: 'quantile', level: 0.8 }, signal],
    [{ kind: 'huber', delta: 1 }, signal],
    [{ kind: 'poisson' }, signal.map((value) => Math.max(0, Math.round(value)))],
    [logistic, signal.map((value) => (value > 0.5 ? 1 : 0))],
  ];

  /** The largest step against the direction along each feature, over a grid that the other features vary on. */
  function worstStep(model: TreeModel, directions: readonly number[]): number {
    const grid = Float64Array.from({ length: 60 }, (_, i) => (i - 30) / 8);
    const predictor = createPredictor(model);
    let worst = 0;
    for (let probe = 0; probe < 40; probe++) {
      for (let feature = 0; feature < 3; feature++) {
        if (directions[feature] === 0) continue;
        const along = columns.map(
          (column, index): FeatureInput => ({
            kind: 'numeric',
            values: index === feature ? grid : new Float64Array(60).fill(column[probe * 13]!),
          }),
        );
        const raw = predictor.raw(along, 60);
        for (let i = 1; i < 60; i++) worst = Math.max(worst, directions[feature]! * (raw[i - 1]! - raw[i]!));
      }
    }
    return worst;
  }

  it.each(targets)('keeps its direction over a grid, by %o', async (objective, target) => {
    const train = { features, rows, target };
    const common = { rounds: 40, minDataInLeaf: 5, maxLeaves: 20 };
    const free = await fitted(train, objective, common);
    expect(worstStep(free, [1, -1, 1])).toBeGreaterThan(0.01);
    const variants: Partial<BoostParameters>[] = [
      {},
      { growth: 'depthWise', histogram: 'float' },
      { extraRandom: true, rowFraction: 0.7, pathSmoothing: 2 },
    ];
    for (const monotone of [
      [1, -1, 1],
      [-1, 1, 0],
    ] as const) {
      for (const variant of variants) {
        const model = await fitted(train, objective, { ...common, ...variant, monotone });
        expect(model.ensemble.feature.length).toBeGreaterThan(40);
        expect(worstStep(model, monotone)).toBe(0);
      }
    }
  });
});

describe('sampling', () => {
  const [train, test] = splitRows(mixedRows(3, 6_000, logistic), 4_000);

  it('by gradients comes close to all rows in loss', async () => {
    const [all, sampled, tenth] = await Promise.all([
      fitted(train, logistic, { rounds: 60 }),
      fitted(train, logistic, { rounds: 60, goss: { top: 0.2, other: 0.2 } }),
      fitted(train, logistic, { rounds: 60, rowFraction: 0.05, minDataInLeaf: 1 }),
    ]);
    const [best, close, far] = [all, sampled, tenth].map((model) => logLoss(test.target, predict(model!, test)));
    expect(close! - best!).toBeLessThan(0.03);
    expect(far! - best!).toBeGreaterThan(close! - best!);
    expect(bytesOfTrees(sampled!)).not.toEqual(bytesOfTrees(all!));
  });

  it('by gradients of all rows is the fit of all rows', async () => {
    const few = splitRows(train, 500)[0];
    const [all, sampled] = await Promise.all([
      fitted(few, logistic, { rounds: 5 }),
      fitted(few, logistic, { rounds: 5, goss: { top: 0.5, other: 0.5 } }),
    ]);
    expect(bytesOfTrees(sampled!)).toEqual(bytesOfTrees(all!));
  });

  it('takes the asked share of rows, and other rows each time', async () => {
    const { ensemble } = await fitted(train, logistic, { rounds: 10, rowFraction: 0.3, featureFraction: 0.5 });
    const roots = Array.from(ensemble.nodeStart.subarray(0, 10), (node) => ensemble.cover[node]!);
    expect(roots).toEqual(new Array(10).fill(1_200));
    const shapes = Array.from(ensemble.nodeStart.subarray(0, 10), (node) => ensemble.gain[node]!);
    expect(new Set(shapes).size).toBe(10);
  });

  it('takes the asked share of features for a tree and for a node', async () => {
    const byTree = (await fitted(train, logistic, { rounds: 30, featureFraction: 0.25 })).ensemble;
    for (let tree = 0; tree < 30; tree++) {
      const used = new Set(byTree.feature.subarray(byTree.nodeStart[tree], byTree.nodeStart[tree + 1]));
      expect(used.size).toBeLessThanOrEqual(2);
    }
    expect(new Set(byTree.feature).size).toBeGreaterThan(5);
    const byNode = (await fitted(train, logistic, { rounds: 30, featureFractionByNode: 0.25 })).ensemble;
    const roots = new Set(Array.from(byNode.nodeStart.subarray(0, 30), (node) => byNode.feature[node]!));
    expect(roots.size).toBeGreaterThan(2);
  });

  it('works with a single feature, whatever shares are asked for', async () => {
    const values = Float64Array.from({ length: 500 }, (_, i) => (i % 50 === 0 ? NaN : Math.sin(i)));
    const target = values.map((value) => (Number.isNaN(value) ? 3 : value ** 2));
    const one = { features: [{ kind: 'numeric' as const, values }], rows: 500, target };
    const variants: Partial<BoostParameters>[] = [
      { featureFraction: 1e-9 },
      { featureFractionByNode: 1e-9 },
      { extraRandom: true, featureFraction: 0.1, featureFractionByNode: 0.1 },
      { extraRandom: true, histogram: 'float' },
    ];
    for (const variant of variants) {
      const model = await fitted(one, { kind: 'squared' }, { rounds: 200, ...variant, minDataInLeaf: 5 });
      expect(meanSquaredError(target, predict(model, one))).toBeLessThan(0.01);
    }
  });
});
