// The best set of categories to go left, as LightGBM looks for it (Fisher 1958; Ke et al. 2017): few levels one by
// one, many levels sorted by gradient over hessian, prefixes from both ends. Bin 0 (missing) is a level like others.

import {
  addToSet,
  bestGain,
  gainOf,
  generalGain,
  gradientUnit,
  hessianUnit,
  keepCategorical,
  nodeDensity,
  nodeFloor,
  nodeGeneral,
  nodeGradient,
  nodeHessian,
  nodeL2,
} from './node-search';
import { isEmpty, readPair } from './numeric-split';
import { randomBelow } from './random';
import { sortKeys } from './sort-keys';

export let maxCategoriesToOneHot: i32 = 4;
export let maxCategoriesPerSplit: i32 = 32;
export let categorySmoothing: f64 = 10;
export let categoryL2: f64 = 10;
export let minDataPerGroup: f64 = 100;

/** sorting keys (f64) and bins (i32) of up to 256 levels */
const keys = memory.data(2048, 16);
const levels = memory.data(1024, 16);

export function scanCategories<T>(histogram: usize, bins: i32, feature: i32, extraRandom: bool, random: usize): void {
  if (bins <= maxCategoriesToOneHot) scanOneAgainstRest<T>(histogram, bins, feature, extraRandom, random);
  else scanSorted<T>(histogram, bins, feature, extraRandom, random);
}

function scanOneAgainstRest<T>(histogram: usize, bins: i32, feature: i32, extraRandom: bool, random: usize): void {
  const chosen = extraRandom ? <i32>randomBelow(random, <u32>bins) : -1;
  for (let b = 0; b < bins; b++) {
    if (chosen >= 0 && b != chosen) continue;
    const at = histogram + <usize>b * (sizeof<T>() == 8 ? 8 : 16);
    if (isEmpty<T>(at)) continue;
    const pair = readPair<T>(at);
    const h = f64x2.extract_lane(pair, 0);
    const g = f64x2.extract_lane(pair, 1);
    const gain = gainOfSides(g, h, nodeL2);
    if (!(gain > bestGain)) continue;
    keepCategorical(gain, feature, h, g, nodeL2);
    addToSet(b);
  }
}

function scanSorted<T>(histogram: usize, bins: i32, feature: i32, extraRandom: bool, random: usize): void {
  const count = collectLevels<T>(histogram, bins);
  if (count < 2) return;
  sortKeys(keys, levels, count);
  const limit = min(maxCategoriesPerSplit, (count + 1) >> 1);
  const chosen = extraRandom ? <i32>randomBelow(random, <u32>limit) : -1;
  const penalty = nodeL2 + categoryL2;
  const rowsInAll = nodeHessian * hessianUnit * nodeDensity;
  for (let end = 0; end < 2; end++) {
    let h: f64 = 0;
    let g: f64 = 0;
    let group: f64 = 0;
    for (let i = 0; i < limit; i++) {
      const level = levelAt(end == 0 ? i : count - 1 - i);
      const pair = readPair<T>(histogram + <usize>level * (sizeof<T>() == 8 ? 8 : 16));
      const own = f64x2.extract_lane(pair, 0);
      h += own;
      g += f64x2.extract_lane(pair, 1);
      group += own * hessianUnit * nodeDensity;
      const real = h * hessianUnit;
      if (real < nodeFloor) continue;
      if (nodeHessian * hessianUnit - real < nodeFloor) break;
      if (rowsInAll - real * nodeDensity < minDataPerGroup - 0.5) break;
      if (group < minDataPerGroup - 0.5) continue;
      group = 0;
      if (chosen >= 0 && i != chosen) continue;
      const gain = gainOfSides(g, h, penalty);
      if (!(gain > bestGain)) continue;
      keepCategorical(gain, feature, h, g, penalty);
      for (let k = 0; k <= i; k++) addToSet(levelAt(end == 0 ? k : count - 1 - k));
    }
  }
}

/** Sums in units of the histogram. */
function gainOfSides(g: f64, h: f64, penalty: f64): f64 {
  const real = h * hessianUnit;
  const slope = g * gradientUnit;
  if (nodeGeneral) return generalGain(slope, real, penalty, 0);
  const rest = nodeHessian * hessianUnit - real;
  if (real < nodeFloor || rest < nodeFloor) return -Infinity;
  return gainOf(slope, real, penalty) + gainOf(nodeGradient * gradientUnit - slope, rest, penalty);
}

/** Levels with enough rows for their mean to be trusted; gives their number. */
function collectLevels<T>(histogram: usize, bins: i32): i32 {
  let count = 0;
  for (let b = 0; b < bins; b++) {
    const at = histogram + <usize>b * (sizeof<T>() == 8 ? 8 : 16);
    if (isEmpty<T>(at)) continue;
    const pair = readPair<T>(at);
    const h = f64x2.extract_lane(pair, 0) * hessianUnit;
    if (h * nodeDensity < categorySmoothing - 0.5) continue;
    const key = (f64x2.extract_lane(pair, 1) * gradientUnit) / (h + categorySmoothing);
    store<f64>(keys + ((<usize>count) << 3), key);
    store<i32>(levels + ((<usize>count) << 2), b);
    count++;
  }
  return count;
}

function levelAt(index: i32): i32 {
  return load<i32>(levels + ((<usize>index) << 2));
}
