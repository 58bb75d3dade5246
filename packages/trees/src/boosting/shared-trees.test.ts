import { describe, expect, it } from 'vitest';
import { createPredictor } from '../model/predictor.ts';
import { drawFrom } from '../model/testing.ts';
import { rowWeights } from '../weights.ts';
import { boost } from './boost.ts';
import { below, drawCase } from './testing/cases.ts';
import { mixedRows, splitRows } from './testing/data.ts';
import { constantScores, pairsAt } from './testing/gradients.ts';
import { slowData, slowSearch } from './testing/slow-split.ts';
import { replayTree, rootOf } from './testing/slow-tree.ts';
import type { BoostParameters, Objective } from './types.ts';

const rounding = { gradient: 1e-6, hessian: 1e-12 };

describe('trees with a value per class', () => {
  it('of two classes are those that one gradient gives, since every direction is a multiple of it', async () => {
    const objective: Objective = { kind: 'softmax', classes: 2, trees: 'shared' };
    let splits = 0;
    for (let seed = 0; seed < 200; seed++) {
      const draw = drawFrom(seed);
      const { train, binning, parameters } = drawCase(draw, { kind: 'logistic' });
      const plain = { maxLeaves: 2 + below(draw, 6), l1: 0, maxDeltaStep: 0, pathSmoothing: 0, monotone: null };
      Object.assign(parameters, plain, { minGain: 0, minHessian: 1e-3 });
      const { model } = await boost({ train, objective, parameters, binning, seed });
      if (model.ensemble.feature.length === 0) continue;
      const weights = rowWeights(train, objective, null);
      const scores = constantScores(train.rows, model.ensemble.base);
      const { gradient } = pairsAt(objective, train.target, scores, weights, 1);
      const hessian = Float64Array.from({ length: train.rows }, (_, row) => weights?.[row] ?? 1);
      const p =
        Math.exp(model.ensemble.base[1]!) / (Math.exp(model.ensemble.base[0]!) + Math.exp(model.ensemble.base[1]!));
      // the penalty is measured by the mean curvature, which a row's hessian of 1 stands for
      const asSearched: BoostParameters = { ...parameters, l2: parameters.l2 / (2 * p * (1 - p)) };
      const data = slowData(train.features, train.rows, binning, { gradient, hessian }, asSearched);
      const best = Math.max(...slowSearch(data, rootOf(data), { rounding }).splits.map(({ gain }) => gain));
      // five directions of plus or minus g, g twice over, or nothing
      const multiple = Math.round(model.ensemble.gain[0]! / best / 4);
      if (multiple === 0) continue;
      const gain = model.ensemble.gain.map((one) => one / (4 * multiple));
      const scaled = { ...model, ensemble: { ...model.ensemble, gain } };
      const replay = replayTree(scaled, 0, data, { rounding }, 1e-5);
      expect(replay.problems, `case ${seed}`).toEqual([]);
      if (!replay.close) splits += replay.splits;
    }
    expect(splits).toBeGreaterThan(150);
  });

  it('have the Newton steps of all classes in their leaves', async () => {
    const objective: Objective = { kind: 'softmax', classes: 6, trees: 'shared' };
    const train = mixedRows(2, 600, objective);
    train.weights = train.target.map((_, row) => 1 + (row % 4));
    const parameters = { rounds: 1, l2: 0.7, l1: 0.05, learningRate: 0.3 };
    const { model } = await boost({ train, objective, parameters, seed: 1 });
    const leaves = createPredictor(model).leaves(train.features, train.rows);
    const scores = constantScores(train.rows, model.ensemble.base);
    const count = model.ensemble.leafCover.length;
    expect(count).toBeGreaterThan(10);
    for (let k = 0; k < 6; k++) {
      const { gradient, hessian } = pairsAt(objective, train.target, scores, Float32Array.from(train.weights), k);
      const sums = Array.from({ length: count }, () => ({ gradient: 0, hessian: 0 }));
      leaves.forEach((leaf, row) => {
        sums[leaf]!.gradient += gradient[row]!;
        sums[leaf]!.hessian += hessian[row]!;
      });
      sums.forEach((sum, leaf) => {
        const step = Math.sign(sum.gradient) * Math.max(0, Math.abs(sum.gradient) - 0.05);
        const expected = (-0.3 * step) / (sum.hessian + 0.7);
        expect(Math.abs(model.ensemble.value[leaf * 6 + k]! - expected)).toBeLessThan(1e-5);
      });
    }
  });

  it('learn about as much as a tree per class', async () => {
    const classes = 12;
    const own: Objective = { kind: 'softmax', classes, trees: 'perClass' };
    const [train, test] = splitRows(mixedRows(3, 4_000, own), 3_000);
    const losses = await Promise.all(
      (['perClass', 'shared'] as const).map(async (trees) => {
        const objective: Objective = { kind: 'softmax', classes, trees };
        const { model } = await boost({ train, objective, parameters: { rounds: 40 }, seed: 1 });
        const predictions = createPredictor(model).predict(test.features, test.rows);
        let sum = 0;
        test.target.forEach((y, row) => {
          sum -= Math.log(Math.max(1e-12, predictions[row * classes + y]!));
        });
        return sum / test.rows;
      }),
    );
    expect(losses[1]! / losses[0]!).toBeLessThan(1.15);
  });
});
