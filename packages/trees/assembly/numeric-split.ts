// The best threshold of a numeric feature: one pass over its bins, both directions for missing values. T is the type
// of a histogram entry: i64 (packed) or v128 (float); either is read as the pair (hessian, gradient) of f64.

import {
  bestGain,
  generalGain,
  gradientUnit,
  hessianUnit,
  keepNumeric,
  monotone,
  nodeFloor,
  nodeGeneral,
  nodeGradient,
  nodeHessian,
  nodeL2,
} from './node-search';
import { randomBelow } from './random';

export function readPair<T>(at: usize): v128 {
  if (sizeof<T>() == 8) return f64x2.convert_low_i32x4_s(v128.load64_zero(at));
  return v128.load(at);
}

export function isEmpty<T>(at: usize): bool {
  if (sizeof<T>() == 8) return load<i64>(at) == 0;
  return !v128.any_true(v128.load(at));
}

export function makePair(hessian: f64, gradient: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(hessian), 1, gradient);
}

/** Gain of a split whose left side has the sums `left` (real); the sides' floors are checked after it. */
function plainGain(left: v128, total: v128, penalty: v128): f64 {
  const right = f64x2.sub(total, left);
  const g = v128.shuffle<f64>(left, right, 1, 3);
  const h = f64x2.add(v128.shuffle<f64>(left, right, 0, 2), penalty);
  const q = f64x2.div(f64x2.mul(g, g), h);
  return f64x2.extract_lane(q, 0) + f64x2.extract_lane(q, 1);
}

/** Looks at every threshold between bins that rows fall into; of equal ones the lowest, missing values right first. */
export function scanNumeric<T>(histogram: usize, bins: i32, feature: i32): void {
  const size: usize = sizeof<T>() == 8 ? 8 : 16;
  const unit = makePair(hessianUnit, gradientUnit);
  const total = f64x2.mul(makePair(nodeHessian, nodeGradient), unit);
  const penalty = f64x2.splat(nodeL2);
  const floor = nodeFloor;
  const ceiling = f64x2.extract_lane(total, 0) - floor;
  const general = nodeGeneral;
  const direction = monotone != 0 ? <i32>load<i8>(monotone + <usize>feature) : 0;
  const hasMissing = !isEmpty<T>(histogram);
  const missing = readPair<T>(histogram);
  let best = bestGain;
  let bestBin = -1;
  let missingLeft = false;
  let bestLeft = f64x2.splat(0);
  let sum = f64x2.splat(0);
  for (let b = 1; b < bins; b++) {
    const at = histogram + <usize>b * size;
    if (isEmpty<T>(at)) continue;
    sum = f64x2.add(sum, readPair<T>(at));
    const left = f64x2.mul(sum, unit);
    const h = f64x2.extract_lane(left, 0);
    if (h >= floor && h <= ceiling) {
      const gain = general
        ? generalGain(f64x2.extract_lane(left, 1), h, nodeL2, direction)
        : plainGain(left, total, penalty);
      if (gain > best) {
        best = gain;
        bestBin = b;
        missingLeft = false;
        bestLeft = sum;
      }
    }
    if (!hasMissing) {
      if (h > ceiling) break;
      continue;
    }
    const both = f64x2.add(sum, missing);
    const leftToo = f64x2.mul(both, unit);
    const hToo = f64x2.extract_lane(leftToo, 0);
    if (hToo < floor || hToo > ceiling) continue;
    const gain = general
      ? generalGain(f64x2.extract_lane(leftToo, 1), hToo, nodeL2, direction)
      : plainGain(leftToo, total, penalty);
    if (gain > best) {
      best = gain;
      bestBin = b;
      missingLeft = true;
      bestLeft = both;
    }
  }
  if (bestBin < 0) return;
  const leftHessian = f64x2.extract_lane(bestLeft, 0);
  if (!hasMissing) missingLeft = 2 * leftHessian >= nodeHessian;
  keepThreshold(best, feature, middleOfGap<T>(histogram, bins, bestBin), missingLeft, bestLeft);
}

/** Looks at one threshold drawn among those between the bins that rows fall into (Geurts et al. 2006). */
export function scanRandom<T>(histogram: usize, bins: i32, feature: i32, random: usize): void {
  const size: usize = sizeof<T>() == 8 ? 8 : 16;
  let first = 1;
  let last = bins - 1;
  while (first < last && isEmpty<T>(histogram + <usize>first * size)) first++;
  while (last > first && isEmpty<T>(histogram + <usize>last * size)) last--;
  const hasMissing = !isEmpty<T>(histogram);
  if (first >= last && !hasMissing) return;
  const threshold =
    first >= last ? first : first + <i32>randomBelow(random, <u32>(last - first + (hasMissing ? 1 : 0)));
  let sum = f64x2.splat(0);
  for (let b = first; b <= threshold; b++) sum = f64x2.add(sum, readPair<T>(histogram + <usize>b * size));
  const direction = monotone != 0 ? <i32>load<i8>(monotone + <usize>feature) : 0;
  judgeThreshold(sum, feature, threshold, hasMissing ? 0 : -1, direction);
  if (hasMissing) judgeThreshold(f64x2.add(sum, readPair<T>(histogram)), feature, threshold, 1, direction);
}

/** `missing`: 1 goes left, 0 goes right, -1 did not occur. */
function judgeThreshold(sum: v128, feature: i32, threshold: i32, missing: i32, direction: i32): void {
  const unit = makePair(hessianUnit, gradientUnit);
  const total = f64x2.mul(makePair(nodeHessian, nodeGradient), unit);
  const left = f64x2.mul(sum, unit);
  const h = f64x2.extract_lane(left, 0);
  if (h < nodeFloor || h > f64x2.extract_lane(total, 0) - nodeFloor) return;
  const gain = nodeGeneral
    ? generalGain(f64x2.extract_lane(left, 1), h, nodeL2, direction)
    : plainGain(left, total, f64x2.splat(nodeL2));
  if (!(gain > bestGain)) return;
  const missingLeft = missing < 0 ? 2 * f64x2.extract_lane(sum, 0) >= nodeHessian : missing == 1;
  keepThreshold(gain, feature, threshold, missingLeft, sum);
}

function keepThreshold(gain: f64, feature: i32, threshold: i32, missingLeft: bool, left: v128): void {
  const low = missingLeft ? 0 : 1;
  keepNumeric(gain, feature, low, threshold - low, f64x2.extract_lane(left, 0), f64x2.extract_lane(left, 1));
}

/** Rows to come may fall into bins that no row of the leaf is in: the threshold goes to the middle of such a gap. */
function middleOfGap<T>(histogram: usize, bins: i32, bin: i32): i32 {
  const size: usize = sizeof<T>() == 8 ? 8 : 16;
  let next = bin + 1;
  while (next < bins && isEmpty<T>(histogram + <usize>next * size)) next++;
  return next >= bins ? bin : bin + ((next - 1 - bin) >> 1);
}
