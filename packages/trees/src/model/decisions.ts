import { TreesError } from '../errors.ts';
import type { FeatureBinning, TreeModel } from '../types.ts';

/** What a split asks, in values instead of bins. */
export type Decision =
  /** value <= threshold goes left; Infinity: every value */
  | { kind: 'threshold'; feature: number; threshold: number; missingLeft: boolean }
  /** missing values go left, all others right */
  | { kind: 'missing'; feature: number }
  /** from < value <= to goes left, for any of the intervals; growers make no such splits */
  | { kind: 'intervals'; feature: number; intervals: Interval[]; missingLeft: boolean }
  /** these levels (codes, ascending) go left, the others of the training right */
  | { kind: 'levels'; feature: number; levels: Int32Array; missingLeft: boolean; unseenLeft: boolean };

export interface Interval {
  /** null: no limit, -Infinity is inside */
  from: number | null;
  to: number;
}

export interface DecisionNode {
  decision: Decision;
  /** child within the tree: an inner node from 0, or ~leaf from 0 */
  left: number;
  right: number;
  gain: number;
  cover: number;
}

export interface DecisionTree {
  /** the output it adds to, or -1 where its leaves have a number per output */
  output: number;
  nodes: DecisionNode[];
  /** per leaf */
  values: Float32Array[];
  covers: Float32Array;
}

/** The trees of a model in terms of values: to read, and to write in other formats. Row r gets base plus its leaves. */
export function toDecisions(model: TreeModel): DecisionTree[] {
  const { ensemble, binning } = model;
  const { outputs, leafWidth, nodeStart, leafStart, value } = ensemble;
  return Array.from({ length: ensemble.trees }, (_, tree) => {
    const firstLeaf = leafStart[tree]!;
    const leaves = leafStart[tree + 1]! - firstLeaf;
    const first = nodeStart[tree]!;
    return {
      output: leafWidth > 1 ? -1 : tree % outputs,
      nodes: Array.from({ length: nodeStart[tree + 1]! - first }, (_, index) => {
        const node = first + index;
        const feature = ensemble.feature[node]!;
        return {
          decision: decide(feature, binning[feature]!, leftBins(model, node)),
          left: ensemble.left[node]!,
          right: ensemble.right[node]!,
          gain: ensemble.gain[node]!,
          cover: ensemble.cover[node]!,
        };
      }),
      values: Array.from({ length: leaves }, (_, leaf) => {
        const at = (firstLeaf + leaf) * leafWidth;
        return value.slice(at, at + leafWidth);
      }),
      covers: ensemble.leafCover.slice(firstLeaf, firstLeaf + leaves),
    };
  });
}

/** Per bin (256), whether a node sends it left. */
export function leftBins(model: TreeModel, node: number): boolean[] {
  const { set, sets, low, width } = model.ensemble;
  const words = set[node]! * 8;
  return Array.from({ length: 256 }, (_, bin) =>
    words >= 0 ? ((sets[words + (bin >> 5)]! >>> (bin & 31)) & 1) === 1 : ((bin - low[node]!) & 255) <= width[node]!,
  );
}

function decide(feature: number, binning: FeatureBinning, left: readonly boolean[]): Decision {
  const missingLeft = left[0]!;
  if (binning.kind === 'categorical') {
    const levels = Int32Array.from(binning.binOfLevel.keys()).filter((level) => left[binning.binOfLevel[level]!]);
    return { kind: 'levels', feature, levels, missingLeft, unseenLeft: left[binning.unseenBin]! };
  }
  const { upper } = binning;
  const intervals: Interval[] = [];
  for (let bin = 1; bin <= upper.length; bin++) {
    if (!left[bin]) continue;
    const to = upper[bin - 1]!;
    if (bin > 1 && left[bin - 1]) intervals[intervals.length - 1]!.to = to;
    else intervals.push({ from: bin > 1 ? upper[bin - 2]! : null, to });
  }
  if (intervals.length === 0 && missingLeft) return { kind: 'missing', feature };
  if (intervals.length === 1 && left[1]) {
    return { kind: 'threshold', feature, threshold: intervals[0]!.to, missingLeft };
  }
  return { kind: 'intervals', feature, intervals, missingLeft };
}

/** A tree as indented lines. `names`: one per feature; otherwise columns are numbered. */
export function describeTree(tree: DecisionTree, names?: readonly string[]): string {
  const lines: string[] = [];
  const stack: { child: number; depth: number }[] = [{ child: tree.nodes.length > 0 ? 0 : ~0, depth: 0 }];
  while (stack.length > 0) {
    const { child, depth } = stack.pop()!;
    const indent = '  '.repeat(depth);
    if (child < 0) {
      lines.push(`${indent}leaf ${~child}: ${Array.from(tree.values[~child]!).join(', ')}`);
      continue;
    }
    const node = tree.nodes[child];
    if (node === undefined) throw new TreesError('INVALID_DATA', `The tree has no node ${child}.`);
    lines.push(`${indent}${describeDecision(node.decision, names)}`);
    stack.push({ child: node.right, depth: depth + 1 }, { child: node.left, depth: depth + 1 });
  }
  return lines.join('\n');
}

/** The condition to go left, in words. */
export function describeDecision(decision: Decision, names?: readonly string[]): string {
  const name = names?.[decision.feature] ?? `column ${decision.feature}`;
  if (decision.kind === 'missing') return `${name} is missing`;
  const orMissing = decision.missingLeft ? ' or missing' : '';
  switch (decision.kind) {
    case 'threshold':
      return `${name} <= ${decision.threshold}${orMissing}`;
    case 'intervals': {
      const parts = decision.intervals.map(({ from, to }) => `(${from ?? -Infinity}, ${to}]`);
      return `${name} in ${parts.join(' or ')}${orMissing}`;
    }
    case 'levels':
      return `${name} in {${Array.from(decision.levels).join(', ')}}${decision.unseenLeft ? ' or unseen' : ''}${orMissing}`;
  }
}
