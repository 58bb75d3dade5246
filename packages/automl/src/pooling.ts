/** Smaller probabilities count as this: one model that is wrongly sure does not decide for all. */
const smallest = 1e-9;

/** What models answer together, by weights that sum to 1: values by their mean, probabilities by their geometric mean. */
export function pooledMean<P extends { weight: number }>(
  parts: readonly P[],
  outputs: number,
  answer: (part: P) => Float64Array,
): Float64Array {
  // what one model says is left as it is
  return outputs > 1 && parts.length > 1 ? geometricMean(parts, outputs, answer) : weightedSum(parts, answer);
}

/** Sum of what the parts answer by their weights, in their order, so that a row gives the same numbers in every call. */
export function weightedSum<P extends { weight: number }>(
  parts: readonly P[],
  answer: (part: P) => Float64Array,
): Float64Array {
  return pooled(parts, answer, (total, values, weight) => {
    for (let i = 0; i < values.length; i++) total[i]! += weight * values[i]!;
  });
}

/** Geometric mean of probabilities (rows x classes) by weights that sum to 1, in the order of the parts; a row sums to 1. */
function geometricMean<P extends { weight: number }>(
  parts: readonly P[],
  classes: number,
  answer: (part: P) => Float64Array,
): Float64Array {
  const total = pooled(parts, answer, addLogarithms);
  normaliseLogarithms(total, classes);
  return total;
}

function pooled<P extends { weight: number }>(
  parts: readonly P[],
  answer: (part: P) => Float64Array,
  add: (total: Float64Array, values: Float64Array, weight: number) => void,
): Float64Array {
  let total: Float64Array | null = null;
  for (const part of parts) {
    const values = answer(part);
    total ??= new Float64Array(values.length);
    add(total, values, part.weight);
  }
  return total ?? new Float64Array(0);
}

/** Adds the weighted logarithms of some values; `at` is where the first of them goes. */
export function addLogarithms(into: Float64Array, values: ArrayLike<number>, weight: number, at = 0): void {
  for (let i = 0; i < values.length; i++) into[at + i]! += weight * Math.log(Math.max(values[i]!, smallest));
}

/** From mean logarithms (rows x classes) to probabilities, in place; a row sums to 1. */
export function normaliseLogarithms(values: Float64Array, classes: number): void {
  for (let at = 0; at < values.length; at += classes) softmax(values, at, classes);
}

/** Logits of one row, `count` of them from `at` on, to probabilities in place. */
export function softmax(values: Float64Array, at: number, count: number): void {
  let top = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < count; k++) top = Math.max(top, values[at + k]!);
  let total = 0;
  for (let k = 0; k < count; k++) {
    values[at + k] = Math.exp(values[at + k]! - top);
    total += values[at + k]!;
  }
  for (let k = 0; k < count; k++) values[at + k]! /= total;
}
