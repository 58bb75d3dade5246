import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TreesError } from '../errors.ts';
import type { FeatureInput, TreeModel } from '../types.ts';
import { createEnsembleBuilder, type GrownTree } from './builder.ts';
import { decodeModel } from './decode.ts';
import { encodeModel } from './encode.ts';
import { createPredictor } from './predictor.ts';
import { binsOf, drawFrom, randomModel, randomRows, rowOf, slowLeaf, slowRaw } from './testing.ts';

const shapes = fc.record({
  seed: fc.nat(),
  features: fc.integer({ min: 1, max: 12 }),
  trees: fc.integer({ min: 0, max: 20 }),
  outputs: fc.integer({ min: 1, max: 5 }),
  leaves: fc.constantFrom(1, 2, 7, 31, 80),
  vector: fc.boolean(),
  rows: fc.constantFrom(1, 2, 7, 8, 9, 70),
});

describe('createPredictor', () => {
  it('gives what walking tree by tree gives, to the last bit, in batches, row by row and after reloading', () => {
    fc.assert(
      fc.property(shapes, ({ seed, vector, rows, ...shape }) => {
        const draw = drawFrom(seed);
        const model = randomModel(draw, { ...shape, leafWidth: vector ? shape.outputs : 1 });
        const features = randomRows(draw, model.binning, rows);
        const predictor = createPredictor(model);
        const raw = predictor.raw(features, rows);
        const reloaded = createPredictor(decodeModel(encodeModel(model)));
        expect(reloaded.raw(features, rows)).toEqual(raw);
        const leaves = predictor.leaves(features, rows);
        const single = new Float64Array(shape.outputs);
        for (let row = 0; row < rows; row++) {
          const values = rowOf(features, row);
          const bins = binsOf(model.binning, values);
          const expected = slowRaw(model, bins);
          expect(raw.slice(row * shape.outputs, (row + 1) * shape.outputs)).toEqual(expected);
          predictor.rawRow(values, single);
          expect(single).toEqual(expected);
          const slow = Array.from({ length: shape.trees }, (_, tree) => slowLeaf(model, tree, bins));
          expect(Array.from(leaves.slice(row * shape.trees, (row + 1) * shape.trees))).toEqual(slow);
        }
      }),
      { numRuns: 120 },
    );
  });

  it('takes little memory for very many outputs, and none beyond the limit', () => {
    const draw = drawFrom(8);
    const outputs = 131_072;
    const model = randomModel(draw, { features: 3, trees: 2, outputs, leafWidth: 1, leaves: 4 });
    const predictor = createPredictor(model);
    expect(predictor.memoryBytes).toBeLessThan(20 * 2 ** 20);
    const rows = 19;
    const features = randomRows(draw, model.binning, rows);
    const last = slowRaw(model, binsOf(model.binning, rowOf(features, rows - 1)));
    expect(predictor.raw(features, rows).subarray((rows - 1) * outputs)).toEqual(last);
    const limit = predictor.memoryBytes;
    expect(createPredictor(model, { memoryLimitBytes: limit }).memoryBytes).toBe(limit);
    expect(() => createPredictor(model, { memoryLimitBytes: limit - 1 })).toThrow(
      expect.objectContaining({ code: 'MEMORY_LIMIT' }),
    );
  });

  it('holds the kernel of contributions to the limit too', () => {
    const draw = drawFrom(9);
    const model = randomModel(draw, { features: 40, trees: 8, outputs: 1, leafWidth: 1, leaves: 3_000 });
    const limited = createPredictor(model, { memoryLimitBytes: createPredictor(model).memoryBytes });
    const features = randomRows(draw, model.binning, 1);
    // Contributions need the share of its parent's rows that every node has, on top of what predictions need.
    expect(() => limited.contributions(features, 1)).toThrow(expect.objectContaining({ code: 'MEMORY_LIMIT' }));
    expect(limited.raw(features, 1)).toEqual(slowRaw(model, binsOf(model.binning, rowOf(features, 0))));
  });

  it('reads many rows block by block', () => {
    const draw = drawFrom(5);
    const model = randomModel(draw, { features: 28, trees: 10, outputs: 1, leafWidth: 1, leaves: 31 });
    const rows = 5_003;
    const features = randomRows(draw, model.binning, rows);
    const raw = createPredictor(model).raw(features, rows);
    const expected = Float64Array.from(
      { length: rows },
      (_, row) => slowRaw(model, binsOf(model.binning, rowOf(features, row)))[0]!,
    );
    expect(raw).toEqual(expected);
  });

  it('walks forests of large and deep trees', () => {
    const draw = drawFrom(6);
    const options = { features: 20, trees: 3, outputs: 3, leafWidth: 3, leaves: 1 };
    const { binning, ensemble } = randomModel(draw, options);
    const builder = createEnsembleBuilder({ outputs: 3, leafWidth: 3, base: [0, 0, 0] });
    const large = randomModel(draw, { ...options, leaves: 90_000 });
    builder.addEnsemble(ensemble);
    builder.addEnsemble(large.ensemble);
    builder.addTree(chain(40_000, 3));
    const model: TreeModel = {
      kind: 'forest',
      binning: large.binning,
      ensemble: builder.build(),
      link: 'none',
      about: {},
    };
    expect(binning).toHaveLength(20);
    expect(model.ensemble.feature.length).toBeGreaterThan(100_000);
    const features = randomRows(draw, model.binning, 40);
    const raw = createPredictor(model).raw(features, 40);
    for (let row = 0; row < 40; row++) {
      expect(raw.slice(row * 3, row * 3 + 3)).toEqual(slowRaw(model, binsOf(model.binning, rowOf(features, row))));
    }
  });

  it('applies the link', () => {
    const draw = drawFrom(7);
    for (const link of ['identity', 'none', 'exp', 'logistic', 'softmax'] as const) {
      const outputs = link === 'softmax' ? 4 : 1;
      const model = randomModel(draw, { features: 5, trees: 12, outputs, leafWidth: 1, leaves: 9, link });
      const predictor = createPredictor(model);
      const features = randomRows(draw, model.binning, 50);
      const raw = predictor.raw(features, 50);
      const predicted = predictor.predict(features, 50);
      const single = new Float64Array(predictor.width);
      expect(predicted).toHaveLength(50 * predictor.width);
      for (let row = 0; row < 50; row++) {
        const given = Array.from(predicted.slice(row * predictor.width, (row + 1) * predictor.width));
        const expected = linked(link, Array.from(raw.slice(row * outputs, (row + 1) * outputs)));
        given.forEach((value, index) => {
          expect(value).toBeCloseTo(expected[index]!, 12);
        });
        predictor.predictRow(rowOf(features, row), single);
        expect(Array.from(single)).toEqual(given);
      }
    }
  });

  it('gives finite probabilities that add up to 1 for any raw numbers', () => {
    const extremes = [0, -0, 1e-320, 36, -36, 745, -745, 1e4, -1e4, 1e308, -1e308];
    for (const first of extremes) {
      for (const second of extremes) {
        for (const base of [[first], [first, second], [first, second, 1]]) {
          const link = base.length === 1 ? 'logistic' : 'softmax';
          const predictor = createPredictor({ ...withoutTrees(base), link });
          const probabilities = Array.from(predictor.predict(oneRow, 1));
          for (const p of probabilities) expect(p >= 0 && p <= 1).toBe(true);
          expect(Math.abs(probabilities.reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(1e-12);
        }
      }
    }
    expect(createPredictor({ ...withoutTrees([1e4]), link: 'exp' }).predict(oneRow, 1)[0]).toBe(Number.MAX_VALUE);
  });

  it('predicts the base without trees, and nothing for no rows', () => {
    const predictor = createPredictor(withoutTrees([2, 3]));
    expect(Array.from(predictor.raw(oneRow, 1))).toEqual([2, 3]);
    expect(predictor.leaves(oneRow, 1)).toHaveLength(0);
    expect(predictor.raw([{ kind: 'numeric', values: new Float64Array(0) }], 0)).toHaveLength(0);
  });

  it('refuses other columns, and everything once it is disposed of', () => {
    const predictor = createPredictor(withoutTrees([0]));
    const codes: FeatureInput = { kind: 'categorical', codes: new Int32Array(1), levels: 1 };
    expect(() => predictor.raw([codes], 1)).toThrow(TreesError);
    expect(() => predictor.raw([...oneRow, ...oneRow], 1)).toThrow(/2 columns/);
    expect(() => predictor.raw(oneRow, 2)).toThrow(/1 rows where 2/);
    expect(() => predictor.predictRow(new Float64Array(2), new Float64Array(1))).toThrow(/needs 1 values/);
    expect(() => createPredictor({ ...withoutTrees([0, 0]), link: 'logistic' })).toThrow(/logistic/);
    predictor.dispose();
    expect(() => predictor.raw(oneRow, 1)).toThrow(/disposed/);
    expect(() => predictor.predictRow(new Float64Array(1), new Float64Array(1))).toThrow(/disposed/);
  });
});

const oneRow: FeatureInput[] = [{ kind: 'numeric', values: Float64Array.of(1) }];

function withoutTrees(base: number[]): TreeModel {
  const ensemble = createEnsembleBuilder({ outputs: base.length, leafWidth: 1, base }).build();
  const binning = [{ kind: 'numeric' as const, upper: Float64Array.of(Infinity) }];
  return { kind: 'boosting', binning, ensemble, link: 'identity', about: {} };
}

/** A tree as deep as it has splits. */
function chain(nodes: number, leafWidth: number): GrownTree {
  const steps = Int32Array.from({ length: nodes }, (_, node) => node);
  return {
    nodes,
    leaves: nodes + 1,
    feature: Uint16Array.from(steps, (node) => node % 20),
    low: new Uint8Array(nodes),
    width: new Uint8Array(nodes).fill(254),
    set: new Int32Array(nodes).fill(-1),
    sets: new Uint32Array(0),
    left: steps.map((node) => (node + 1 < nodes ? node + 1 : ~nodes)),
    right: steps.map((node) => ~node),
    gain: new Float32Array(nodes),
    cover: new Float32Array(nodes).fill(1),
    leafCover: new Float32Array(nodes + 1).fill(1),
    value: Float32Array.from({ length: (nodes + 1) * leafWidth }, (_, index) => index),
  };
}

function linked(link: TreeModel['link'], raw: number[]): number[] {
  switch (link) {
    case 'exp':
      return raw.map(Math.exp);
    case 'logistic':
      return [1 / (1 + Math.exp(raw[0]!)), 1 / (1 + Math.exp(-raw[0]!))];
    case 'softmax': {
      const powers = raw.map(Math.exp);
      const sum = powers.reduce((a, b) => a + b, 0);
      return powers.map((power) => power / sum);
    }
    default:
      return raw;
  }
}
