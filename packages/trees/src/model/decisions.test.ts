import { describe, expect, it } from 'vitest';
import type { FeatureInput } from '../types.ts';
import { type Decision, type DecisionTree, describeTree, toDecisions } from './decisions.ts';
import { createPredictor } from './predictor.ts';
import { drawFrom, randomModel, randomRows, rowOf } from './testing.ts';

describe('toDecisions', () => {
  it('sends every row where the bins send it', () => {
    for (let seed = 0; seed < 40; seed++) {
      const draw = drawFrom(seed);
      const model = randomModel(draw, { features: 6, trees: 6, outputs: 2, leafWidth: 1, leaves: 25 });
      const rows: FeatureInput[] = randomRows(draw, model.binning, 30);
      const leaves = createPredictor(model).leaves(rows, 30);
      const trees = toDecisions(model);
      for (let row = 0; row < 30; row++) {
        const values = rowOf(rows, row);
        const found = trees.map((tree) => {
          const levels = model.binning.map((f) => (f.kind === 'categorical' ? f.binOfLevel.length : 0));
          return leafOf(tree, values, levels);
        });
        expect(found).toEqual(Array.from(leaves.slice(row * 6, row * 6 + 6)));
      }
    }
  });

  it('carries the numbers of nodes and leaves', () => {
    const model = randomModel(drawFrom(1), { features: 3, trees: 4, outputs: 2, leafWidth: 2, leaves: 9 });
    const { ensemble } = model;
    const trees = toDecisions(model);
    expect(trees.map((tree) => tree.output)).toEqual([-1, -1, -1, -1]);
    expect(trees.flatMap((tree) => tree.values.flatMap((values) => Array.from(values)))).toEqual(
      Array.from(ensemble.value),
    );
    expect(trees.flatMap((tree) => Array.from(tree.covers))).toEqual(Array.from(ensemble.leafCover));
    expect(trees.flatMap((tree) => tree.nodes.map((node) => node.cover))).toEqual(Array.from(ensemble.cover));
    const single = randomModel(drawFrom(1), { features: 3, trees: 3, outputs: 2, leafWidth: 1, leaves: 9 });
    expect(toDecisions(single).map((tree) => tree.output)).toEqual([0, 1, 0]);
  });
});

describe('describeTree', () => {
  it('writes a tree as indented lines', () => {
    const decisions: Decision[] = [
      { kind: 'threshold', feature: 0, threshold: 2.5, missingLeft: true },
      { kind: 'levels', feature: 1, levels: Int32Array.of(0, 3), missingLeft: false, unseenLeft: true },
      { kind: 'missing', feature: 2 },
      { kind: 'intervals', feature: 0, intervals: [{ from: 1, to: 2 }], missingLeft: false },
    ];
    const nodes = decisions.map((decision, index) => ({
      decision,
      left: ~index,
      right: index < 3 ? index + 1 : ~4,
      gain: 1,
      cover: 1,
    }));
    const values = [1, 2, 3, 4, 5].map((value) => Float32Array.of(value));
    const tree = { output: 0, nodes, values, covers: new Float32Array(5) };
    expect(describeTree(tree, ['age', 'city']).split('\n')).toEqual([
      'age <= 2.5 or missing',
      '  leaf 0: 1',
      '  city in {0, 3} or unseen',
      '    leaf 1: 2',
      '    column 2 is missing',
      '      leaf 2: 3',
      '      age in (1, 2]',
      '        leaf 3: 4',
      '        leaf 4: 5',
    ]);
    expect(describeTree({ ...tree, nodes: [] })).toBe('leaf 0: 1');
  });
});

function leafOf(tree: DecisionTree, values: Float64Array, levels: readonly number[]): number {
  let at = tree.nodes.length > 0 ? 0 : ~0;
  while (at >= 0) {
    const { decision, left, right } = tree.nodes[at]!;
    at = holds(decision, values[decision.feature]!, levels[decision.feature]!) ? left : right;
  }
  return ~at;
}

function holds(decision: Decision, value: number, levels: number): boolean {
  switch (decision.kind) {
    case 'missing':
      return Number.isNaN(value);
    case 'threshold':
      return Number.isNaN(value) ? decision.missingLeft : value <= decision.threshold;
    case 'intervals':
      if (Number.isNaN(value)) return decision.missingLeft;
      return decision.intervals.some(({ from, to }) => (from === null || value > from) && value <= to);
    case 'levels':
      if (value < 0) return decision.missingLeft;
      return value < levels ? decision.levels.includes(value) : decision.unseenLeft;
  }
}
