// Gradients and hessians of the loss at the scores of the moment, as f32 pairs, weights multiplied in. The formulas are
// LightGBM's (Ke et al. 2017), so that equal parameters mean equal things.

import { gradients } from './histogram';
import { exp, expTwo, sigmoid } from './math';

/** training rows; scores have scoreRows rows (training, then others) per output, one output after the other */
export let trainRows: i32 = 0;
export let scoreRows: i32 = 0;
/** f64 per training row */
export let targets: usize = 0;
/** f32 per training row, or 0 when all are 1 */
export let rowWeights: usize = 0;
/** f64 */
export let scores: usize = 0;
/** f32 per output and training row: class probabilities, written by softmaxProbabilities */
export let probabilities: usize = 0;
/** delta of huber, level of quantile, power of tweedie, classes of softmax */
export let objectiveParameter: f64 = 0;

/** what the last fill summed up, of the pairs as they are stored: |gradient|, its fourth root, hessian */
export let gradientMass: f64 = 0;
export let gradientRootMass: f64 = 0;
export let hessianMass: f64 = 0;

export const squaredObjective: i32 = 0;
export const absoluteObjective: i32 = 1;
export const huberObjective: i32 = 2;
export const quantileObjective: i32 = 3;
export const poissonObjective: i32 = 4;
export const tweedieObjective: i32 = 5;
export const logisticObjective: i32 = 6;
export const softmaxObjective: i32 = 7;

/** Poisson hessians are taken this much further up, which keeps steps small (LightGBM's poisson_max_delta_step). */
const poissonMargin: f64 = 2.0137527074704766;

let gradient: f64 = 0;
let hessian: f64 = 0;

/** Writes the pairs of output k for every training row. */
export function fillGradients(objective: i32, k: i32): void {
  if (objective == logisticObjective && rowWeights == 0) {
    fillLogistic();
    return;
  }
  const n = trainRows;
  const own = scores + <usize>k * <usize>scoreRows * 8;
  const chances = probabilities + <usize>k * <usize>n * 4;
  let mass: f64 = 0;
  let rootMass: f64 = 0;
  let curvature: f64 = 0;
  for (let i = 0; i < n; i++) {
    const y = load<f64>(targets + ((<usize>i) << 3));
    if (objective == softmaxObjective) softmaxPair(<f64>load<f32>(chances + ((<usize>i) << 2)), y == <f64>k);
    else pairOf(objective, load<f64>(own + ((<usize>i) << 3)), y);
    let g = gradient;
    let h = hessian;
    if (rowWeights != 0) {
      const weight = <f64>load<f32>(rowWeights + ((<usize>i) << 2));
      g *= weight;
      h *= weight;
    }
    const pair = gradients + ((<usize>i) << 3);
    const stored = <f32>g;
    const bend = <f32>h;
    store<f32>(pair, stored);
    store<f32>(pair, bend, 4);
    const size = abs(<f64>stored);
    mass += size;
    rootMass += sqrt(sqrt(size));
    curvature += <f64>bend;
  }
  gradientMass = mass;
  gradientRootMass = rootMass;
  hessianMass = curvature;
}

/** Two rows at a time; scores beyond +-708, where no f64 tells p from 0 or 1, are taken as that. */
function fillLogistic(): void {
  const n = trainRows;
  const one = f64x2.splat(1);
  const limit = f64x2.splat(708);
  let mass = f64x2.splat(0);
  let rootMass = f64x2.splat(0);
  let curvature = f64x2.splat(0);
  for (let i = 0; i < n; i += 2) {
    const last = i + 1 == n;
    const at = (<usize>i) << 3;
    const score = last ? v128.load64_zero(scores + at) : v128.load(scores + at);
    const y = last ? v128.load64_zero(targets + at) : v128.load(targets + at);
    const e = expTwo(f64x2.neg(f64x2.min(f64x2.abs(score), limit)));
    const far = f64x2.div(one, f64x2.add(one, e));
    const p = v128.bitselect(far, f64x2.mul(e, far), f64x2.ge(score, f64x2.splat(0)));
    const g = f32x4.demote_f64x2_zero(f64x2.sub(p, y));
    const h = f32x4.demote_f64x2_zero(f64x2.mul(p, f64x2.sub(one, p)));
    const pairs = v128.shuffle<i32>(g, h, 0, 4, 1, 5);
    let size = f64x2.abs(f64x2.promote_low_f32x4(g));
    let bend = f64x2.promote_low_f32x4(h);
    if (last) {
      v128.store64_lane(gradients + at, pairs, 0);
      size = f64x2.replace_lane(size, 1, 0);
      bend = f64x2.replace_lane(bend, 1, 0);
    } else {
      v128.store(gradients + at, pairs);
    }
    mass = f64x2.add(mass, size);
    rootMass = f64x2.add(rootMass, f64x2.sqrt(f64x2.sqrt(size)));
    curvature = f64x2.add(curvature, bend);
  }
  gradientMass = f64x2.extract_lane(mass, 0) + f64x2.extract_lane(mass, 1);
  gradientRootMass = f64x2.extract_lane(rootMass, 0) + f64x2.extract_lane(rootMass, 1);
  hessianMass = f64x2.extract_lane(curvature, 0) + f64x2.extract_lane(curvature, 1);
}

function pairOf(objective: i32, score: f64, y: f64): void {
  hessian = 1;
  if (objective == logisticObjective) {
    const p = sigmoid(score);
    gradient = p - y;
    hessian = p * (1 - p);
  } else if (objective == squaredObjective) {
    gradient = score - y;
  } else if (objective == absoluteObjective) {
    gradient = score > y ? 1 : score < y ? -1 : 0;
  } else if (objective == huberObjective) {
    gradient = max(-objectiveParameter, min(objectiveParameter, score - y));
  } else if (objective == quantileObjective) {
    gradient = score >= y ? 1 - objectiveParameter : -objectiveParameter;
  } else if (objective == poissonObjective) {
    const mean = exp(score);
    gradient = mean - y;
    hessian = mean * poissonMargin;
  } else {
    const first = exp((1 - objectiveParameter) * score);
    const second = exp((2 - objectiveParameter) * score);
    gradient = second - y * first;
    hessian = (2 - objectiveParameter) * second - y * (1 - objectiveParameter) * first;
  }
}

/** Diagonal of the hessian, times K / (K - 1) as the K scores have one degree of freedom less. */
function softmaxPair(p: f64, isOwn: bool): void {
  gradient = isOwn ? p - 1 : p;
  hessian = (objectiveParameter / (objectiveParameter - 1)) * p * (1 - p);
}

/** Softmax of the scores of every training row. */
export function softmaxProbabilities(classes: i32): void {
  const n = trainRows;
  const stride = (<usize>scoreRows) << 3;
  const outStride = (<usize>n) << 2;
  for (let i = 0; i < n; i++) {
    const row = scores + ((<usize>i) << 3);
    let highest = load<f64>(row);
    for (let k = 1; k < classes; k++) highest = max(highest, load<f64>(row + <usize>k * stride));
    let sum: f64 = 0;
    const out = probabilities + ((<usize>i) << 2);
    for (let k = 0; k < classes; k++) {
      const e = exp(load<f64>(row + <usize>k * stride) - highest);
      sum += e;
      store<f32>(out + <usize>k * outStride, <f32>e);
    }
    const factor = 1 / sum;
    for (let k = 0; k < classes; k++) {
      const at = out + <usize>k * outStride;
      store<f32>(at, <f32>(<f64>load<f32>(at) * factor));
    }
  }
}
