import type { FeatureInput } from '../../types.ts';
import type { ForestParameters } from '../types.ts';

/** A node small enough to try every split of it, for tests. */
export interface SmallNode {
  features: readonly FeatureInput[];
  target: Float64Array;
  weights: Float64Array;
  /** 0: regression */
  classes: number;
  criterion: ForestParameters['criterion'];
  minDataInLeaf: number;
}

/** Largest decrease of the impurity over all splits of the node, by definition; -infinite when there is none. */
export function bestDecrease(node: SmallNode): number {
  let best = -Infinity;
  for (const feature of node.features) {
    for (const left of splitsOf(feature, node.target.length)) best = Math.max(best, decreaseOf(node, left));
  }
  return best;
}

/** Decrease by the split whose left rows are those marked. */
export function decreaseOf(node: SmallNode, left: readonly boolean[]): number {
  const all = left.map(() => true);
  const right = left.map((is) => !is);
  const count = left.filter(Boolean).length;
  if (count < node.minDataInLeaf || left.length - count < node.minDataInLeaf) return -Infinity;
  const total = weightOf(node, all);
  const share = (side: boolean[] | readonly boolean[]) => (weightOf(node, side) / total) * impurity(node, side);
  return impurity(node, all) - share(left) - share(right);
}

function weightOf(node: SmallNode, rows: readonly boolean[]): number {
  return node.weights.reduce((sum, weight, i) => (rows[i] ? sum + weight : sum), 0);
}

function impurity(node: SmallNode, rows: readonly boolean[]): number {
  const total = weightOf(node, rows);
  const mean = (of: (value: number) => number) =>
    node.target.reduce((sum, value, i) => (rows[i] ? sum + node.weights[i]! * of(value) : sum), 0) / total;
  if (node.classes === 0) {
    const middle = mean((value) => value);
    return mean((value) => (value - middle) ** 2);
  }
  const shares = Array.from({ length: node.classes }, (_, k) => mean((value) => (value === k ? 1 : 0)));
  if (node.criterion === 'gini') return 1 - shares.reduce((sum, p) => sum + p * p, 0);
  return -shares.reduce((sum, p) => (p > 0 ? sum + p * Math.log2(p) : sum), 0);
}

/** Every way to split the rows by the feature, with neither side empty. */
function splitsOf(feature: FeatureInput, rows: number): boolean[][] {
  const values =
    feature.kind === 'categorical' ? Array.from(feature.codes, (code) => Math.max(-1, code)) : denseOf(feature, rows);
  const splits: boolean[][] = [];
  if (feature.kind === 'categorical') {
    const levels = [...new Set(values)];
    for (let set = 1; set < 2 ** levels.length - 1; set++) {
      splits.push(values.map((level) => ((set >> levels.indexOf(level)) & 1) === 1));
    }
  } else {
    const distinct = [...new Set(values.filter((value) => !Number.isNaN(value)))];
    for (const threshold of distinct) {
      for (const missing of [true, false]) {
        splits.push(values.map((value) => (Number.isNaN(value) ? missing : value <= threshold)));
      }
    }
  }
  return splits.filter((left) => left.includes(true) && left.includes(false));
}

function denseOf(feature: Exclude<FeatureInput, { kind: 'categorical' }>, rows: number): number[] {
  if (feature.kind === 'numeric') return [...feature.values];
  const dense = new Array<number>(rows).fill(0);
  feature.rows.forEach((row, i) => {
    dense[row] = feature.values[i]!;
  });
  return dense;
}
