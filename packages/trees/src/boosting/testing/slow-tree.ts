import { goesLeft } from '../../model/testing.ts';
import type { TreeModel } from '../../types.ts';
import {
  type SearchOptions,
  type SlowData,
  type SlowNode,
  type SlowSearch,
  type SlowSplit,
  slowOutput,
  slowSearch,
  sumsOf,
} from './slow-split.ts';

export interface Replay {
  /** what does not fit, in words; empty when the tree is right */
  problems: string[];
  leaves: SlowNode[];
  splits: number;
  close: boolean;
}

/**
 * Follows a grown tree split by split: every split must be the best of the leaf at hand, every leaf the one whose turn
 * it is, and at the end nothing may be left to split. `tolerance`: relative error allowed of a gain.
 */
export function replayTree(
  model: TreeModel,
  tree: number,
  data: SlowData,
  options: SearchOptions,
  tolerance: number,
): Replay {
  const { ensemble } = model;
  const first = ensemble.nodeStart[tree]!;
  const count = ensemble.nodeStart[tree + 1]! - first;
  const leaves = [rootOf(data)];
  const searches = new Map<SlowNode, SlowSearch>();
  const replay: Replay = { problems: [], leaves, splits: count, close: false };
  const leafOfNode: number[] = [];
  for (let node = 0; node <= count; node++) {
    if (node + 1 >= data.parameters.maxLeaves) break;
    for (const leaf of leaves) {
      if (searches.has(leaf) || !canSplit(leaf, data)) continue;
      const search = slowSearch(data, leaf, options);
      searches.set(leaf, search);
      replay.close ||= search.close;
    }
    if (replay.close) return replay;
    if (node === count) break;
    const index = leafOf(model, first, node, leafOfNode);
    leafOfNode.push(index);
    const chosen = checkChoice(model, first + node, data, leaves, index, searches, tolerance, replay.problems);
    if (!chosen) return replay;
    const [left, right] = childrenOf(leaves[index]!, chosen, data);
    leaves[index] = left;
    leaves.push(right);
  }
  if (count + 1 < data.parameters.maxLeaves) {
    for (const leaf of leaves) {
      const best = bestOf(searches.get(leaf));
      if (best && best.gain > searches.get(leaf)!.least + slack(best, tolerance)) {
        replay.problems.push(`a leaf of ${leaf.rows.length} rows could be split with gain ${best.gain}`);
      }
    }
  }
  return replay;
}

export function rootOf({ pairs, bins, parameters }: SlowData): SlowNode {
  const rows = Array.from(bins.keys());
  const free = { parentOutput: 0, lowest: Number.NEGATIVE_INFINITY, highest: Number.POSITIVE_INFINITY };
  const output = slowOutput(sumsOf(pairs, rows), parameters.l2, rows.length, free, parameters);
  return { rows, depth: 0, output, ...free, l2: parameters.l2 };
}

/** Place in the list of leaves of the leaf that a node was made of: a left child keeps its parent's place. */
function leafOf({ ensemble }: TreeModel, first: number, node: number, leafOfNode: number[]): number {
  for (let parent = 0; parent < node; parent++) {
    if (ensemble.left[first + parent] === node) return leafOfNode[parent]!;
    if (ensemble.right[first + parent] === node) return parent + 1;
  }
  return 0;
}

function checkChoice(
  model: TreeModel,
  node: number,
  data: SlowData,
  leaves: SlowNode[],
  index: number,
  searches: Map<SlowNode, SlowSearch>,
  tolerance: number,
  problems: string[],
): SlowSplit | undefined {
  const leaf = leaves[index]!;
  const feature = model.ensemble.feature[node]!;
  const left = leaf.rows.map((row) => goesLeft(model, node, data.bins[row]!));
  const candidates = searches.get(leaf)?.splits ?? [];
  const chosen = candidates
    .filter((split) => split.feature === feature && split.left.every((one, i) => one === left[i]))
    .sort((a, b) => b.gain - a.gain)[0];
  if (!chosen) {
    problems.push(
      `node ${node} splits by feature ${feature} in a way that is not allowed: ${left.map(Number).join('')}`,
    );
    return undefined;
  }
  const best = bestOf(searches.get(leaf))!;
  const reported = model.ensemble.gain[node]!;
  if (chosen.gain < best.gain - slack(best, tolerance)) {
    problems.push(`node ${node}: gain ${chosen.gain} by feature ${feature}, but ${best.gain} by ${best.feature}`);
  }
  if (Math.abs(reported - chosen.gain) > slack(chosen, Math.max(tolerance, 1e-6))) {
    problems.push(`node ${node} says its gain is ${reported}; it is ${chosen.gain}`);
  }
  checkTurn(data, leaves, index, chosen, searches, tolerance, problems);
  return chosen;
}

function checkTurn(
  data: SlowData,
  leaves: SlowNode[],
  index: number,
  chosen: SlowSplit,
  searches: Map<SlowNode, SlowSearch>,
  tolerance: number,
  problems: string[],
): void {
  leaves.forEach((other, i) => {
    const search = searches.get(other);
    const best = bestOf(search);
    if (i === index || !search || !best || best.gain <= search.least + slack(best, tolerance)) return;
    const isDue =
      data.parameters.growth === 'depthWise'
        ? other.depth < leaves[index]!.depth || (other.depth === leaves[index]!.depth && i < index)
        : best.gain > chosen.gain + slack(best, tolerance) + slack(chosen, tolerance);
    if (isDue) problems.push(`leaf ${i} (gain ${best.gain}) should be split before leaf ${index} (${chosen.gain})`);
  });
}

function childrenOf(parent: SlowNode, split: SlowSplit, data: SlowData): [SlowNode, SlowNode] {
  const { parameters, pairs, binning } = data;
  const monotone = binning[split.feature]!.kind === 'numeric' ? (parameters.monotone?.[split.feature] ?? 0) : 0;
  const middle = (split.outputs[0] + split.outputs[1]) / 2;
  return [true, false].map((side) => {
    const rows = parent.rows.filter((_, i) => split.left[i] === side);
    // the side with the lower values lies below the middle, the other above it
    const isLower = monotone === (side ? 1 : -1);
    const isUpper = monotone === (side ? -1 : 1);
    const around = {
      parentOutput: parent.output,
      lowest: isUpper ? Math.max(parent.lowest, middle) : parent.lowest,
      highest: isLower ? Math.min(parent.highest, middle) : parent.highest,
    };
    const output = slowOutput(sumsOf(pairs, rows), split.penalty, rows.length, around, parameters);
    return { rows, depth: parent.depth + 1, output, ...around, l2: split.penalty };
  }) as [SlowNode, SlowNode];
}

function canSplit(leaf: SlowNode, { parameters }: SlowData): boolean {
  if (parameters.maxDepth > 0 && leaf.depth >= parameters.maxDepth) return false;
  return leaf.rows.length >= Math.max(2, 2 * parameters.minDataInLeaf - 1);
}

function bestOf(search: SlowSearch | undefined): SlowSplit | undefined {
  return search?.splits.reduce<SlowSplit | undefined>(
    (best, split) => (best && best.gain >= split.gain ? best : split),
    undefined,
  );
}

function slack(split: SlowSplit, tolerance: number): number {
  return Math.max(tolerance * Math.abs(split.gain), split.error);
}
