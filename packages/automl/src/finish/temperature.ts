/** Probabilities are kept this far from zero before their logarithm. */
const smallest = 1e-9;
const [leastInverse, mostInverse] = [0.1, 10];
const mostSteps = 50;

export interface LabelledProbabilities {
  /** class index per row */
  target: Float64Array;
  /** rows x classes, row-major */
  probabilities: Float64Array;
  classes: number;
  weights?: Float64Array | undefined;
}

/**
 * Temperature that lowers the log loss of the rows most (Guo et al. 2017): logits are divided by it, so that above 1
 * probabilities move towards each other. Newton's method on the inverse, in which the loss is convex; 0.1 to 10.
 */
export function fitTemperature({ target, probabilities, classes, weights }: LabelledProbabilities): number {
  const logits = probabilities.map((p) => Math.log(Math.max(p, smallest)));
  let inverse = 1;
  for (let step = 0; step < mostSteps; step++) {
    const { slope, curvature } = derivatives(logits, target, classes, weights, inverse);
    if (!(curvature > 0)) break;
    const next = Math.min(mostInverse, Math.max(leastInverse, inverse - slope / curvature));
    if (Math.abs(next - inverse) < 1e-9) return 1 / next;
    inverse = next;
  }
  return 1 / inverse;
}

function derivatives(
  logits: Float64Array,
  target: Float64Array,
  classes: number,
  weights: Float64Array | undefined,
  inverse: number,
): { slope: number; curvature: number } {
  let slope = 0;
  let curvature = 0;
  for (let row = 0; row < target.length; row++) {
    const at = row * classes;
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) top = Math.max(top, inverse * logits[at + k]!);
    let [total, first, second] = [0, 0, 0];
    for (let k = 0; k < classes; k++) {
      const z = logits[at + k]!;
      const e = Math.exp(inverse * z - top);
      total += e;
      first += e * z;
      second += e * z * z;
    }
    const mean = first / total;
    const weight = weights ? weights[row]! : 1;
    slope += weight * (mean - logits[at + target[row]!]!);
    curvature += weight * Math.max(0, second / total - mean * mean);
  }
  return { slope, curvature };
}

/** Probabilities, rows x classes, at a temperature; rows still sum to 1. */
export function applyTemperature(probabilities: ArrayLike<number>, classes: number, temperature: number): Float64Array {
  const result = new Float64Array(probabilities.length);
  for (let at = 0; at < result.length; at += classes) {
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) {
      result[at + k] = Math.log(Math.max(probabilities[at + k]!, smallest)) / temperature;
      top = Math.max(top, result[at + k]!);
    }
    let total = 0;
    for (let k = 0; k < classes; k++) {
      result[at + k] = Math.exp(result[at + k]! - top);
      total += result[at + k]!;
    }
    for (let k = 0; k < classes; k++) result[at + k]! /= total;
  }
  return result;
}
