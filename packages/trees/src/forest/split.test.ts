import { describe, expect, it } from 'vitest';
import { createPredictor } from '../model/predictor.ts';
import { type Draw, drawFrom } from '../model/testing.ts';
import type { FeatureInput } from '../types.ts';
import { fitForest } from './fit.ts';
import { bestDecrease, decreaseOf, type SmallNode } from './testing/exhaustive.ts';
import type { ForestParameters } from './types.ts';

const oneSplit = { trees: 1, bootstrap: false, maxDepth: 1, maxFeatures: 1 } as const;
const everyValue = { minDataInBin: 1, minLevelCount: 1 };

interface CaseOptions {
  classes: number;
  criterion: ForestParameters['criterion'];
  levels: number;
  rows?: number;
}

function randomCase(draw: Draw, { classes, criterion, levels, rows = 12 }: CaseOptions): SmallNode {
  const count = 2 + Math.floor(draw() * (rows - 1));
  const pick = (n: number) => Math.floor(draw() * n);
  const feature = (): FeatureInput => {
    const kind = draw();
    if (kind < 0.4 && levels > 0) {
      return { kind: 'categorical', codes: Int32Array.from({ length: count }, () => pick(levels + 1) - 1), levels };
    }
    const values = Float64Array.from({ length: count }, () => (draw() < 0.2 ? Number.NaN : pick(9) - 4));
    if (kind < 0.8) return { kind: 'numeric', values };
    const stored = Array.from(values.keys()).filter((row) => values[row] !== 0 && draw() < 0.6);
    return { kind: 'sparse', rows: Int32Array.from(stored), values: Float64Array.from(stored, (row) => values[row]!) };
  };
  return {
    features: Array.from({ length: 1 + pick(3) }, feature),
    target: Float64Array.from({ length: count }, () => (classes > 0 ? pick(classes) : draw() * 10 + 100)),
    weights: Float64Array.from({ length: count }, () => (draw() < 0.5 ? 1 : 0.25 + pick(8) / 4)),
    classes,
    criterion,
    minDataInLeaf: draw() < 0.7 ? 1 : 2,
  };
}

async function rootOf(node: SmallNode, parameters: Partial<ForestParameters>) {
  const { features, target, weights, classes, criterion, minDataInLeaf } = node;
  const { model } = await fitForest({
    features,
    rows: target.length,
    target,
    weights,
    task: classes > 0 ? { kind: 'classification', classes } : { kind: 'regression' },
    parameters: { ...oneSplit, criterion, minDataInLeaf, ...parameters },
    binningOptions: everyValue,
    seed: 5,
  });
  if (model.ensemble.feature.length === 0) return { gain: -Infinity, left: [] };
  const leaves = createPredictor(model).leaves(features, target.length);
  return { gain: model.ensemble.gain[0]!, left: Array.from(leaves, (leaf) => leaf === 0) };
}

const cases: [string, CaseOptions][] = [
  ['squared', { classes: 0, criterion: 'squared', levels: 5 }],
  ['gini of two classes', { classes: 2, criterion: 'gini', levels: 5 }],
  ['entropy of two classes', { classes: 2, criterion: 'entropy', levels: 5 }],
  ['gini of five classes', { classes: 5, criterion: 'gini', levels: 2 }],
  ['entropy of five classes', { classes: 5, criterion: 'entropy', levels: 2 }],
  ['gini of 40 classes, swept row by row', { classes: 40, criterion: 'gini', levels: 0, rows: 40 }],
  ['entropy of 40 classes, swept row by row', { classes: 40, criterion: 'entropy', levels: 0, rows: 40 }],
];

describe('the best split', () => {
  it.each(cases)('equals exhaustive search: %s', async (_, options) => {
    const draw = drawFrom(options.classes * 10 + options.criterion.length);
    for (let round = 0; round < 150; round++) {
      const node = randomCase(draw, options);
      const best = bestDecrease(node);
      const { gain, left } = await rootOf(node, {});
      if (new Set(node.target).size === 1 || best === -Infinity) {
        expect(gain).toBe(-Infinity);
        continue;
      }
      const tolerance = 1e-6 * Math.max(1, best);
      expect(Math.abs(gain - best)).toBeLessThan(tolerance);
      // What the model does with the rows is what the gain was computed for.
      expect(Math.abs(decreaseOf(node, left) - best)).toBeLessThan(tolerance);
    }
  });

  it('of many categories and classes is at least the best of one against the rest', async () => {
    const draw = drawFrom(77);
    let share = 0;
    for (let round = 0; round < 40; round++) {
      const codes = Int32Array.from({ length: 60 }, () => Math.floor(draw() * 8));
      const target = Float64Array.from(codes, (code) => (draw() < 0.6 ? code % 4 : Math.floor(draw() * 4)));
      const node: SmallNode = {
        features: [{ kind: 'categorical', codes, levels: 8 }],
        target,
        weights: new Float64Array(60).fill(1),
        classes: 4,
        criterion: 'gini',
        minDataInLeaf: 1,
      };
      const { gain } = await rootOf(node, {});
      const single = Math.max(
        ...[...new Set(codes)].map((level) =>
          decreaseOf(
            node,
            [...codes].map((c) => c === level),
          ),
        ),
      );
      expect(gain).toBeGreaterThanOrEqual(single - 1e-6);
      expect(gain).toBeLessThanOrEqual(bestDecrease(node) + 1e-6);
      share += gain / bestDecrease(node) / 40;
    }
    expect(share).toBeGreaterThan(0.95);
  });
});

describe('a random split', () => {
  it.each(cases)('separates the rows, by at most the best decrease: %s', async (_, options) => {
    const draw = drawFrom(3 + options.classes);
    for (let round = 0; round < 80; round++) {
      const node = { ...randomCase(draw, options), minDataInLeaf: 1 };
      const best = bestDecrease(node);
      const { gain, left } = await rootOf(node, { splitter: 'random' });
      if (new Set(node.target).size === 1 || best === -Infinity) {
        expect(gain).toBe(-Infinity);
        continue;
      }
      expect(left).toContain(true);
      expect(left).toContain(false);
      expect(Math.abs(gain - decreaseOf(node, left))).toBeLessThan(1e-6 * Math.max(1, best));
    }
  });
});
