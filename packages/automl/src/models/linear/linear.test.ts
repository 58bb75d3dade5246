import { createRandom } from '@laurel/tabular';
import { describe, expect, it } from 'vitest';
import type { Design } from '../../features/design.ts';
import { fitInput, synthetic } from '../testing/synthetic.ts';
import type { DataFacts } from '../types.ts';
import { linearInfo } from './info.ts';
import { minimise } from './lbfgs.ts';
import { logisticLoss, softmaxLoss, squaredLoss } from './losses.ts';
import { family as linear } from './model.ts';
import { createProducts, multiply } from './products.ts';
import { gramOf, solveRidge } from './ridge.ts';

function example(rows: number, seed: number): Design {
  const random = createRandom(seed);
  const dense = Float64Array.from({ length: rows * 3 }, () => random.normal());
  const hot = Int32Array.from({ length: rows * 2 }, (_, i) => (i % 2 === 0 ? random.int(3) - 1 : 2 + random.int(2)));
  return { rows, width: 3, dense, hotColumns: 2, hotWidth: 4, hot };
}

const never = () => false;

describe('linear models', () => {
  it('has one answer for ridge regression, whether in closed form or by descent', async () => {
    const design = example(80, 1);
    const random = createRandom(2);
    const target = Float64Array.from(
      { length: 80 },
      (_, i) => design.dense[3 * i]! - 2 * design.dense[3 * i + 1]! + random.normal(),
    );
    const exact = solveRidge(await gramOf(design, target, undefined, never), 0.01);
    const found = new Float64Array(8);
    expect(await minimise(createProducts(design, 1), squaredLoss(target), 0.01, found, never)).toBe(true);
    for (let i = 0; i < 8; i++) expect(Math.abs(found[i]! - exact[i]!)).toBeLessThan(0.03);
    expect(exact[0]).toBeCloseTo(1, 0);
    expect(exact[1]).toBeCloseTo(-2, 0);
  });

  it('leaves no slope behind: the gradient of the penalised loss is nearly zero', async () => {
    const design = example(120, 3);
    const random = createRandom(4);
    for (const [loss, outputs] of [
      [logisticLoss(Float64Array.from({ length: 120 }, () => random.int(2))), 1],
      [
        softmaxLoss(
          Float64Array.from({ length: 120 }, () => random.int(3)),
          3,
        ),
        3,
      ],
    ] as const) {
      const weights = new Float64Array(8 * outputs);
      const products = createProducts(design, outputs);
      await minimise(products, loss, 0.05, weights, never);
      const margins = new Float64Array(120 * outputs);
      const slope = new Float64Array(120 * outputs);
      const gradient = new Float64Array(weights.length);
      multiply(design, weights, outputs, margins);
      loss.mean(margins, slope);
      products.multiplyTransposed(slope, gradient);
      for (let i = 0; i < gradient.length; i++) {
        const penalty = i < 7 * outputs ? 0.05 * weights[i]! : 0;
        expect(Math.abs(gradient[i]! + penalty)).toBeLessThan(3e-3);
      }
    }
  });

  it('multiplies in the kernel as the plain sums do, whatever is left over of blocks', () => {
    const random = createRandom(7);
    for (const [rows, width, outputs] of [
      [1, 1, 1],
      [5, 2, 1],
      [7, 5, 3],
      [10, 8, 4],
      [13, 7, 11],
    ] as const) {
      const hot = Int32Array.from({ length: rows * 2 }, (_, i) =>
        i % 2 === 0 ? random.int(3) - 1 : 2 + random.int(2),
      );
      const dense = Float64Array.from({ length: rows * width }, () => random.normal());
      const design: Design = { rows, width, dense, hotColumns: 2, hotWidth: 4, hot };
      const weights = Float64Array.from({ length: (width + 5) * outputs }, () => random.normal());
      const residuals = Float64Array.from({ length: rows * outputs }, () => random.normal());
      const products = createProducts(design, outputs);
      const [margins, plain] = [new Float64Array(rows * outputs), new Float64Array(rows * outputs)];
      products.multiply(weights, margins);
      multiply(design, weights, outputs, plain);
      for (const [i, value] of plain.entries()) expect(margins[i]).toBeCloseTo(value, 12);
      // <residuals, design x weights> is <transposed design x residuals, weights>, for every weight by itself too
      const gradient = new Float64Array(weights.length).fill(9);
      products.multiplyTransposed(residuals, gradient);
      for (const at of weights.keys()) {
        const one = new Float64Array(weights.length);
        one[at] = 1;
        multiply(design, one, outputs, plain);
        expect(gradient[at]).toBeCloseTo(
          plain.reduce((sum, value, i) => sum + value * residuals[i]!, 0),
          12,
        );
      }
    }
  });

  it('sums products of columns as a loop does, over more rows than a chunk and more columns than a block', async () => {
    const [rows, width, size] = [300, 70, 74];
    const random = createRandom(9);
    const dense = Float64Array.from({ length: rows * width }, () => random.normal());
    const design: Design = { ...example(rows, 8), width, dense };
    const target = Float64Array.from({ length: rows }, () => random.normal());
    const weights = Float64Array.from({ length: rows }, () => random.next());
    const cell = (i: number, a: number) =>
      a < width ? dense[i * width + a]! : Number(design.hot.subarray(2 * i, 2 * i + 2).includes(a - width));
    for (const given of [undefined, weights]) {
      const gram = await gramOf(design, target, given, never);
      for (const [a, b] of [
        [0, 0],
        [0, 69],
        [63, 64],
        [68, 69],
        [5, 71],
        [71, 71],
        [71, 73],
      ] as const) {
        let sum = -gram.rows * gram.means[a]! * gram.means[b]!;
        for (let i = 0; i < rows; i++) sum += (given?.[i] ?? 1) * cell(i, a) * cell(i, b);
        expect(gram.products[a * size + b]).toBeCloseTo(sum, 10);
      }
    }
  });

  it('stops summing when it is told to, and has the model of the rows so far', async () => {
    const design = example(1000, 8);
    const target = Float64Array.from({ length: 1000 }, (_, i) => design.dense[3 * i]! + 0.1 * (i % 3));
    let asked = 0;
    const gram = await gramOf(design, target, undefined, () => ++asked === 2);
    expect(gram.rows).toBe(512);
    const first = { ...design, rows: 512 };
    expect(gram).toEqual(await gramOf(first, target, undefined, never));
  });

  it('solves ridge regression with equal and constant columns', async () => {
    const rows = 20;
    const dense = Float64Array.from({ length: rows * 3 }, (_, i) => (i % 3 === 2 ? 1 : Math.floor(i / 3)));
    const design: Design = { rows, width: 3, dense, hotColumns: 0, hotWidth: 0, hot: new Int32Array(0) };
    const target = Float64Array.from({ length: rows }, (_, i) => 2 * i + 1);
    for (const penalty of [1e-9, 1e-3]) {
      const weights = solveRidge(await gramOf(design, target, undefined, never), penalty);
      expect(weights.every(Number.isFinite)).toBe(true);
      const margins = new Float64Array(rows);
      multiply(design, weights, 1, margins);
      for (let i = 0; i < rows; i++) expect(Math.abs(margins[i]! - target[i]!)).toBeLessThan(0.1);
    }
  });

  it('counts what texts, dates and made columns take, and no more bends than it makes', () => {
    const facts: DataFacts = {
      ...{ task: 'regression', rows: 1000, numericFeatures: 3, categoricalFeatures: 2, levels: 4, classes: 0 },
      made: { keys: 1, manyLevels: 0, dates: 1, texts: 1, missing: 0 },
    };
    const bytes = (changed: Partial<DataFacts>, config = {}) =>
      linearInfo.memoryBytes({ ...facts, ...changed }, config);
    // 306 numbers and 12, each held as a column, in the matrix and in the kernel
    expect(bytes({})).toBeGreaterThan(1000 * 24 * (306 + 12));
    expect(bytes({}) - bytes({ made: { ...facts.made!, texts: 0 } })).toBeGreaterThanOrEqual(1000 * 24 * 306);
    expect(bytes({}, { arithmetic: 24 }) - bytes({})).toBeGreaterThanOrEqual(1000 * 24 * 24);
    expect(bytes({}, { pieces: 8 })).toBeGreaterThan(4 * bytes({}));
    expect(bytes({ rows: 1_000_000 }, { pieces: 8 })).toBe(bytes({ rows: 1_000_000 }));
  });

  it('is cut by the clock while it sums for a normal equation, and comes to the same model again', async () => {
    const data = synthetic('regression', 2000, 3);
    let looks = 0;
    const now = () => looks++;
    const model = await linear.fit(fitInput(data, {}, { deadlineMs: 6, now }));
    expect(model.truncated).toBe(true);
    expect(model.decided).toBeDefined();
    const again = await linear.fit(fitInput(data, {}, { decided: model.decided! }));
    expect(again.predict(data.features)).toEqual(model.predict(data.features));
  });

  it('stops when it is told to', async () => {
    const design = example(50, 6);
    const target = Float64Array.from({ length: 50 }, (_, i) => (design.dense[3 * i]! > 0 ? 1 : 0));
    let asked = 0;
    const weights = new Float64Array(8);
    expect(await minimise(createProducts(design, 1), logisticLoss(target), 1e-9, weights, () => ++asked > 3)).toBe(
      false,
    );
    expect(weights.every(Number.isFinite)).toBe(true);
  });
});
