// The best threshold of a numeric feature: one pass over its bins, both directions for missing values. T is the type
// of a histogram entry: i64 (packed) or v128 (float); either is read as the pair (hessian, gradient) of f64.

import {
  bestGain,
  generalGain,
  gradientUnit,
  hessianUnit,
  keepNumeric,
  leastGradient,
  leastHessian,
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

/**
 * Whether no row is in a bin. After a subtraction of f64 an empty bin may hold what rounding left, which is far below
 * anything that a row brings: a row with next to no hessian still has a gradient.
 */
export function isEmpty<T>(at: usize): bool {
  if (sizeof<T>() == 8) return load<i64>(at) == 0;
  return load<f64>(at) <= leastHessian && abs(load<f64>(at, 8)) <= leastGradient;
}

/** Mask of the bins of two float entries that isEmpty does not call empty: rounding alone makes no threshold better. */
function filledBins(h: v128, g: v128): v128 {
  return v128.or(f64x2.gt(h, f64x2.splat(leastHessian)), f64x2.gt(f64x2.abs(g), f64x2.splat(leastGradient)));
}

export function makePair(hessian: f64, gradient: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(hessian), 1, gradient);
}

/** Gain of a split whose left side has the sums `left` (real); the sides' floors are checked elsewhere. */
function plainGain(left: v128, total: v128, penalty: v128): f64 {
  const right = f64x2.sub(total, left);
  const g = v128.shuffle<f64>(left, right, 1, 3);
  const h = f64x2.add(v128.shuffle<f64>(left, right, 0, 2), penalty);
  const q = f64x2.div(f64x2.mul(g, g), h);
  return f64x2.extract_lane(q, 0) + f64x2.extract_lane(q, 1);
}

/** the threshold that scans found best: bin (-1: none), missing left, sums of the left side in histogram units */
let foundGain: f64 = 0;
let foundBin: i32 = -1;
let foundMissingLeft: bool = false;
let foundHessian: f64 = 0;
let foundGradient: f64 = 0;

/** Looks at every threshold; of equal ones the lowest, missing values right first. */
export function scanNumeric<T>(histogram: usize, bins: i32, feature: i32): void {
  foundGain = bestGain;
  foundBin = -1;
  if (nodeGeneral) scanGeneral<T>(histogram, bins, feature);
  else scanPairs<T>(histogram, bins);
  if (foundBin < 0) return;
  const missingLeft = isEmpty<T>(histogram) ? 2 * foundHessian >= nodeHessian : foundMissingLeft;
  keepThreshold(
    foundGain,
    feature,
    foundBin == 0 ? 0 : middleOfGap<T>(histogram, bins, foundBin),
    missingLeft,
    makePair(foundHessian, foundGradient),
  );
}

/**
 * Two thresholds at a time, in units of the histogram, and without dividing: with penalised hessians a and b of the
 * sides, GL^2/a + GR^2/b > best is the same as GL^2 b + GR^2 a > best a b. Only a candidate's gain is worked out.
 */
function scanPairs<T>(histogram: usize, bins: i32): void {
  const size: usize = sizeof<T>() == 8 ? 8 : 16;
  const totalH = f64x2.splat(nodeHessian);
  const totalG = f64x2.splat(nodeGradient);
  const penalty = f64x2.splat(nodeL2 / hessianUnit);
  const floor = f64x2.splat(nodeFloor / hessianUnit);
  const ceiling = f64x2.sub(totalH, floor);
  const toUnits = hessianUnit / (gradientUnit * gradientUnit);
  let best = f64x2.splat(foundGain * toUnits);
  const hasMissing = !isEmpty<T>(histogram);
  const missing = readPair<T>(histogram);
  const missingH = f64x2.splat(f64x2.extract_lane(missing, 0));
  const missingG = f64x2.splat(f64x2.extract_lane(missing, 1));
  let packed = i64x2.splat(0);
  let sumH = f64x2.splat(0);
  let sumG = f64x2.splat(0);
  let filled = i64x2.splat(-1);
  for (let b = 1; b < bins; b += 2) {
    const at = histogram + <usize>b * size;
    const one = b + 1 == bins;
    if (sizeof<T>() == 8) {
      const two = one ? v128.load64_zero(at) : v128.load(at);
      const prefix = i64x2.add(two, v128.shuffle<i64>(two, i64x2.splat(0), 2, 0));
      const sums = i64x2.add(prefix, packed);
      packed = v128.shuffle<i64>(sums, sums, 1, 1);
      sumH = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(sums, sums, 0, 2, 0, 2));
      sumG = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(sums, sums, 1, 3, 1, 3));
    } else {
      const first = v128.load(at);
      const second = one ? f64x2.splat(0) : v128.load(at, 16);
      const h = v128.shuffle<f64>(first, second, 0, 2);
      const g = v128.shuffle<f64>(first, second, 1, 3);
      filled = filledBins(h, g);
      const lastH = v128.shuffle<f64>(sumH, sumH, 1, 1);
      const lastG = v128.shuffle<f64>(sumG, sumG, 1, 1);
      sumH = f64x2.add(lastH, f64x2.add(h, v128.shuffle<f64>(h, f64x2.splat(0), 2, 0)));
      sumG = f64x2.add(lastG, f64x2.add(g, v128.shuffle<f64>(g, f64x2.splat(0), 2, 0)));
    }
    let better = v128.and(filled, candidates(sumH, sumG, totalH, totalG, penalty, floor, ceiling, best));
    if (v128.any_true(better)) {
      takeCandidates(better, sumH, sumG, b, false);
      best = f64x2.splat(foundGain * toUnits);
    }
    if (!hasMissing) continue;
    const bothH = f64x2.add(sumH, missingH);
    const bothG = f64x2.add(sumG, missingG);
    better = v128.and(filled, candidates(bothH, bothG, totalH, totalG, penalty, floor, ceiling, best));
    if (v128.any_true(better)) {
      takeCandidates(better, bothH, bothG, b, true);
      best = f64x2.splat(foundGain * toUnits);
    }
  }
}

/** Mask of the two left sides whose gain is above the best and whose hessians are large enough. */
function candidates(
  h: v128,
  g: v128,
  totalH: v128,
  totalG: v128,
  penalty: v128,
  floor: v128,
  ceiling: v128,
  best: v128,
): v128 {
  const restG = f64x2.sub(totalG, g);
  const left = f64x2.add(h, penalty);
  const right = f64x2.add(f64x2.sub(totalH, h), penalty);
  const gain = f64x2.add(f64x2.mul(f64x2.mul(g, g), right), f64x2.mul(f64x2.mul(restG, restG), left));
  const better = f64x2.gt(gain, f64x2.mul(best, f64x2.mul(left, right)));
  return v128.and(better, v128.and(f64x2.ge(h, floor), f64x2.le(h, ceiling)));
}

/** Of the marked ones, the lower bin first, the gain worked out and compared again. */
function takeCandidates(better: v128, h: v128, g: v128, bin: i32, missingLeft: bool): void {
  if (i64x2.extract_lane(better, 0) != 0) {
    take(f64x2.extract_lane(h, 0), f64x2.extract_lane(g, 0), bin, missingLeft);
  }
  if (i64x2.extract_lane(better, 1) != 0) {
    take(f64x2.extract_lane(h, 1), f64x2.extract_lane(g, 1), bin + 1, missingLeft);
  }
}

function take(h: f64, g: f64, bin: i32, missingLeft: bool): void {
  const unit = makePair(hessianUnit, gradientUnit);
  const left = f64x2.mul(makePair(h, g), unit);
  const total = f64x2.mul(makePair(nodeHessian, nodeGradient), unit);
  found(plainGain(left, total, f64x2.splat(nodeL2)), h, g, bin, missingLeft);
}

function found(gain: f64, h: f64, g: f64, bin: i32, missingLeft: bool): void {
  if (!(gain > foundGain)) return;
  foundGain = gain;
  foundBin = bin;
  foundMissingLeft = missingLeft;
  foundHessian = h;
  foundGradient = g;
}

/** The same one by one, for values that are limited, smoothed or penalised by L1. */
function scanGeneral<T>(histogram: usize, bins: i32, feature: i32): void {
  const size: usize = sizeof<T>() == 8 ? 8 : 16;
  const direction = monotone != 0 ? <i32>load<i8>(monotone + <usize>feature) : 0;
  const hasMissing = !isEmpty<T>(histogram);
  const missing = readPair<T>(histogram);
  // Right of all values is not as good as left of them where the feature may only rise or only fall.
  if (hasMissing && direction != 0) judgeGeneral(missing, 0, true, direction);
  let sum = f64x2.splat(0);
  for (let b = 1; b < bins; b++) {
    const at = histogram + <usize>b * size;
    if (isEmpty<T>(at)) continue;
    sum = f64x2.add(sum, readPair<T>(at));
    judgeGeneral(sum, b, false, direction);
    if (hasMissing) judgeGeneral(f64x2.add(sum, missing), b, true, direction);
  }
}

function judgeGeneral(sum: v128, bin: i32, missingLeft: bool, direction: i32): void {
  const h = f64x2.extract_lane(sum, 0);
  const g = f64x2.extract_lane(sum, 1);
  found(generalGain(g * gradientUnit, h * hessianUnit, nodeL2, direction), h, g, bin, missingLeft);
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
