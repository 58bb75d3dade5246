// Records of nodes while a tree of a forest grows.

/** address of the records */
export let forestWaiting: usize = 0;

/** A node whose split is not yet made. */
@unmanaged
export class WaitingNode {
  inStart: i32;
  inCount: i32;
  outStart: i32;
  outCount: i32;
  depth: i32;
  /** node x 2, + 1 for its right side; -1 for the root */
  parent: i32;
  /** how many features at the start of forestFeatures are known not to vary in this node */
  constants: i32;
  /** feature of its best split, or -1 */
  feature: i32;
  weight: f64;
  /** sum of weight x target (pair) */
  sum: f64;
  lowest: f64;
  highest: f64;
  /** decrease of the impurity times the node's share of the weight */
  gain: f64;
  low: i32;
  width: i32;
  categorical: i32;
  /** nodes are numbered as they come, to tell equal gains apart */
  number: i32;
  leftWeight: f64;
  leftSum: f64;
  set0: u64;
  set1: u64;
  set2: u64;
  set3: u64;
}

export const waitingNodeBytes: i32 = offsetof<WaitingNode>();

export function waitingAt(index: i32): WaitingNode {
  return changetype<WaitingNode>(forestWaiting + <usize>index * <usize>offsetof<WaitingNode>());
}
