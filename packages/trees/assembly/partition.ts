// Divides the rows of a leaf between its children, keeping their order.

import { Leaf } from './leaf';
import { featureBins, featureColumn, featureDefault, featureOffset, matrixBins, matrixRows } from './state';

/** u32 as many as rows: the rows on their way to the right */
export let partitionScratch: usize = 0;

/** u8 per value of a column: 1 goes left */
const goesLeft = memory.data(256, 16);

/** Makes ready for the split of a leaf: which values of the feature's column go left. */
export function prepareSplit(leaf: Leaf): void {
  const feature = <usize>leaf.feature;
  const usual = load<i32>(featureDefault + (feature << 2));
  if (usual < 0) {
    for (let bin = 0; bin < 256; bin++) store<u8>(goesLeft + <usize>bin, isLeft(leaf, bin) ? 1 : 0);
    return;
  }
  memory.fill(goesLeft, isLeft(leaf, usual) ? 1 : 0, 256);
  const offset = load<i32>(featureOffset + (feature << 2));
  const bins = load<i32>(featureBins + (feature << 2));
  for (let k = 0; k < bins - 1; k++) {
    store<u8>(goesLeft + <usize>(offset + k), isLeft(leaf, k < usual ? k : k + 1) ? 1 : 0);
  }
}

/** By the bin of the feature. */
function isLeft(leaf: Leaf, bin: i32): bool {
  if (leaf.categorical == 0) return ((bin - leaf.low) & 255) <= leaf.width;
  const word = bin >> 6;
  const set = word == 0 ? leaf.set0 : word == 1 ? leaf.set1 : word == 2 ? leaf.set2 : leaf.set3;
  return ((set >> <u64>(bin & 63)) & 1) != 0;
}

/** Reorders rows (u32 at order) so that those going left are in front; gives how many. */
export function partitionRows(order: usize, count: i32, feature: i32): i32 {
  const column = matrixBins + <usize>load<i32>(featureColumn + ((<usize>feature) << 2)) * <usize>matrixRows;
  const scratch = partitionScratch;
  let left: usize = order;
  let right: usize = scratch;
  const end = order + ((<usize>count) << 2);
  for (let at = order; at < end; at += 4) {
    const row = load<u32>(at);
    const one = (<usize>load<u8>(goesLeft + <usize>load<u8>(column + <usize>row))) << 2;
    store<u32>(left, row);
    store<u32>(right, row);
    left += one;
    right += 4 - one;
  }
  memory.copy(left, scratch, right - scratch);
  return <i32>((left - order) >> 2);
}
