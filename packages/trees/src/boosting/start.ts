import type { KernelExports } from '../generated/kernel.ts';
import type { Objective } from './types.ts';

/**
 * The best constant score per output ("boost from average"): mean, median, quantile, log of the mean, log odds, log of
 * the class shares. A share of zero counts as half a row, so that no class is impossible.
 */
export function startScores(
  objective: Objective,
  target: Float64Array,
  weights: Float32Array | null,
  kernel: Pick<KernelExports, 'log'>,
): Float64Array {
  if (objective.kind === 'softmax') {
    const sums = new Float64Array(objective.classes);
    for (let i = 0; i < target.length; i++) sums[target[i]!]! += weights ? weights[i]! : 1;
    const total = sums.reduce((sum, one) => sum + one, 0);
    return sums.map((sum) => kernel.log(share(sum, total, target.length)));
  }
  if (objective.kind === 'absolute') return Float64Array.of(quantileOf(target, weights, 0.5));
  if (objective.kind === 'quantile') return Float64Array.of(quantileOf(target, weights, objective.level));
  const mean = weightedMean(target, weights);
  if (objective.kind === 'logistic') {
    const p = share(mean, 1, target.length);
    return Float64Array.of(kernel.log(p) - kernel.log(1 - p));
  }
  if (objective.kind === 'poisson' || objective.kind === 'tweedie') {
    return Float64Array.of(kernel.log(Math.max(mean, 1e-12)));
  }
  return Float64Array.of(mean);
}

function share(part: number, total: number, rows: number): number {
  const least = 0.5 / Math.max(1, rows);
  return total > 0 ? Math.min(1 - least, Math.max(least, part / total)) : 0.5;
}

function weightedMean(target: Float64Array, weights: Float32Array | null): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < target.length; i++) {
    const weight = weights ? weights[i]! : 1;
    sum += weight * target[i]!;
    total += weight;
  }
  return total > 0 ? sum / total : 0;
}

/** Between neighbours in proportion without weights; the first value with the level's share of the weight otherwise. */
export function quantileOf(target: Float64Array, weights: Float32Array | null, level: number): number {
  if (!weights) {
    const sorted = target.slice().sort();
    const place = level * (sorted.length - 1);
    const below = Math.floor(place);
    const value = sorted[below] ?? 0;
    return value + (place - below) * ((sorted[below + 1] ?? value) - value);
  }
  const order = Array.from(target.keys()).sort((a, b) => target[a]! - target[b]! || a - b);
  const total = weights.reduce((sum, one) => sum + one, 0);
  let sum = 0;
  for (const row of order) {
    sum += weights[row]!;
    if (sum >= level * total) return target[row]!;
  }
  return target[order.at(-1) ?? 0] ?? 0;
}

/** What the kernel needs to know of the objective besides its kind. */
export function objectiveParameter(objective: Objective): number {
  if (objective.kind === 'huber') return objective.delta;
  if (objective.kind === 'quantile') return objective.level;
  if (objective.kind === 'tweedie') return objective.power;
  return objective.kind === 'softmax' ? objective.classes : 0;
}
