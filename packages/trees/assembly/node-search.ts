// What the search for the best split of one leaf knows and keeps: sums of the leaf, limits, and the best so far.

import { Leaf } from './leaf';

export let l1: f64 = 0;
export let l2: f64 = 0;
export let minHessian: f64 = 1e-3;
export let minDataInLeaf: f64 = 20;
export let minGain: f64 = 0;
/** 0: off */
export let maxDeltaStep: f64 = 0;
/** 0: off */
export let pathSmoothing: f64 = 0;
/** i8 per feature, or 0: 1 rising, -1 falling */
export let monotone: usize = 0;

/** real sums per unit of the histogram */
export let hessianUnit: f64 = 1;
export let gradientUnit: f64 = 1;

export let nodeHessian: f64 = 0;
export let nodeGradient: f64 = 0;
export let nodeL2: f64 = 0;
/** a side's hessian (real) must be at least this: from minHessian and, by share of rows, minDataInLeaf */
export let nodeFloor: f64 = 0;
/** rows per real hessian */
export let nodeDensity: f64 = 0;
/** gain of not splitting */
export let nodeShift: f64 = 0;
/** values are limited, smoothed or penalised by L1: the general formula of the gain is needed */
export let nodeGeneral: bool = false;
let nodeOutput: f64 = 0;
let nodeLowest: f64 = 0;
let nodeHighest: f64 = 0;

export let bestGain: f64 = 0;
export let bestFeature: i32 = -1;
export let bestLow: i32 = 0;
export let bestWidth: i32 = 0;
export let bestCategorical: i32 = 0;
/** in units of the histogram */
export let bestLeftHessian: f64 = 0;
export let bestLeftGradient: f64 = 0;
export let bestL2: f64 = 0;
let bestLeftOutput: f64 = 0;
let bestRightOutput: f64 = 0;

/** 32 bytes: the bins that go left by the best categorical split */
const bestSet = memory.data(32, 16);

/** least hessian (real) of a side: what remains of no rows at all after adding and subtracting f64 is below it */
export let leastHessian: f64 = 0;
/** the same for the size of a gradient */
export let leastGradient: f64 = 0;

/** Tells the hessian and the sum of |gradient| (real) of all rows of the tree. */
export function setTreeSums(hessian: f64, gradientSize: f64): void {
  leastHessian = max(1e-10 * hessian, 1e-300);
  leastGradient = 1e-10 * gradientSize;
}

/** Makes a leaf the one whose split is looked for. */
export function beginNode(leaf: Leaf): void {
  nodeHessian = leaf.hessian;
  nodeGradient = leaf.gradient;
  nodeL2 = l2;
  nodeOutput = leaf.output;
  nodeLowest = leaf.lowest;
  nodeHighest = leaf.highest;
  const h = nodeHessian * hessianUnit;
  const g = nodeGradient * gradientUnit;
  nodeDensity = h > 0 ? <f64>leaf.inCount / h : 0;
  nodeFloor = nodeDensity > 0 ? max((minDataInLeaf - 0.5) / nodeDensity, max(minHessian, leastHessian)) : Infinity;
  nodeGeneral = l1 > 0 || maxDeltaStep > 0 || pathSmoothing > 0 || monotone != 0;
  startGain(
    pathSmoothing > 0 || maxDeltaStep > 0 || monotone != 0 ? gainOfOutput(g, h, l2, nodeOutput) : gainOf(g, h, l2),
  );
}

/** `shift`: the gain of not splitting, which a split has to exceed by more than rounding and minGain. */
export function startGain(shift: f64): void {
  nodeShift = shift;
  bestGain = shift + max(minGain, 1e-12 * abs(shift));
  bestFeature = -1;
}

/** Writes what was found into the leaf. */
export function endNode(leaf: Leaf): void {
  leaf.feature = bestFeature;
  if (bestFeature < 0) {
    leaf.gain = 0;
    return;
  }
  leaf.gain = bestGain - nodeShift;
  leaf.low = bestLow;
  leaf.width = bestWidth;
  leaf.categorical = bestCategorical;
  leaf.leftHessian = bestLeftHessian;
  leaf.leftGradient = bestLeftGradient;
  leaf.childL2 = bestL2;
  leaf.leftOutput = bestLeftOutput;
  leaf.rightOutput = bestRightOutput;
  leaf.set0 = load<u64>(bestSet);
  leaf.set1 = load<u64>(bestSet, 8);
  leaf.set2 = load<u64>(bestSet, 16);
  leaf.set3 = load<u64>(bestSet, 24);
}

/** Remembers a numeric split. Sums are in units of the histogram. */
export function keepNumeric(gain: f64, feature: i32, low: i32, width: i32, leftHessian: f64, leftGradient: f64): void {
  keep(gain, feature, leftHessian, leftGradient, nodeL2);
  bestLow = low;
  bestWidth = width;
  bestCategorical = 0;
}

/** Begins to remember a categorical split; the bins follow by addToSet. */
export function keepCategorical(gain: f64, feature: i32, leftHessian: f64, leftGradient: f64, penalty: f64): void {
  keep(gain, feature, leftHessian, leftGradient, penalty);
  bestCategorical = 1;
  memory.fill(bestSet, 0, 32);
}

export function addToSet(bin: i32): void {
  const at = bestSet + ((<usize>(bin >> 6)) << 3);
  store<u64>(at, load<u64>(at) | ((<u64>1) << (<u64>(bin & 63))));
}

function keep(gain: f64, feature: i32, leftHessian: f64, leftGradient: f64, penalty: f64): void {
  bestGain = gain;
  bestFeature = feature;
  bestLeftHessian = leftHessian;
  bestLeftGradient = leftGradient;
  bestL2 = penalty;
  if (!nodeGeneral) return;
  const h = leftHessian * hessianUnit;
  const g = leftGradient * gradientUnit;
  bestLeftOutput = outputOf(g, h, penalty);
  bestRightOutput = outputOf(nodeGradient * gradientUnit - g, nodeHessian * hessianUnit - h, penalty);
}

/** Gain of a split whose left side has the sums h and g (real); -infinite where a constraint forbids it. */
export function generalGain(g: f64, h: f64, penalty: f64, direction: i32): f64 {
  const gRight = nodeGradient * gradientUnit - g;
  const hRight = nodeHessian * hessianUnit - h;
  if (h < nodeFloor || hRight < nodeFloor) return -Infinity;
  const leftOutput = outputOf(g, h, penalty);
  const rightOutput = outputOf(gRight, hRight, penalty);
  if (direction > 0 && leftOutput > rightOutput) return -Infinity;
  if (direction < 0 && leftOutput < rightOutput) return -Infinity;
  return gainOfOutput(g, h, penalty, leftOutput) + gainOfOutput(gRight, hRight, penalty, rightOutput);
}

/** The value of a side of the node: Newton's step, limited, smoothed towards the node's value, within its bounds. */
function outputOf(g: f64, h: f64, penalty: f64): f64 {
  return constrainedOutput(g, h, penalty, h * nodeDensity, nodeOutput, nodeLowest, nodeHighest);
}

export function constrainedOutput(
  g: f64,
  h: f64,
  penalty: f64,
  rows: f64,
  parentOutput: f64,
  lowest: f64,
  highest: f64,
): f64 {
  let output = h + penalty > 0 ? -softThreshold(g) / (h + penalty) : 0;
  if (maxDeltaStep > 0) output = max(-maxDeltaStep, min(maxDeltaStep, output));
  if (pathSmoothing > 0) {
    const weight = rows / pathSmoothing;
    output = (output * weight + parentOutput) / (weight + 1);
  }
  return max(lowest, min(highest, output));
}

export function softThreshold(g: f64): f64 {
  return l1 > 0 ? copysign(max(0.0, abs(g) - l1), g) : g;
}

export function gainOf(g: f64, h: f64, penalty: f64): f64 {
  const t = softThreshold(g);
  return h + penalty > 0 ? (t * t) / (h + penalty) : 0;
}

function gainOfOutput(g: f64, h: f64, penalty: f64, output: f64): f64 {
  return -(2 * softThreshold(g) * output + (h + penalty) * output * output);
}
