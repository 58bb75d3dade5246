import { describe, expect, it } from 'vitest';
import { drawFrom } from '../model/testing.ts';
import type { TreeModel } from '../types.ts';
import { rowWeights } from '../weights.ts';
import { boost } from './boost.ts';
import { below, drawCase, objectives, oneOf, type SmallCase } from './testing/cases.ts';
import { constantScores, pairsAt } from './testing/gradients.ts';
import { type SearchOptions, slowData } from './testing/slow-split.ts';
import { type Replay, replayTree } from './testing/slow-tree.ts';
import type { BoostParameters } from './types.ts';

const kinds = ['packed', 'float'] as const;
type Kind = (typeof kinds)[number];

/** Relative errors of sums: rounding to 2^31 steps of the sum over all rows, or that of f64. */
function roundingOf(kind: Kind, rows: number): SearchOptions['rounding'] {
  const relative = kind === 'packed' ? rows / 2 ** 31 : 1e-14;
  return { gradient: relative, hessian: relative };
}

/** Fits one round and follows each of its trees. */
async function replay(
  one: SmallCase,
  kind: Kind,
  allSubsets = false,
): Promise<{ model: TreeModel; replays: Replay[] }> {
  const { train, objective, binning } = one;
  const parameters: BoostParameters = { ...one.parameters, histogram: kind };
  const { model } = await boost({ train, objective, parameters, binning, seed: 1 });
  const weights = rowWeights(train, objective, parameters.classWeights);
  const scores = constantScores(train.rows, model.ensemble.base);
  const options = { rounding: roundingOf(kind, train.rows), allSubsets };
  const tolerance = kind === 'packed' ? 1e-6 : 1e-9;
  const replays = Array.from({ length: model.ensemble.outputs }, (_, k) => {
    const pairs = pairsAt(objective, train.target, scores, weights, k);
    const data = slowData(train.features, train.rows, binning, pairs, parameters);
    const shown = model.ensemble.trees > 0 ? model : withoutSplits(model);
    return replayTree(shown, k, data, options, tolerance);
  });
  return { model, replays };
}

/** A fit that found nothing to split keeps no trees. */
function withoutSplits(model: TreeModel): TreeModel {
  const starts = new Int32Array(model.ensemble.outputs + 1);
  return { ...model, ensemble: { ...model.ensemble, nodeStart: starts } };
}

describe('the best first split', () => {
  it.each(kinds)('is what exhaustive search finds, on 1,000 small cases (%s)', async (kind) => {
    let close = 0;
    let split = 0;
    for (let seed = 0; seed < 1_000; seed++) {
      const draw = drawFrom(seed);
      const one = drawCase(draw, objectives[seed % objectives.length]!);
      for (const { problems, splits, ...rest } of (await replay(one, kind)).replays) {
        expect(problems, `case ${seed}`).toEqual([]);
        if (rest.close) close++;
        else if (splits > 0) split++;
      }
    }
    expect(close).toBeLessThan(60);
    expect(split).toBeGreaterThan(600);
  });

  it.each(kinds)('by sorted levels is the best of all subsets where nothing penalises it (%s)', async (kind) => {
    let split = 0;
    for (let seed = 0; seed < 150; seed++) {
      const draw = drawFrom(seed + 5_000);
      const one = drawCase(draw, objectives[seed % objectives.length]!);
      const rows = 30;
      const codes = Int32Array.from({ length: rows }, () => below(draw, 7) - (draw() < 0.3 ? 1 : 0));
      const levels = 7;
      one.train.features = [{ kind: 'categorical', codes, levels }];
      one.train.rows = rows;
      one.train.target = Float64Array.from(
        { length: rows },
        (_, row) => one.train.target[row % one.train.target.length]!,
      );
      if (one.train.weights) one.train.weights = Float64Array.from({ length: rows }, () => oneOf(draw, [0.5, 1, 3]));
      one.binning = [{ kind: 'categorical', binOfLevel: Uint8Array.of(1, 2, 3, 4, 5, 6, 7), bins: 8, unseenBin: 0 }];
      Object.assign(one.parameters, {
        ...{ l1: 0, l2: 0, maxDeltaStep: 0, pathSmoothing: 0, monotone: null, minDataInLeaf: 0, minHessian: 0 },
        ...{
          maxCategoriesToOneHot: 1,
          maxCategoriesPerSplit: 32,
          categorySmoothing: 0,
          categoryL2: 0,
          minDataPerGroup: 0,
        },
      });
      for (const { problems, splits } of (await replay(one, kind, true)).replays) {
        expect(problems, `case ${seed}`).toEqual([]);
        split += splits;
      }
    }
    expect(split).toBeGreaterThan(100);
  });
});
