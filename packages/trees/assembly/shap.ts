// Shapley values of the path-dependent game of Lundberg et al. (2018, "Consistent Individualized Feature Attribution
// for Tree Ensembles"): a leaf of value v is worth v * prod o_j (j known) * prod z_j (j not known), with o_j = 1 where
// the row takes the path at all splits on j, and z_j the share of the training rows that does. Not their algorithm 2
// but the integral of Owen (1972) for the same numbers,
//   phi_i = sum over leaves of v (o_i - z_i) * integral over t in 0..1 of prod over j != i of (t o_j + (1 - t) z_j),
// a polynomial in t, so that a Gauss-Legendre rule of half as many points as there are features on the path is exact.
// All terms are positive, nothing cancels, and one walk adds the leaves up from below: leaves x depth operations
// instead of leaves x depth^2.
import {
  predictLeafWidth,
  predictNext,
  predictOutputs,
  predictPayload,
  predictRoots,
  predictSlots,
  predictTrees,
} from './predict';

/** f64 per slot: share of the training rows of its parent that get to it */
export let shapShares: usize = 0;
/** per tree, u32 each: address of its rule (points t f64, then their weights), number of points, which is even */
export let shapRules: usize = 0;
/** i32 per feature that is used: level of the last split on it along the path, or -1; all -1 between calls */
export let shapLast: usize = 0;
export let shapFeatures: i32 = 0;
/** a level per depth of the deepest tree, see below */
export let shapLevels: usize = 0;
export let shapLevelBytes: i32 = 0;

// A level is the edge from a parent to the node at this depth: u32 slot, i32 next child (2: none left), i32 child that
// the row takes, i32 feature of the edge, i32 level of the edge before on the same feature or -1, f64 o, f64 z; then a
// row of f64, one per point, of each: product P, 1 / f, w (o - z) / f, the same less that of the edge before, and per
// output the sum of v P over the leaves below.
const slotAt: usize = 0;
const childAt: usize = 4;
const takenAt: usize = 8;
const featureAt: usize = 12;
const beforeAt: usize = 16;
const knownAt: usize = 24;
const shareAt: usize = 32;
const headBytes: usize = 48;

/** Adds the contributions of one row (its bins) to `phi`: f64, outputs x used features. */
export function shapRow(row: usize, phi: usize): void {
  const perOutput = (<usize>shapFeatures) << 3;
  let output = 0;
  for (let tree = 0; tree < predictTrees; tree++) {
    const root = <usize>(load<u32>(predictRoots + ((<usize>tree) << 2)) & ~1);
    const rule = shapRules + ((<usize>tree) << 3);
    shapTree(root, row, <usize>load<u32>(rule), (<usize>load<u32>(rule, 4)) << 3, phi + <usize>output * perOutput);
    output = predictLeafWidth == 1 && output + 1 < predictOutputs ? output + 1 : 0;
  }
}

/** One tree, in depth-first order with levels as the stack. `bytes` are those of a number per point. */
function shapTree(root: usize, row: usize, rule: usize, bytes: usize, phi: usize): void {
  if (isLeaf(root)) return;
  const levelBytes = <usize>shapLevelBytes;
  const bottom = shapLevels;
  for (let i: usize = 0; i < bytes; i += 8) store<f64>(bottom + headBytes + i, 1);
  let level = bottom;
  enter(level, root, row, bytes);
  while (true) {
    const child = load<i32>(level, childAt);
    if (child == 2) {
      if (level == bottom) return;
      const parent = level - levelBytes;
      leave(parent, level, bytes, phi);
      level = parent;
      continue;
    }
    store<i32>(level, child + 1, childAt);
    const slot = <usize>load<u32>(level, slotAt);
    const feature = <i32>load<u16>(slot);
    const target = (<usize>load<u32>(slot, 4) & ~1) + ((<usize>child) << 3);
    const below = level + levelBytes;
    if (!follow(level, below, target, feature, child == load<i32>(level, takenAt), rule, bytes)) continue;
    if (isLeaf(target)) {
      addLeaf(level, below, target, feature, bytes, phi);
    } else {
      store<i32>(shapLast + ((<usize>feature) << 2), <i32>((below - bottom) / levelBytes));
      level = below;
      enter(level, target, row, bytes);
    }
  }
}

function isLeaf(slot: usize): bool {
  return load<u8>(slot, 3) == 255;
}

function enter(level: usize, slot: usize, row: usize, bytes: usize): void {
  store<u32>(level, <u32>slot, slotAt);
  store<i32>(level, 0, childAt);
  store<i32>(level, <i32>((<u32>predictNext(slot, row) >> 3) - ((load<u32>(slot, 4) & ~1) >> 3)), takenAt);
  const sums = level + headBytes + (bytes << 2);
  const end = bytes * <usize>predictLeafWidth;
  for (let i: usize = 0; i < end; i += 16) v128.store(sums + i, i64x2.splat(0));
}

/** Fills the level below for the edge to `target`; false where no training row and not this row goes that way. */
function follow(level: usize, below: usize, target: usize, feature: i32, taken: bool, rule: usize, bytes: usize): bool {
  const before = load<i32>(shapLast + ((<usize>feature) << 2));
  let known: f64 = taken ? 1 : 0;
  let share = load<f64>(shapShares + (target - predictSlots));
  let earlier: usize = 0;
  if (before >= 0) {
    earlier = shapLevels + <usize>before * <usize>shapLevelBytes;
    known *= load<f64>(earlier, knownAt);
    share *= load<f64>(earlier, shareAt);
  }
  if (known == 0 && share == 0) return false;
  store<i32>(below, feature, featureAt);
  store<i32>(below, before, beforeAt);
  store<f64>(below, known, knownAt);
  store<f64>(below, share, shareAt);
  const difference = f64x2.splat(known - share);
  const shares = f64x2.splat(share);
  for (let i: usize = 0; i < bytes; i += 16) {
    const factor = f64x2.add(shares, f64x2.mul(v128.load(rule + i), difference));
    const inverse = f64x2.div(f64x2.splat(1), factor);
    const gain = f64x2.mul(f64x2.mul(v128.load(rule + bytes + i), difference), inverse);
    let product = f64x2.mul(v128.load(level + headBytes + i), factor);
    let change = gain;
    if (before >= 0) {
      const from = earlier + headBytes + i;
      product = f64x2.mul(product, v128.load(from + bytes));
      change = f64x2.sub(gain, v128.load(from + (bytes << 1)));
    }
    const to = below + headBytes + i;
    v128.store(to, product);
    v128.store(to + bytes, inverse);
    v128.store(to + (bytes << 1), gain);
    v128.store(to + bytes * 3, change);
  }
  return true;
}

/** Credits the edge to a leaf and adds its v P to the parent's sums. */
function addLeaf(level: usize, below: usize, target: usize, feature: i32, bytes: usize, phi: usize): void {
  const products = below + headBytes;
  const credit = dot(products, products + bytes * 3, bytes);
  const payload = predictPayload + ((target - predictSlots) >> 1);
  const width = <usize>predictLeafWidth;
  const values = width == 1 ? payload : <usize>load<u32>(payload);
  let sums = level + headBytes + (bytes << 2);
  let at = phi + ((<usize>feature) << 3);
  for (let k: usize = 0; k < width; k++) {
    const value = <f64>load<f32>(values + (k << 2));
    store<f64>(at, load<f64>(at) + credit * value);
    at += (<usize>shapFeatures) << 3;
    const values2 = f64x2.splat(value);
    for (let i: usize = 0; i < bytes; i += 16) {
      v128.store(sums + i, f64x2.add(v128.load(sums + i), f64x2.mul(values2, v128.load(products + i))));
    }
    sums += bytes;
  }
}

/** Credits the edge to an inner node whose leaves are all added up, and adds them to the parent's. */
function leave(parent: usize, level: usize, bytes: usize, phi: usize): void {
  const feature = load<i32>(level, featureAt);
  store<i32>(shapLast + ((<usize>feature) << 2), load<i32>(level, beforeAt));
  const changes = level + headBytes + bytes * 3;
  let offset = headBytes + (bytes << 2);
  let at = phi + ((<usize>feature) << 3);
  for (let k = 0; k < predictLeafWidth; k++) {
    store<f64>(at, load<f64>(at) + dot(level + offset, changes, bytes));
    at += (<usize>shapFeatures) << 3;
    for (let i: usize = 0; i < bytes; i += 16) {
      const sum = parent + offset + i;
      v128.store(sum, f64x2.add(v128.load(sum), v128.load(level + offset + i)));
    }
    offset += bytes;
  }
}

function dot(a: usize, b: usize, bytes: usize): f64 {
  let sum = f64x2.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) sum = f64x2.add(sum, f64x2.mul(v128.load(a + i), v128.load(b + i)));
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
