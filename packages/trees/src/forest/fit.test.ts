import { describe, expect, it } from 'vitest';
import { planMatrix } from '../binning/layout.ts';
import { modelFault } from '../model/check.ts';
import { encodedModelBytes, encodeModel } from '../model/encode.ts';
import { createPredictor } from '../model/predictor.ts';
import { drawFrom } from '../model/testing.ts';
import type { FeatureInput } from '../types.ts';
import { fitForest } from './fit.ts';
import { areaUnderCurve, classesOf, drawnTable, everyNth } from './testing/cases.ts';
import type { ForestInput, ForestTask } from './types.ts';

const regression: ForestTask = { kind: 'regression' };
const binary: ForestTask = { kind: 'classification', classes: 2 };
const table = drawnTable(600, 1);
const unseen = drawnTable(3000, 2);

function input(task: ForestTask, more: Partial<ForestInput> = {}): ForestInput {
  const target = task.kind === 'regression' ? table.signal : classesOf(table.signal, task.classes, 3);
  return { features: table.features, rows: table.rows, target, task, seed: 7, ...more };
}

function numeric(...values: number[]): FeatureInput {
  return { kind: 'numeric', values: Float64Array.from(values) };
}

const tasks: ForestTask[] = [regression, binary, { kind: 'classification', classes: 7 }];
const splitters = ['best', 'random'] as const;
const kinds = tasks.flatMap((task) => splitters.map((splitter) => ({ task, splitter })));

describe.each(kinds)('a forest with $splitter splits for $task', ({ task, splitter }) => {
  it('is sound, and the same for the same seed', async () => {
    const grow = (seed: number) =>
      fitForest(input(task, { parameters: { trees: 12, splitter, bootstrap: true, maxFeatures: 0.6 }, seed }));
    const [first, second, other] = [await grow(7), await grow(7), await grow(8)];
    expect(modelFault(first.model)).toBeNull();
    expect(first.trees).toBe(12);
    expect(second).toEqual(first);
    expect(other.model.ensemble.value).not.toEqual(first.model.ensemble.value);
  });

  it('knows its training rows by heart when nothing limits it', async () => {
    const { model } = await fitForest(input(task, { parameters: { trees: 3, splitter, bootstrap: false } }));
    const { target } = input(task);
    const predictor = createPredictor(model);
    const found = predictor.predict(table.features, table.rows);
    for (let row = 0; row < table.rows; row++) {
      const expected = task.kind === 'regression' ? target[row]! : 1;
      const got = task.kind === 'regression' ? found[row]! : found[row * task.classes + target[row]!]!;
      // Bins of 3 values each may hold different targets.
      expect(Math.abs(got - expected)).toBeLessThan(task.kind === 'regression' ? 1e-4 : 1e-6);
    }
  });

  it('keeps to its limits', async () => {
    const limits = { minDataInLeaf: 7, maxDepth: 5, minDataToSplit: 30, minImpurityDecrease: 1e-4 };
    const parameters = { trees: 5, splitter, bootstrap: false, ...limits };
    for (const maxLeaves of [0, 9]) {
      const { model } = await fitForest(input(task, { parameters: { ...parameters, maxLeaves } }));
      const { leafStart, leafCover, cover, gain } = model.ensemble;
      expect(Math.min(...leafCover)).toBeGreaterThanOrEqual(7);
      expect(Math.min(...cover)).toBeGreaterThanOrEqual(30);
      expect(Math.min(...gain)).toBeGreaterThanOrEqual(0.9999e-4);
      for (let tree = 0; tree < 5; tree++) {
        const leaves = leafStart[tree + 1]! - leafStart[tree]!;
        expect(leaves).toBeLessThanOrEqual(maxLeaves || 32);
        expect(leaves).toBeGreaterThan(4);
      }
    }
  });

  it('takes a weight for that many equal rows', async () => {
    const draw = drawFrom(9);
    const times = Array.from({ length: 200 }, () => Math.floor(draw() * 4));
    const order = times.flatMap((count, row) => Array.from({ length: count }, () => row));
    const { features } = drawnTable(200, 4);
    const { target } = input(task);
    const repeat = (feature: FeatureInput): FeatureInput => {
      if (feature.kind !== 'numeric') throw new Error('only numbers here');
      return { kind: 'numeric', values: Float64Array.from(order, (row) => feature.values[row]!) };
    };
    const numbers = features.slice(0, 3);
    // Nodes of two rows end their search early, which would draw other features for later nodes.
    const parameters = { trees: 4, splitter, bootstrap: false, maxDepth: 3 };
    const binningOptions = { minDataInBin: 1 };
    const weighted = await fitForest(
      input(task, {
        features: numbers,
        rows: 200,
        target: target.slice(0, 200),
        weights: Float64Array.from(times),
        parameters,
        binningOptions,
      }),
    );
    const repeated = await fitForest(
      input(task, {
        features: numbers.map(repeat),
        rows: order.length,
        target: Float64Array.from(order, (row) => target[row]!),
        parameters,
        binning: weighted.model.binning,
      }),
    );
    const one = createPredictor(weighted.model).predict(unseen.features.slice(0, 3), unseen.rows);
    const two = createPredictor(repeated.model).predict(unseen.features.slice(0, 3), unseen.rows);
    for (let i = 0; i < one.length; i++) expect(Math.abs(one[i]! - two[i]!)).toBeLessThan(1e-5);
  });
});

describe('out-of-bag predictions', () => {
  it('are about as good as those for rows never seen', async () => {
    const { model, outOfBag } = await fitForest(input(regression, { parameters: { trees: 80 } }));
    const error = (found: Float64Array, signal: Float64Array) =>
      Math.sqrt(found.reduce((sum, value, i) => sum + (value - signal[i]!) ** 2, 0) / found.length);
    const honest = error(createPredictor(model).predict(unseen.features, unseen.rows), unseen.signal);
    const own = error(outOfBag!, table.signal);
    expect(own / honest).toBeGreaterThan(0.85);
    expect(own / honest).toBeLessThan(1.15);
  });

  it('are probabilities for classes, missing for rows that no tree left out, and null where none can', async () => {
    const task: ForestTask = { kind: 'classification', classes: 7 };
    const { outOfBag } = await fitForest(input(task, { parameters: { trees: 2 } }));
    let missing = 0;
    for (let row = 0; row < table.rows; row++) {
      const sum = outOfBag!.subarray(row * 7, row * 7 + 7).reduce((a, b) => a + b, 0);
      if (Number.isNaN(sum)) missing++;
      else expect(sum).toBeCloseTo(1, 9);
    }
    // In both bags with probability (1 - 1/e)^2 = 0.40.
    expect(missing / table.rows).toBeGreaterThan(0.33);
    expect(missing / table.rows).toBeLessThan(0.47);
    const shares = await fitForest(input(task, { parameters: { trees: 4, bootstrap: false, maxSamples: 0.5 } }));
    expect(shares.outOfBag).not.toBeNull();
    expect((await fitForest(input(task, { parameters: { trees: 2, bootstrap: false } }))).outOfBag).toBeNull();
    expect((await fitForest(input(task, { parameters: { trees: 2 }, outOfBag: false }))).outOfBag).toBeNull();
  });
});

describe('what a forest learns', () => {
  it.each(splitters)('is nothing from a target in random order (%s)', async (splitter) => {
    const draw = drawFrom(12);
    const areas: number[] = [];
    for (let round = 0; round < 8; round++) {
      const target = Float64Array.from({ length: table.rows }, () => (draw() < 0.5 ? 1 : 0));
      const labels = Float64Array.from({ length: unseen.rows }, () => (draw() < 0.5 ? 1 : 0));
      const { model } = await fitForest(input(binary, { target, parameters: { trees: 15, splitter }, seed: round }));
      const found = createPredictor(model).predict(unseen.features, unseen.rows);
      areas.push(areaUnderCurve(everyNth(found, 2, 1), labels));
    }
    const mean = areas.reduce((sum, area) => sum + area, 0) / areas.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(3 * Math.sqrt(1 / 12 / 750 / areas.length));
  });

  it.each(splitters)('tells many classes apart (%s)', async (splitter) => {
    const classes = 60;
    const values = Float64Array.from({ length: 1800 }, (_, row) => row % 600);
    const target = values.map((value) => Math.floor(value / 10));
    const { model } = await fitForest({
      features: [{ kind: 'numeric', values }],
      rows: 1800,
      target,
      task: { kind: 'classification', classes },
      parameters: { trees: 10, splitter },
      seed: 1,
    });
    const found = createPredictor(model).predict([{ kind: 'numeric', values }], 1800);
    let right = 0;
    for (let row = 0; row < 1800; row++) if (found[row * classes + target[row]!]! > 0.5) right++;
    expect(right / 1800).toBeGreaterThan(0.95);
  });

  it.each(splitters)('rises or falls where it must (%s)', async (splitter) => {
    const parameters = { trees: 20, splitter, monotone: [1, 0, -1, 0, 0] as const };
    const { model } = await fitForest(input(regression, { parameters }));
    const predictor = createPredictor(model);
    const out = new Float64Array(1);
    for (const [feature, direction] of [
      [0, 1],
      [2, -1],
    ] as const) {
      for (let row = 0; row < 30; row++) {
        const values = Float64Array.from(unseen.features, (one) =>
          one.kind === 'numeric' ? one.values[row]! : one.kind === 'categorical' ? one.codes[row]! : 0,
        );
        let last = direction * -Infinity;
        for (let step = -20; step <= 20; step++) {
          values[feature] = step / 10;
          predictor.predictRow(values, out);
          expect(direction * (out[0]! - last)).toBeGreaterThan(-1e-6);
          last = out[0]!;
        }
      }
    }
  });

  it.each(splitters)('is the same from features that share columns (%s)', async (splitter) => {
    const rows = 900;
    const target = Float64Array.from({ length: rows }, (_, row) => (row % 30) ** 2);
    const features = Array.from({ length: 30 }, (_, k): FeatureInput => {
      const stored = Int32Array.from({ length: rows / 30 }, (_, i) => i * 30 + k);
      return { kind: 'sparse', rows: stored, values: Float64Array.from(stored, (row) => 1 + (row % 4)) };
    });
    const fit = await fitForest({
      features,
      rows,
      target,
      task: regression,
      parameters: { trees: 3, splitter, bootstrap: false, maxFeatures: 0.3 },
      seed: 2,
    });
    expect(planMatrix([{ features, rows }], fit.model.binning).columns).toBeLessThan(30);
    const found = createPredictor(fit.model).predict(features, rows);
    for (let row = 0; row < rows; row++) expect(found[row]).toBeCloseTo(target[row]!, 3);
  });

  it('follows class weights', async () => {
    const shareOfOnes = async (classWeights: number[]) => {
      const { model } = await fitForest(input(binary, { parameters: { trees: 10, minDataInLeaf: 20, classWeights } }));
      const found = createPredictor(model).predict(table.features, table.rows);
      return everyNth(found, 2, 1).reduce((sum, p) => sum + p, 0) / table.rows;
    };
    expect(await shareOfOnes([1, 5])).toBeGreaterThan((await shareOfOnes([1, 1])) + 0.1);
  });
});

describe('a fit that has to end', () => {
  it('gives the trees grown until the deadline, still a mean', async () => {
    let time = 0;
    const { model, trees, truncated } = await fitForest(
      input(regression, { deadlineMs: 5, now: () => time, onTree: () => time++ }),
    );
    expect(trees).toBe(5);
    expect(truncated).toBe(true);
    const found = createPredictor(model).predict(table.features, table.rows);
    const mean = (numbers: Float64Array) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
    expect(mean(found)).toBeCloseTo(mean(table.signal), 0);
  });

  it('is repeated byte by byte without a clock', async () => {
    let time = 0;
    const cut = await fitForest(input(regression, { deadlineMs: 5, now: () => time, onTree: () => time++ }));
    const again = await fitForest(input(regression, { stopAfter: cut.trees }));
    expect(again).toMatchObject({ trees: cut.trees, truncated: true });
    expect(encodeModel(again.model)).toEqual(encodeModel(cut.model));
  });

  it('gives the class shares when the deadline was over before', async () => {
    const { model, trees, truncated } = await fitForest(input(binary, { deadlineMs: 0, now: () => 1 }));
    expect([trees, truncated]).toEqual([0, true]);
    const found = createPredictor(model).predict(table.features, table.rows);
    expect(found[0]! + found[1]!).toBeCloseTo(1, 12);
  });

  it('throws the reason of an abort, also of one that comes while it grows', async () => {
    const reason = new Error('enough');
    await expect(fitForest(input(binary, { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
    const later = new AbortController();
    let time = 0;
    setImmediate(() => later.abort(reason));
    const endless = input(binary, { signal: later.signal, now: () => (time += 100), parameters: { trees: 1e6 } });
    await expect(fitForest(endless)).rejects.toBe(reason);
  });

  it('stops before its trees take more memory than allowed', async () => {
    const free = await fitForest(input(regression, { parameters: { trees: 40 } }));
    const limit = free.memoryBytes + 3 * 10 * 600 * (28 + 32 + 4);
    const { trees, truncated } = await fitForest(
      input(regression, { parameters: { trees: 400 }, memoryLimitBytes: limit }),
    );
    expect(truncated).toBe(true);
    expect(trees).toBeGreaterThan(9);
    expect(trees).toBeLessThan(40);
    await expect(fitForest(input(regression, { memoryLimitBytes: 100_000 }))).rejects.toMatchObject({
      code: 'MEMORY_LIMIT',
    });
  });
});

describe('a forest whose model may not be large', () => {
  it('has fewer trees, but at least one', async () => {
    const limited = (modelLimitBytes: number) =>
      fitForest(input(regression, { parameters: { trees: 40 }, modelLimitBytes }));
    const some = await limited(10 * 600 * (28 + 32 + 4));
    expect(some.truncated).toBe(true);
    expect(some.trees).toBeGreaterThan(1);
    expect(some.trees).toBeLessThan(40);
    expect(encodedModelBytes(some.model)).toBeLessThan(10 * 600 * 64);
    expect((await limited(1)).trees).toBe(1);
  });
});

describe('odd inputs', () => {
  const one = (features: FeatureInput[], target: number[], task: ForestTask = regression) =>
    fitForest({ features, rows: target.length, target: Float64Array.from(target), task, seed: 1 });

  it.each([
    ['one row', () => one([numeric(3)], [4]), [4]],
    ['equal targets', () => one([numeric(1, 2, 3)], [0.1, 0.1, 0.1]), [0.1]],
    ['a constant feature', () => one([numeric(2, 2)], [1, 3]), [2]],
    ['nothing but missing values', () => one([numeric(Number.NaN, Number.NaN)], [1, 3]), [2]],
    ['one class', () => one([numeric(1, 2)], [1, 1], { kind: 'classification', classes: 3 }), [0, 1, 0]],
  ])('%s gives a constant model', async (_, grow, expected) => {
    const { model, trees, truncated } = await grow();
    expect([trees, truncated]).toEqual([0, false]);
    expect([...createPredictor(model).predict([numeric(5)], 1)]).toEqual(expected);
  });

  it('two rows are told apart', async () => {
    const { model } = await fitForest({
      features: [numeric(1, 2)],
      rows: 2,
      target: Float64Array.of(1e15, 1e15 + 2),
      task: regression,
      parameters: { bootstrap: false, trees: 1 },
      binningOptions: { minDataInBin: 1 },
      seed: 1,
    });
    expect(model.ensemble.feature.length).toBe(1);
  });

  it.each([
    ['no rows', { rows: 0, target: new Float64Array(0) }],
    ['too few targets', { target: new Float64Array(3) }],
    ['a target that is missing', { target: new Float64Array(600).fill(Number.NaN) }],
    ['an infinite target', { target: new Float64Array(600).fill(Infinity) }],
    ['a negative weight', { weights: new Float64Array(600).fill(-1) }],
    ['weights that are all 0', { weights: new Float64Array(600) }],
    ['weights that vanish as f32', { weights: new Float64Array(600).fill(1e-60) }],
    ['too few weights', { weights: new Float64Array(2) }],
    ['a class that does not exist', { task: binary, target: new Float64Array(600).fill(2) }],
    ['half a class', { task: binary, target: new Float64Array(600).fill(0.5) }],
    ['features of another length', { features: [numeric(1, 2)] }],
  ])('%s is refused', async (_, more) => {
    await expect(fitForest(input(regression, more))).rejects.toMatchObject({ code: 'INVALID_DATA' });
  });

  it.each([
    [{ trees: 0 }],
    [{ maxFeatures: 0 }],
    [{ maxFeatures: 1.5 }],
    [{ maxSamples: 0 }],
    [{ maxLeaves: 1 }],
    [{ minDataInLeaf: 0 }],
    [{ minDataToSplit: 1 }],
    [{ minImpurityDecrease: -1 }],
    [{ criterion: 'gini' as const }],
    [{ classWeights: [1, 2] }],
    [{ monotone: [1 as const] }],
  ])('parameters %j are refused', async (parameters) => {
    await expect(fitForest(input(regression, { parameters }))).rejects.toMatchObject({ code: 'INVALID_PARAMETER' });
  });

  it('rows of weight 0 are in no tree', async () => {
    const weights = Float64Array.from({ length: 600 }, (_, row) => (row % 2 === 0 ? 1 : 0));
    const target = table.signal.map((value, row) => (row % 2 === 0 ? value : 1e6));
    const { model } = await fitForest(input(regression, { weights, target, parameters: { trees: 10 } }));
    expect(Math.max(...createPredictor(model).predict(table.features, table.rows))).toBeLessThan(100);
  });
});
