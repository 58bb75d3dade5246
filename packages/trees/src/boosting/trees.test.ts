import { describe, expect, it } from 'vitest';
import { createPredictor } from '../model/predictor.ts';
import { drawFrom } from '../model/testing.ts';
import type { TreeModel } from '../types.ts';
import { rowWeights } from '../weights.ts';
import { boost } from './boost.ts';
import { below, drawCase, objectives, oneOf, type SmallCase } from './testing/cases.ts';
import { constantScores, pairsAt } from './testing/gradients.ts';
import { type SlowData, type SlowNode, slowData, slowOutput, sumsOf } from './testing/slow-split.ts';
import { replayTree } from './testing/slow-tree.ts';
import type { BoostParameters } from './types.ts';

const growths = ['leafWise', 'depthWise'] as const;
const kinds = ['packed', 'float'] as const;

function drawTreeCase(seed: number, growth: BoostParameters['growth'], histogram: BoostParameters['histogram']) {
  const draw = drawFrom(seed);
  const one = drawCase(draw, objectives[seed % objectives.length]!);
  const parameters: BoostParameters = {
    ...one.parameters,
    histogram,
    growth,
    maxLeaves: 3 + below(draw, 9),
    maxDepth: oneOf(draw, [0, 0, 2, 3]),
  };
  return { ...one, parameters };
}

async function fitOne({ train, objective, binning, parameters }: SmallCase) {
  const { model } = await boost({ train, objective, parameters, binning, seed: 1 });
  const weights = rowWeights(train, objective, parameters.classWeights);
  const scores = constantScores(train.rows, model.ensemble.base);
  const dataOf = (k: number): SlowData => {
    const pairs = pairsAt(objective, train.target, scores, weights, k);
    return slowData(train.features, train.rows, binning, pairs, parameters);
  };
  return { model, weights, dataOf };
}

/** What the leaf should add: Newton's step on the pairs as they are, or the quantile of the residuals. */
function expectedValue(
  one: SmallCase,
  data: SlowData,
  leaf: SlowNode,
  base: number,
  weights: Float32Array | null,
): number {
  const { objective, parameters, train } = one;
  const level = objective.kind === 'absolute' ? 0.5 : objective.kind === 'quantile' ? objective.level : null;
  if (level === null) return slowOutput(sumsOf(data.pairs, leaf.rows), leaf.l2, leaf.rows.length, leaf, parameters);
  const residuals = leaf.rows
    .map((row) => ({ value: train.target[row]! - base, weight: weights?.[row] ?? 1 }))
    .sort((a, b) => a.value - b.value);
  return Math.max(leaf.lowest, Math.min(leaf.highest, quantile(residuals, level)));
}

function quantile(sorted: { value: number; weight: number }[], level: number): number {
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  if (total === sorted.length) {
    const place = level * (sorted.length - 1);
    const [low, high] = [Math.floor(place), Math.ceil(place)];
    return sorted[low]!.value + (place - low) * (sorted[high]!.value - sorted[low]!.value);
  }
  let sum = 0;
  for (const { value, weight } of sorted) {
    sum += weight;
    if (sum >= level * total) return value;
  }
  return sorted.at(-1)!.value;
}

describe.each(growths)('a %s tree', (growth) => {
  it.each(kinds)('is the one that a slow grower grows, with its values (%s)', async (kind) => {
    let compared = 0;
    let splits = 0;
    for (let seed = 0; seed < 300; seed++) {
      const one = drawTreeCase(seed + 20_000, growth, kind);
      const { model, weights, dataOf } = await fitOne(one);
      const leaves = createPredictor(model).leaves(one.train.features, one.train.rows);
      for (let k = 0; k < model.ensemble.trees; k++) {
        const data = dataOf(k);
        const relative = kind === 'packed' ? one.train.rows / 2 ** 31 : 1e-14;
        const options = { rounding: { gradient: relative, hessian: relative } };
        const replay = replayTree(model, k, data, options, kind === 'packed' ? 1e-6 : 1e-9);
        expect(replay.problems, `case ${seed}`).toEqual([]);
        if (replay.close) continue;
        compared++;
        splits += replay.splits;
        replay.leaves.forEach((leaf, index) => {
          const at = model.ensemble.leafStart[k]! + index;
          const expected = 0.3 * expectedValue(one, data, leaf, model.ensemble.base[k]!, weights);
          const scale = Math.max(1e-6, Math.abs(expected));
          expect(Math.abs(model.ensemble.value[at]! - expected) / scale, `case ${seed}`).toBeLessThan(1e-5);
          expect(model.ensemble.leafCover[at]).toBe(leaf.rows.length);
          for (const row of leaf.rows) expect(leaves[row * model.ensemble.trees + k]).toBe(index);
        });
      }
    }
    expect(compared).toBeGreaterThan(230);
    expect(splits).toBeGreaterThan(450);
  });
});

describe('a split', () => {
  const none = { rounds: 1, maxLeaves: 2, minDataInLeaf: 1 };

  async function firstSplit(values: number[], target: number[], histogram: BoostParameters['histogram']) {
    const features = [{ kind: 'numeric' as const, values: Float64Array.from(values) }];
    const train = { features, rows: values.length, target: Float64Array.from(target) };
    const upper = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, Infinity);
    const binning = [{ kind: 'numeric' as const, upper }];
    const { model } = await boost({
      ...{ train, binning, seed: 1, objective: { kind: 'squared' as const } },
      parameters: { ...none, histogram },
    });
    return { low: model.ensemble.low[0]!, width: model.ensemble.width[0]!, model };
  }

  it.each(kinds)('sends missing values where more rows are when training had none (%s)', async (histogram) => {
    const leftHeavy = await firstSplit([1, 1, 1, 2], [0, 0, 0, 9], histogram);
    expect([leftHeavy.low, leftHeavy.width]).toEqual([0, 1]);
    const rightHeavy = await firstSplit([1, 2, 2, 2], [0, 9, 9, 9], histogram);
    expect([rightHeavy.low, rightHeavy.width]).toEqual([1, 0]);
  });

  it.each(kinds)('sends missing values where they belong when training had some (%s)', async (histogram) => {
    const left = await firstSplit([1, 2, 2, 2, NaN], [0, 9, 9, 9, 0], histogram);
    expect([left.low, left.width]).toEqual([0, 1]);
    const right = await firstSplit([1, 1, 1, 2, NaN], [0, 0, 0, 9, 9], histogram);
    expect([right.low, right.width]).toEqual([1, 0]);
    const alone = await firstSplit([1, 2, 3, 4, NaN], [0, 0, 0, 0, 9], histogram);
    expect([alone.low, alone.width]).toEqual([1, 3]);
  });

  it.each(kinds)('lies in the middle of bins that no row is in (%s)', async (histogram) => {
    const { low, width } = await firstSplit([1, 1, 9, 9], [0, 0, 9, 9], histogram);
    expect(low + width).toBe(4);
  });

  it('takes the first feature and the lowest threshold among equal ones', async () => {
    const column = { kind: 'numeric' as const, values: Float64Array.of(1, 2, 3, 4, 5, 6) };
    const train = { features: [column, column], rows: 6, target: Float64Array.of(0, 1, 0, 0, 1, 0) };
    for (const histogram of kinds) {
      const { model }: { model: TreeModel } = await boost({
        ...{ train, seed: 1, objective: { kind: 'squared' as const }, binningOptions: { minDataInBin: 1 } },
        parameters: { ...none, histogram },
      });
      expect(model.ensemble.feature[0]).toBe(0);
      expect(model.ensemble.low[0]! + model.ensemble.width[0]!).toBe(1);
    }
  });
});
