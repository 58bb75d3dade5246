// Which rows and features a tree learns from.

import { rowOrder } from './grow';
import { activeColumns, columnCount, gradients, setActiveCount } from './histogram';
import { probabilities, rowWeights, scoreRows, targets, trainRows } from './objective';
import { randomBelow, randomU32 } from './random';
import { setFeatureCounts, treeFeatures } from './search';
import { featureBins, featureColumn, featureCount } from './state';

/** u8 per training row: 0 out of the round's sample, 1 in, 2 in and standing for others (GOSS) */
export let sampleFlags: usize = 0;
/** u8 per column: a feature of the tree is in it */
export let columnMarks: usize = 0;
/** f32 per training row: a place to rank rows in */
export let rankScratch: usize = 0;

/** Draws a share of the training rows without replacement (Knuth's algorithm S); gives how many. */
export function sampleShare(fraction: f64, random: usize): i32 {
  const n = trainRows;
  const wanted = fraction >= 1 ? n : max(1, <i32>nearest<f64>(fraction * <f64>n));
  let taken = 0;
  for (let i = 0; i < n; i++) {
    const take = wanted == n || <u64>randomU32(random) * <u64>(n - i) < (<u64>(wanted - taken)) << 32;
    store<u8>(sampleFlags + <usize>i, take ? 1 : 0);
    if (take) taken++;
  }
  return taken;
}

/**
 * Gradient-based one-side sampling (Ke et al. 2017): the rows with the largest |gradient x hessian|, summed over
 * outputs, and a share of the others, which are weighted to stand for the rest. Gives how many rows were taken.
 */
export function sampleGoss(top: f64, other: f64, classes: i32, random: usize): i32 {
  const n = trainRows;
  rankRows(classes);
  const wantedTop = max(1, <i32>(top * <f64>n));
  const wantedOther = max(1, <i32>(other * <f64>n));
  const threshold = largest(wantedTop);
  let taken = 0;
  let left = n - wantedTop;
  let wanted = min(wantedOther, left);
  let topLeft = wantedTop;
  for (let i = 0; i < n; i++) {
    const rank = load<f32>(gossRanks(i));
    let flag: u8 = 0;
    if (rank >= threshold && topLeft > 0) {
      flag = 1;
      topLeft--;
    } else {
      if (left > 0 && <u64>randomU32(random) * <u64>left < (<u64>wanted) << 32) {
        flag = 2;
        wanted--;
      }
      left--;
    }
    store<u8>(sampleFlags + <usize>i, flag);
    if (flag != 0) taken++;
  }
  return taken;
}

/** Multiplies the pairs of rows that stand for others, by the same shares. Gives by how much. */
export function amplifyGoss(top: f64, other: f64): f64 {
  const n = trainRows;
  const wantedTop = max(1, <i32>(top * <f64>n));
  const factor = <f32>(<f64>(n - wantedTop) / <f64>max(1, <i32>(other * <f64>n)));
  for (let i = 0; i < n; i++) {
    if (load<u8>(sampleFlags + <usize>i) != 2) continue;
    const pair = gradients + ((<usize>i) << 3);
    store<f32>(pair, load<f32>(pair) * factor);
    store<f32>(pair, load<f32>(pair, 4) * factor, 4);
  }
  return <f64>factor;
}

/** The second half of the scratch keeps the ranks in row order; the first is reordered by `largest`. */
function gossRanks(row: i32): usize {
  return rankScratch + ((<usize>(trainRows + row)) << 2);
}

function rankRows(classes: i32): void {
  const n = trainRows;
  for (let i = 0; i < n; i++) {
    let rank: f32 = 0;
    if (classes > 1) {
      const own = <i32>load<f64>(targets + ((<usize>i) << 3));
      for (let k = 0; k < classes; k++) {
        const p = load<f32>(probabilities + (<usize>k * <usize>n + <usize>i) * 4);
        rank += abs(k == own ? p - 1 : p) * p * (1 - p);
      }
      if (rowWeights != 0) rank *= load<f32>(rowWeights + ((<usize>i) << 2));
    } else {
      const pair = gradients + ((<usize>i) << 3);
      rank = abs(load<f32>(pair) * load<f32>(pair, 4));
    }
    store<f32>(rankScratch + ((<usize>i) << 2), rank);
    store<f32>(gossRanks(i), rank);
  }
}

/** The wanted-th largest rank (Hoare's selection); reorders the first half of the scratch. */
function largest(wanted: i32): f32 {
  let low = 0;
  let high = trainRows - 1;
  const target = wanted - 1;
  while (low < high) {
    const pivot = load<f32>(rankScratch + ((<usize>((low + high) >> 1)) << 2));
    let i = low;
    let j = high;
    while (i <= j) {
      while (load<f32>(rankScratch + ((<usize>i) << 2)) > pivot) i++;
      while (load<f32>(rankScratch + ((<usize>j) << 2)) < pivot) j--;
      if (i > j) break;
      const kept = load<f32>(rankScratch + ((<usize>i) << 2));
      store<f32>(rankScratch + ((<usize>i) << 2), load<f32>(rankScratch + ((<usize>j) << 2)));
      store<f32>(rankScratch + ((<usize>j) << 2), kept);
      i++;
      j--;
    }
    if (target <= j) high = j;
    else if (target >= i) low = i;
    else break;
  }
  return load<f32>(rankScratch + ((<usize>target) << 2));
}

/** Puts the sampled rows in front, then all other rows, both ascending. */
export function orderRows(): void {
  const n = trainRows;
  let front: usize = rowOrder;
  for (let i = 0; i < n; i++) {
    store<u32>(front, i);
    front += load<u8>(sampleFlags + <usize>i) != 0 ? 4 : 0;
  }
  for (let i = 0; i < n; i++) {
    if (load<u8>(sampleFlags + <usize>i) != 0) continue;
    store<u32>(front, i);
    front += 4;
  }
  for (let i = n; i < scoreRows; i++) {
    store<u32>(front, i);
    front += 4;
  }
}

/** Draws the tree's features among those with more than one bin, ascending, and lists the columns they are in. */
export function sampleFeatures(fraction: f64, random: usize): void {
  let candidates = 0;
  for (let f = 0; f < featureCount; f++) if (splittable(f)) candidates++;
  let wanted = fraction >= 1 ? candidates : max(min(candidates, 1), <i32>nearest<f64>(fraction * <f64>candidates));
  memory.fill(columnMarks, 0, <usize>columnCount);
  let count = 0;
  for (let f = 0; f < featureCount; f++) {
    if (!splittable(f)) continue;
    if (wanted < candidates ? <i32>randomBelow(random, <u32>candidates) < wanted : true) {
      store<i32>(treeFeatures + ((<usize>count) << 2), f);
      store<u8>(columnMarks + <usize>load<i32>(featureColumn + ((<usize>f) << 2)), 1);
      count++;
      wanted--;
    }
    candidates--;
  }
  setFeatureCounts(count);
  let active = 0;
  for (let c = 0; c < columnCount; c++) {
    if (load<u8>(columnMarks + <usize>c) == 0) continue;
    store<i32>(activeColumns + ((<usize>active) << 2), c);
    active++;
  }
  setActiveCount(active);
}

function splittable(feature: i32): bool {
  return (
    load<i32>(featureBins + ((<usize>feature) << 2)) > 1 && load<i32>(featureColumn + ((<usize>feature) << 2)) >= 0
  );
}
