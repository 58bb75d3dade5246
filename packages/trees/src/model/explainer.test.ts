import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TreeModel } from '../types.ts';
import { createPredictor } from './predictor.ts';
import { binsOf, drawFrom, goesLeft, randomModel, randomRows, rowOf } from './testing.ts';

describe('contributions', () => {
  it('equal brute force over all subsets of the features', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom(1, 2, 5, 20, 40),
        fc.boolean(),
        (seed, features, outputs, leaves, vector) => {
          const draw = drawFrom(seed);
          const leafWidth = vector ? outputs : 1;
          const model = randomModel(draw, { features, trees: 4, outputs, leafWidth, leaves });
          compareWithBruteForce(model, draw, 3);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('equal brute force for ten features and deep trees', () => {
    const draw = drawFrom(11);
    const model = randomModel(draw, { features: 10, trees: 2, outputs: 1, leafWidth: 1, leaves: 200 });
    compareWithBruteForce(model, draw, 2);
  });

  it('add up to the raw number, in deep trees with many features too', () => {
    for (const [seed, features, leaves] of [
      [1, 40, 3_000],
      [2, 300, 2_000],
      [3, 3, 5_000],
    ] as const) {
      const draw = drawFrom(seed);
      const model = randomModel(draw, { features, trees: 4, outputs: 2, leafWidth: 2, leaves });
      const rows = randomRows(draw, model.binning, 12);
      const predictor = createPredictor(model);
      const raw = predictor.raw(rows, 12);
      const all = predictor.contributions(rows, 12);
      raw.forEach((value, index) => {
        const parts = all.subarray(index * (features + 1), (index + 1) * (features + 1));
        expect(Math.abs(parts.reduce((sum, part) => sum + part, 0) - value)).toBeLessThan(1e-9);
      });
    }
  });

  it('are nothing but the base without trees', () => {
    const model = randomModel(drawFrom(4), { features: 2, trees: 0, outputs: 2, leafWidth: 1, leaves: 1 });
    const rows = randomRows(drawFrom(4), model.binning, 1);
    const { base } = model.ensemble;
    const given = createPredictor(model).contributions(rows, 1);
    expect(Array.from(given)).toEqual([0, 0, base[0], 0, 0, base[1]]);
  });
});

function compareWithBruteForce(model: TreeModel, draw: () => number, count: number): void {
  const features = model.binning.length;
  const { outputs } = model.ensemble;
  const rows = randomRows(draw, model.binning, count);
  const predictor = createPredictor(model);
  const given = predictor.contributions(rows, count);
  const raw = predictor.raw(rows, count);
  for (let row = 0; row < count; row++) {
    const bins = binsOf(model.binning, rowOf(rows, row));
    for (let output = 0; output < outputs; output++) {
      const at = (row * outputs + output) * (features + 1);
      const parts = given.subarray(at, at + features + 1);
      bruteForce(model, bins, output).forEach((expected, index) => {
        expect(Math.abs(parts[index]! - expected)).toBeLessThan(1e-10);
      });
      expect(Math.abs(parts.reduce((sum, part) => sum + part, 0) - raw[row * outputs + output]!)).toBeLessThan(1e-10);
    }
  }
}

/** Shapley values by their definition, and last the value of the empty set. */
function bruteForce(model: TreeModel, bins: readonly number[], output: number): number[] {
  const features = model.binning.length;
  const worth = Array.from({ length: 2 ** features }, (_, known) => worthOf(model, bins, output, known));
  const phi = Array.from({ length: features }, (_, feature) => {
    let sum = 0;
    for (let known = 0; known < worth.length; known++) {
      if ((known >> feature) & 1) continue;
      const size = known.toString(2).replaceAll('0', '').length;
      const weight = (factorial(size) * factorial(features - size - 1)) / factorial(features);
      sum += weight * (worth[known | (1 << feature)]! - worth[known]!);
    }
    return sum;
  });
  return [...phi, worth[0]!];
}

/** Raw number expected when only the features in the bit set `known` are: elsewhere children weigh by their cover. */
function worthOf(model: TreeModel, bins: readonly number[], output: number, known: number): number {
  const { ensemble } = model;
  const { outputs, leafWidth, nodeStart, leafStart } = ensemble;
  let sum = ensemble.base[output]!;
  for (let tree = 0; tree < ensemble.trees; tree++) {
    if (leafWidth === 1 && tree % outputs !== output) continue;
    const firstNode = nodeStart[tree]!;
    const firstLeaf = leafStart[tree]!;
    const coverOf = (child: number): number =>
      child < 0 ? ensemble.leafCover[firstLeaf + ~child]! : ensemble.cover[firstNode + child]!;
    const expected = (child: number): number => {
      if (child < 0) return ensemble.value[(firstLeaf + ~child) * leafWidth + (leafWidth > 1 ? output : 0)]!;
      const node = firstNode + child;
      const left = ensemble.left[node]!;
      const right = ensemble.right[node]!;
      if ((known >> ensemble.feature[node]!) & 1) return expected(goesLeft(model, node, bins) ? left : right);
      const total = coverOf(left) + coverOf(right);
      const share = total > 0 ? coverOf(left) / total : 0.5;
      return share * expected(left) + (1 - share) * expected(right);
    };
    sum += expected(nodeStart[tree + 1]! > firstNode ? 0 : ~0);
  }
  return sum;
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}
