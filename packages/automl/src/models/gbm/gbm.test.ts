import { createRandom } from '@laurel/tabular';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitInput, synthetic } from '../testing/synthetic.ts';
import { binColumns, type FeatureBins, fitBins } from './binning.ts';
import { addTrees, joinTrees } from './forest.ts';
import { createGrower, type TreeParameters } from './grow.ts';
import { family } from './model.ts';

const parameters: TreeParameters = {
  maxLeaves: 2,
  maxDepth: 0,
  minDataInLeaf: 1,
  minHessian: 0,
  l1: 0,
  l2: 0.5,
  minGain: 1e-12,
  featureFraction: 1,
  extraRandom: false,
  maxCategoriesToOneHot: 100,
  maxCategoriesPerSplit: 32,
  categorySmoothing: 1,
  categoryL2: 0.7,
  minDataPerGroup: 1,
};

/** Best gain of a first split, by trying every threshold with missing values on both sides, or every single level. */
function bestGain(columns: number[][], bins: FeatureBins[], gradients: number[]): number {
  const part = (rows: number[]) => rows.reduce((sum, row) => sum + gradients[row]!, 0) ** 2 / (rows.length + 0.5);
  const all = gradients.map((_, row) => row);
  let best = 0;
  for (const [f, column] of columns.entries()) {
    const { size, categorical } = bins[f]!;
    const present = all.filter((row) => column[row] !== size);
    const missing = all.filter((row) => column[row] === size);
    for (let bin = 0; bin <= size; bin++) {
      const left = categorical
        ? all.filter((row) => column[row] === bin)
        : present.filter((row) => column[row]! <= bin);
      for (const extra of categorical ? [[]] : [[], missing]) {
        const chosen = new Set([...left, ...extra]);
        if (chosen.size === 0 || chosen.size === all.length) continue;
        const gain = part([...chosen]) + part(all.filter((row) => !chosen.has(row))) - part(all);
        best = Math.max(best, gain);
      }
    }
  }
  return best;
}

describe('trees', () => {
  it('finds the split that an exhaustive search finds, with numbers, categories and missing values', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 4, max: 40 }), (seed, rows) => {
        const random = createRandom(seed);
        const bins = [false, false, true].map((categorical): FeatureBins => {
          return { size: 2 + random.int(5), upper: new Float64Array(0), categorical, missing: true };
        });
        const columns = bins.map(({ size }) => Array.from({ length: rows }, () => random.int(size + 1)));
        const gradients = Array.from({ length: rows }, () => random.normal());
        const pairs = Float64Array.from(gradients.flatMap((gradient) => [gradient, 1]));
        const grower = createGrower(Uint8Array.from(columns.flat()), rows, bins, parameters);
        const tree = grower.grow(pairs, Int32Array.from(gradients.keys()), rows, random);
        const value = (from: number, to: number) => {
          const sum = grower.order.slice(from, to).reduce((total, row) => total + gradients[row]!, 0);
          return sum ** 2 / (to - from + 0.5);
        };
        const split = tree.feature.length === 1;
        const gain = split
          ? value(grower.starts[0]!, grower.ends[0]!) + value(grower.starts[1]!, grower.ends[1]!) - value(0, rows)
          : 0;
        expect(gain).toBeCloseTo(bestGain(columns, bins, gradients), 8);
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  it('sends training rows to the leaves that hold them, in deep trees with sorted categories and little memory', () => {
    const random = createRandom(9);
    const rows = 400;
    const bins = [30, 12, 200].map((size, f): FeatureBins => {
      return { size, upper: new Float64Array(0), categorical: f > 0, missing: f < 2 };
    });
    const codes = Uint8Array.from(
      bins.flatMap(({ size, missing }) => {
        return Array.from({ length: rows }, () => random.int(missing ? size + 1 : size));
      }),
    );
    const pairs = Float64Array.from({ length: 2 * rows }, (_, i) =>
      i % 2 === 0 ? random.normal() : 0.1 + random.next(),
    );
    const deep = { ...parameters, maxLeaves: 60, maxCategoriesToOneHot: 4, minHessian: 0.01 };
    const grower = createGrower(codes, rows, bins, deep);
    const everyRow = Int32Array.from({ length: rows }, (_, i) => i);
    const tree = grower.grow(pairs, everyRow, rows, random);
    expect(tree.values.length).toBeGreaterThan(20);
    const scores = new Float64Array(rows);
    addTrees(
      joinTrees([tree], 1),
      0,
      1,
      codes,
      rows,
      Int32Array.from(bins, (bin) => bin.size),
      scores,
    );
    let seen = 0;
    for (let leaf = 0; leaf < tree.values.length; leaf++) {
      for (const row of grower.order.slice(grower.starts[leaf]!, grower.ends[leaf]!)) {
        expect(scores[row]).toBe(tree.values[leaf]);
        seen++;
      }
    }
    expect(seen).toBe(rows);
  });
});

describe('bins', () => {
  it('keeps the order of values, gives missing its own bin and never more than asked', () => {
    const value = fc.oneof(fc.double(), fc.constantFrom(0, -0, 1, Infinity, -Infinity, Number.NaN, 5e-324, 1.7e308));
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 2, max: 20 }),
        (values, limit) => {
          const data = { rows: values.length, numeric: [Float64Array.from(values)], categories: [] };
          const bins = fitBins(data, [], limit);
          const codes = binColumns(data, bins);
          expect(bins[0]!.size).toBeLessThanOrEqual(limit);
          for (let i = 0; i < values.length; i++) {
            if (Number.isNaN(values[i]!)) expect(codes[i]).toBe(bins[0]!.size);
            for (let j = 0; j < Math.min(i, 20); j++) {
              if (values[i]! < values[j]!) expect(codes[i]!).toBeLessThanOrEqual(codes[j]!);
              if (values[i]! === values[j]!) expect(codes[i]).toBe(codes[j]);
            }
          }
        },
      ),
      { seed: 4, numRuns: 200 },
    );
  });

  it('gives every value a bin where there are few', () => {
    const values = Float64Array.from({ length: 100 }, (_, i) => i % 5);
    expect(fitBins({ rows: 100, numeric: [values], categories: [] }, [], 254)[0]!.size).toBe(5);
  });
});

it('raises the learning rate when the time left allows few trees', async () => {
  const data = synthetic('regression', 300, 21);
  let tick = 0;
  const slow = await family.fit(fitInput(data, { learningRate: 0.005 }, { now: () => tick++, deadlineMs: 200 }));
  const score = slow.curve.at(-1)![1];
  tick = 0;
  const never = fitInput(data, { learningRate: 0.005 }, { validation: null });
  const rounds = slow.curve.at(-1)![0];
  expect(slow.truncated).toBe(true);
  expect(rounds).toBeLessThan(200);
  const steady = await family.fit({ ...never, validation: fitInput(data, {}).validation });
  expect(score).toBeLessThan(steady.curve[rounds - 1]![1]);
});
