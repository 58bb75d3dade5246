import type { Random } from '@laurel/tabular';
import type { FeatureBins } from './binning.ts';
import type { TreeParameters } from './grow.ts';

export const setWords = 8; // a set of bins is 256 bits

/** The best split found for a leaf; `gain` is 0 when there is none. */
export interface Split {
  gain: number;
  feature: number;
  /** rows with a bin up to this go left; -1 when `set` decides */
  bin: number;
  missingLeft: boolean;
  leftGradient: number;
  leftHessian: number;
  /** added to l2 for the children's values, after a split on sorted categories */
  extraL2: number;
  set: Int32Array;
}

export interface LeafSums {
  gradient: number;
  hessian: number;
  count: number;
}

export function createSplit(): Split {
  return {
    gain: 0,
    feature: -1,
    bin: -1,
    missingLeft: false,
    leftGradient: 0,
    leftHessian: 0,
    extraL2: 0,
    set: new Int32Array(setWords),
  };
}

/** Gradient sum after the L1 penalty. */
export function shrink(gradient: number, l1: number): number {
  if (l1 === 0) return gradient;
  return gradient > l1 ? gradient - l1 : gradient < -l1 ? gradient + l1 : 0;
}

/**
 * Looks at one numeric feature: every threshold with missing values right, then left; in extra-random mode a single
 * threshold. `base` is the place of the feature in the histogram. Row counts are estimated from hessians, as LightGBM does.
 */
export function scanNumeric(
  split: Split,
  histogram: Float64Array,
  base: number,
  feature: number,
  bins: FeatureBins,
  leaf: LeafSums,
  parameters: TreeParameters,
  random: Random,
): void {
  const { size } = bins;
  const missingGradient = bins.missing ? histogram[base + 2 * size]! : 0;
  const missingHessian = bins.missing ? histogram[base + 2 * size + 1]! : 0;
  const hasMissing = missingHessian > 1e-10;
  const { l1, l2, minHessian } = parameters;
  const perHessian = leaf.count / leaf.hessian;
  const minData = (parameters.minDataInLeaf - 0.5) / perHessian;
  const least = Math.max(minData, minHessian);
  const root = shrink(leaf.gradient, l1);
  const parentGain = (root * root) / (leaf.hessian + l2) + parameters.minGain;
  const last = hasMissing ? size - 1 : size - 2;
  if (last < 0) return;
  const only = parameters.extraRandom ? random.int(last + 1) : -1;
  for (let pass = 0; pass < (hasMissing ? 2 : 1); pass++) {
    let leftGradient = pass === 1 ? missingGradient : 0;
    let leftHessian = pass === 1 ? missingHessian : 0;
    for (let bin = 0; bin <= last; bin++) {
      const hessian = histogram[base + 2 * bin + 1]!;
      leftGradient += histogram[base + 2 * bin]!;
      leftHessian += hessian;
      if (hessian < 1e-10 || leftHessian < least || (only >= 0 && bin !== only)) continue;
      const rightHessian = leaf.hessian - leftHessian;
      if (rightHessian < least) break;
      const left = shrink(leftGradient, l1);
      const right = shrink(leaf.gradient - leftGradient, l1);
      const gain = (left * left) / (leftHessian + l2) + (right * right) / (rightHessian + l2) - parentGain;
      if (gain > split.gain) {
        split.gain = gain;
        split.feature = feature;
        split.bin = bin;
        split.missingLeft = hasMissing ? pass === 1 : leftHessian >= rightHessian;
        split.leftGradient = leftGradient;
        split.leftHessian = leftHessian;
        split.extraL2 = 0;
      }
    }
  }
}

const keys = new Float64Array(256);
const used = new Int32Array(256);

/**
 * Looks at one categorical feature: one level against the rest when there are few levels; else levels sorted by
 * gradient over hessian, prefixes from both ends (LightGBM's FindBestThresholdCategoricalInner, after Fisher 1958).
 * Missing is a level when it was seen in training; levels not seen in this leaf go right.
 */
export function scanCategories(
  split: Split,
  histogram: Float64Array,
  base: number,
  feature: number,
  bins: FeatureBins,
  leaf: LeafSums,
  parameters: TreeParameters,
  random: Random,
): void {
  const levels = bins.missing ? bins.size + 1 : bins.size;
  const perHessian = leaf.count / leaf.hessian;
  if (levels <= parameters.maxCategoriesToOneHot) {
    const only = parameters.extraRandom ? random.int(Math.max(1, levels)) : -1;
    for (let level = 0; level < levels; level++) {
      if (only >= 0 && level !== only) continue;
      const gradient = histogram[base + 2 * level]!;
      const hessian = histogram[base + 2 * level + 1]!;
      if (!tryCategories(split, gradient, hessian, feature, leaf, parameters, 0)) continue;
      split.set.fill(0);
      split.set[level >> 5]! |= 1 << (level & 31);
    }
    return;
  }
  let count = 0;
  const least = parameters.categorySmoothing / perHessian;
  for (let level = 0; level < levels; level++) {
    const hessian = histogram[base + 2 * level + 1]!;
    if (hessian < 1e-10 || hessian < least) continue;
    keys[level] = histogram[base + 2 * level]! / (hessian + parameters.categorySmoothing);
    used[count++] = level;
  }
  sortByKey(count);
  const limit = Math.min(parameters.maxCategoriesPerSplit, (count + 1) >> 1);
  const only = parameters.extraRandom && limit > 0 ? random.int(limit) : -1;
  for (let end = 0; end < 2; end++) {
    let gradient = 0;
    let hessian = 0;
    let groupHessian = 0;
    for (let i = 0; i < limit; i++) {
      const level = used[end === 0 ? i : count - 1 - i]!;
      gradient += histogram[base + 2 * level]!;
      hessian += histogram[base + 2 * level + 1]!;
      groupHessian += histogram[base + 2 * level + 1]!;
      if (only >= 0 && i !== only) continue;
      if (groupHessian * perHessian < parameters.minDataPerGroup) continue;
      if ((leaf.hessian - hessian) * perHessian < Math.max(parameters.minDataPerGroup, parameters.minDataInLeaf)) break;
      groupHessian = 0;
      if (!tryCategories(split, gradient, hessian, feature, leaf, parameters, parameters.categoryL2)) continue;
      split.set.fill(0);
      for (let j = 0; j <= i; j++) {
        const chosen = used[end === 0 ? j : count - 1 - j]!;
        split.set[chosen >> 5]! |= 1 << (chosen & 31);
      }
    }
  }
}

/** Takes the split of a set of levels when it is the best so far; the caller then writes the set. */
function tryCategories(
  split: Split,
  gradient: number,
  hessian: number,
  feature: number,
  leaf: LeafSums,
  parameters: TreeParameters,
  extraL2: number,
): boolean {
  const { l1, minHessian } = parameters;
  const minData = ((parameters.minDataInLeaf - 0.5) * leaf.hessian) / leaf.count;
  const rest = leaf.hessian - hessian;
  if (hessian < 1e-10 || hessian < minData || rest < minData || hessian < minHessian || rest < minHessian) return false;
  const l2 = parameters.l2 + extraL2;
  const root = shrink(leaf.gradient, l1);
  const left = shrink(gradient, l1);
  const right = shrink(leaf.gradient - gradient, l1);
  const parentGain = (root * root) / (leaf.hessian + parameters.l2) + parameters.minGain;
  const gain = (left * left) / (hessian + l2) + (right * right) / (rest + l2) - parentGain;
  if (!(gain > split.gain)) return false;
  split.gain = gain;
  split.feature = feature;
  split.bin = -1;
  split.missingLeft = false;
  split.leftGradient = gradient;
  split.leftHessian = hessian;
  split.extraL2 = extraL2;
  return true;
}

/** Shell sort of `used[0..count)` by key, ties by level, without allocation. */
function sortByKey(count: number): void {
  for (let gap = count >> 1; gap > 0; gap >>= 1) {
    for (let i = gap; i < count; i++) {
      const level = used[i]!;
      let j = i;
      while (j >= gap && isAfter(used[j - gap]!, level)) {
        used[j] = used[j - gap]!;
        j -= gap;
      }
      used[j] = level;
    }
  }
}

function isAfter(a: number, b: number): boolean {
  return keys[a]! > keys[b]! || (keys[a]! === keys[b]! && a > b);
}
