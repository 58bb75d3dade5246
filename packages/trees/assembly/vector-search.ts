// The best split of a leaf for trees with a value per class: the gain is the sum over directions of G^2 / (weight +
// penalty) of both sides. See vector-histogram.ts.

import {
  categoryL2,
  categorySmoothing,
  maxCategoriesPerSplit,
  maxCategoriesToOneHot,
  minDataPerGroup,
} from './category-split';
import { activeColumns, activeCount, columnEntry } from './histogram';
import { Leaf } from './leaf';
import {
  addToSet,
  beginNode,
  bestGain,
  endNode,
  keepCategorical,
  keepNumeric,
  leastHessian,
  nodeDensity,
  nodeFloor,
  nodeHessian,
  nodeL2,
  startGain,
} from './node-search';
import { randomBelow } from './random';
import { drawNodeFeatures, extraRandom, nodeFeatureCount, searchRandom } from './search';
import { sortKeys } from './sort-keys';
import { featureBins, featureCategorical, featureColumn, featureDefault, featureOffset } from './state';
import { vectorBytes } from './vector-histogram';

/** one feature of a shared column: 256 entries */
const unbundled = memory.data(12288, 16);
/** sums over the node, over the side that is judged and over the other: an entry each */
const total = memory.data(48, 16);
const side = memory.data(48, 16);
const other = memory.data(48, 16);
/** sorting keys (f64) and bins (i32) of levels */
const keys = memory.data(2048, 16);
const levels = memory.data(1024, 16);

export function findSplitVector(leaf: Leaf, histogram: usize): void {
  if (activeCount == 0) {
    leaf.feature = -1;
    return;
  }
  sumFirstColumn(histogram);
  beginNode(leaf);
  startGain(gainOfSide(total, nodeL2));
  const list = drawNodeFeatures();
  const count = nodeFeatureCount;
  for (let i = 0; i < count; i++) {
    const feature = load<i32>(list + ((<usize>i) << 2));
    const bins = load<i32>(featureBins + ((<usize>feature) << 2));
    const own = entriesOfFeature(histogram, feature, bins);
    if (load<u8>(featureCategorical + <usize>feature) != 0) {
      if (bins <= maxCategoriesToOneHot) scanLevels(own, bins, feature);
      else scanSortedLevels(own, bins, feature);
    } else {
      scanThresholds(own, bins, feature);
    }
  }
  endNode(leaf);
}

/** The node's sums are those of any column. */
function sumFirstColumn(histogram: usize): void {
  memory.fill(total, 0, vectorBytes);
  const entry = columnEntry + ((<usize>load<u32>(activeColumns)) << 2);
  for (let b = load<i32>(entry); b < load<i32>(entry, 4); b++) addEntry(total, histogram + <usize>b * vectorBytes);
}

function scanThresholds(entries: usize, bins: i32, feature: i32): void {
  const hasMissing = !isLight(entries);
  let first = 1;
  let last = bins - 1;
  while (first < last && isLight(entries + <usize>first * vectorBytes)) first++;
  while (last > first && isLight(entries + <usize>last * vectorBytes)) last--;
  const choices = last - first + (hasMissing ? 1 : 0);
  if (choices <= 0) return;
  const chosen = extraRandom != 0 ? first + <i32>randomBelow(searchRandom, <u32>choices) : -1;
  memory.fill(side, 0, vectorBytes);
  for (let b = first; b <= last; b++) {
    const at = entries + <usize>b * vectorBytes;
    if (isLight(at) && b != chosen) continue;
    addEntry(side, at);
    if (chosen >= 0 && b != chosen) continue;
    judgeThreshold(entries, bins, feature, b, hasMissing ? 0 : -1);
    if (!hasMissing) continue;
    addEntry(side, entries);
    judgeThreshold(entries, bins, feature, b, 1);
    subtractEntry(side, entries);
  }
}

/** `missing`: 1 goes left, 0 goes right, -1 did not occur. */
function judgeThreshold(entries: usize, bins: i32, feature: i32, bin: i32, missing: i32): void {
  const gain = gainOfSplit(nodeL2);
  if (!(gain > bestGain)) return;
  const weight = weightOf(side);
  const left = missing < 0 ? 2 * weight >= nodeHessian : missing == 1;
  let next = bin + 1;
  while (next < bins && isLight(entries + <usize>next * vectorBytes)) next++;
  const threshold = next >= bins || extraRandom != 0 ? bin : bin + ((next - 1 - bin) >> 1);
  const low = left ? 0 : 1;
  keepNumeric(gain, feature, low, threshold - low, weight, 0);
}

function scanLevels(entries: usize, bins: i32, feature: i32): void {
  const chosen = extraRandom != 0 ? <i32>randomBelow(searchRandom, <u32>bins) : -1;
  for (let b = 0; b < bins; b++) {
    const at = entries + <usize>b * vectorBytes;
    if (isLight(at) || (chosen >= 0 && b != chosen)) continue;
    memory.copy(side, at, vectorBytes);
    const gain = gainOfSplit(nodeL2);
    if (!(gain > bestGain)) continue;
    keepCategorical(gain, feature, weightOf(at), 0, nodeL2);
    addToSet(b);
  }
}

/** Sorted along the direction that the levels differ in most; prefixes from both ends. */
function scanSortedLevels(entries: usize, bins: i32, feature: i32): void {
  const count = collectLevels(entries, bins);
  if (count < 2) return;
  sortKeys(keys, levels, count);
  const limit = min(maxCategoriesPerSplit, (count + 1) >> 1);
  const chosen = extraRandom != 0 ? <i32>randomBelow(searchRandom, <u32>limit) : -1;
  const penalty = nodeL2 + categoryL2;
  for (let end = 0; end < 2; end++) {
    memory.fill(side, 0, vectorBytes);
    let group: f64 = 0;
    for (let i = 0; i < limit; i++) {
      const at = entries + <usize>levelAt(end == 0 ? i : count - 1 - i) * vectorBytes;
      addEntry(side, at);
      group += weightOf(at) * nodeDensity;
      const rest = nodeHessian - weightOf(side);
      if (rest < nodeFloor || rest * nodeDensity < minDataPerGroup - 0.5) break;
      if (weightOf(side) < nodeFloor || group < minDataPerGroup - 0.5) continue;
      group = 0;
      if (chosen >= 0 && i != chosen) continue;
      const gain = gainOfSplit(penalty);
      if (!(gain > bestGain)) continue;
      keepCategorical(gain, feature, weightOf(side), 0, penalty);
      for (let k = 0; k <= i; k++) addToSet(levelAt(end == 0 ? k : count - 1 - k));
    }
  }
}

function levelAt(index: i32): i32 {
  return load<i32>(levels + ((<usize>index) << 2));
}

function collectLevels(entries: usize, bins: i32): i32 {
  const direction = widestDirection(entries, bins);
  let count = 0;
  for (let b = 0; b < bins; b++) {
    const at = entries + <usize>b * vectorBytes;
    const weight = weightOf(at);
    if (isLight(at) || weight * nodeDensity < categorySmoothing - 0.5) continue;
    store<f64>(keys + ((<usize>count) << 3), load<f64>(at + direction) / (weight + categorySmoothing));
    store<i32>(levels + ((<usize>count) << 2), b);
    count++;
  }
  return count;
}

/** Byte offset of the direction with the largest sum of G^2 / weight over levels. */
function widestDirection(entries: usize, bins: i32): usize {
  let best: usize = 8;
  let most: f64 = -1;
  for (let direction: usize = 8; direction < <usize>vectorBytes; direction += 8) {
    let sum: f64 = 0;
    for (let b = 0; b < bins; b++) {
      const at = entries + <usize>b * vectorBytes;
      const g = load<f64>(at + direction);
      if (!isLight(at)) sum += (g * g) / (weightOf(at) + categorySmoothing);
    }
    if (sum > most) {
      most = sum;
      best = direction;
    }
  }
  return best;
}

/** Gain of the split whose left side is in `side`; -infinite where a side is too light. */
function gainOfSplit(penalty: f64): f64 {
  const weight = weightOf(side);
  if (weight < nodeFloor || nodeHessian - weight < nodeFloor) return -Infinity;
  memory.copy(other, total, vectorBytes);
  subtractEntry(other, side);
  return gainOfSide(side, penalty) + gainOfSide(other, penalty);
}

/** Sum of G^2 over directions / (weight + penalty). */
function gainOfSide(at: usize, penalty: f64): f64 {
  let sum: f64 = 0;
  for (let offset: usize = 8; offset < <usize>vectorBytes; offset += 8) {
    const g = load<f64>(at + offset);
    sum += g * g;
  }
  const weight = weightOf(at) + penalty;
  return weight != 0 ? sum / weight : 0;
}

/** Whether no row is in a bin: subtraction may leave a little of nothing. */
function isLight(at: usize): bool {
  return weightOf(at) <= leastHessian;
}

function weightOf(at: usize): f64 {
  return load<f64>(at);
}

function addEntry(to: usize, from: usize): void {
  v128.store(to, f64x2.add(v128.load(to), v128.load(from)));
  v128.store(to, f64x2.add(v128.load(to, 16), v128.load(from, 16)), 16);
  v128.store(to, f64x2.add(v128.load(to, 32), v128.load(from, 32)), 32);
}

function subtractEntry(to: usize, from: usize): void {
  v128.store(to, f64x2.sub(v128.load(to), v128.load(from)));
  v128.store(to, f64x2.sub(v128.load(to, 16), v128.load(from, 16)), 16);
  v128.store(to, f64x2.sub(v128.load(to, 32), v128.load(from, 32)), 32);
}

/** Address of the feature's entries; those of a shared column are put together, the default bin from what is left. */
function entriesOfFeature(histogram: usize, feature: i32, bins: i32): usize {
  const column = load<i32>(featureColumn + ((<usize>feature) << 2));
  const entries = histogram + <usize>load<i32>(columnEntry + ((<usize>column) << 2)) * vectorBytes;
  const usual = load<i32>(featureDefault + ((<usize>feature) << 2));
  if (usual < 0) return entries;
  const others = entries + <usize>load<i32>(featureOffset + ((<usize>feature) << 2)) * vectorBytes;
  const rest = unbundled + <usize>usual * vectorBytes;
  memory.copy(rest, total, vectorBytes);
  for (let k = 0; k < bins - 1; k++) {
    const from = others + <usize>k * vectorBytes;
    memory.copy(unbundled + <usize>(k < usual ? k : k + 1) * vectorBytes, from, vectorBytes);
    subtractEntry(rest, from);
  }
  return unbundled;
}
