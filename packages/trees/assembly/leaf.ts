// A leaf of the tree that grows, with the best split found for it. Records lie one after the other in memory.

/** Sums are (hessian, gradient) in units of the histogram: whole numbers in packed mode, real ones in float mode. */
@unmanaged
export class Leaf {
  /** its rows in the tree's sample: order[inStart..inStart + inCount) */
  inStart: i32;
  inCount: i32;
  /** its rows outside of the sample, which only receive its value */
  outStart: i32;
  outCount: i32;
  depth: i32;
  /** its histogram's place in the pool, or -1 */
  slot: i32;
  /** node whose child it is: node for the left, ~node for the right; minValue for the root */
  parent: i32;
  /** feature of its best split, or -1 */
  feature: i32;
  hessian: f64;
  gradient: f64;
  /** value before shrinkage, as path smoothing needs it */
  output: f64;
  parentOutput: f64;
  /** limits of the value from monotone constraints */
  lowest: f64;
  highest: f64;
  /** L2 penalty of its value: a split by many categories adds to it */
  l2: f64;
  gain: f64;
  /** the best split: rows with ((bin - low) & 255) <= width go left, or those whose bin is in the set */
  low: i32;
  width: i32;
  categorical: i32;
  /** the histogram was used last at this tick */
  lastUsed: i32;
  leftHessian: f64;
  leftGradient: f64;
  childL2: f64;
  leftOutput: f64;
  rightOutput: f64;
  set0: u64;
  set1: u64;
  set2: u64;
  set3: u64;
}

export const leafBytes: i32 = offsetof<Leaf>();

/** address of the records */
export let leafRecords: usize = 0;

export function leafAt(index: i32): Leaf {
  return changetype<Leaf>(leafRecords + <usize>index * <usize>offsetof<Leaf>());
}
