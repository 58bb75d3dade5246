import type { TaskKind } from '@laurel/contracts';

export interface Watch {
  curve: [number, number][];
  bestIteration: number;
  bestScore: number;
  /** takes the validation predictions of an iteration; true when they are the best so far */
  see(iteration: number, predictions: Float64Array): boolean;
  /** true when the best is further back than the patience allows */
  isOver(iteration: number): boolean;
}

/**
 * Keeps the best iteration by the experiment's metric, ties and undefined scores by log loss or squared error. It is
 * over after `patience(best)` iterations without a better one.
 */
export function createWatch(input: {
  task: TaskKind;
  classes: number;
  target: Float64Array;
  metric: { higherIsBetter: boolean; score(target: Float64Array, predictions: Float64Array): number };
  patience: (bestIteration: number) => number;
  onIteration: ((iteration: number, validationScore: number) => void) | undefined;
}): Watch {
  let bestLoss = Number.POSITIVE_INFINITY;
  const watch: Watch = {
    curve: [],
    bestIteration: 0,
    bestScore: Number.NaN,
    see(iteration, predictions) {
      const score = input.metric.score(input.target, predictions);
      const loss = validationLoss(input.task, input.classes, input.target, predictions);
      if (Number.isFinite(score)) {
        watch.curve.push([iteration, score]);
        input.onIteration?.(iteration, score);
      }
      const gap = (score - watch.bestScore) * (input.metric.higherIsBetter ? 1 : -1);
      const known = Number.isFinite(score) && Number.isFinite(watch.bestScore);
      // logarithms may differ in their last bits between versions of Node: what differs less is equal
      const lossIsBetter = bestLoss - loss > 1e-9 * Math.abs(bestLoss);
      const better = known && Math.abs(gap) > 1e-9 * Math.abs(score) ? gap > 0 : lossIsBetter;
      const first = bestLoss === Number.POSITIVE_INFINITY && Number.isFinite(loss);
      if (!better && !first) return false;
      watch.bestIteration = iteration;
      watch.bestScore = score;
      bestLoss = loss;
      return true;
    },
    isOver: (iteration) => iteration - watch.bestIteration >= input.patience(watch.bestIteration),
  };
  return watch;
}

/**
 * Mean log loss (probabilities clipped at 1e-15) or mean squared error. Math.log is not the same to the last bit in all
 * versions of Node: compare with a tolerance.
 */
export function validationLoss(
  task: TaskKind,
  classes: number,
  target: Float64Array,
  predictions: Float64Array,
): number {
  let sum = 0;
  for (let i = 0; i < target.length; i++) {
    const error = task === 'regression' ? predictions[i]! - target[i]! : 0;
    if (task === 'regression') sum += error * error;
    else sum -= Math.log(Math.max(predictions[i * classes + target[i]!]!, 1e-15));
  }
  return sum / Math.max(1, target.length);
}
