import { planArena } from '../../kernel/arena.ts';
import { connectBuffers, openKernel } from '../../kernel/module.ts';
import { objectiveParameter } from '../start.ts';
import type { Objective } from '../types.ts';

/** Gradient and hessian of every row, weights included, as the kernel keeps them: numbers that fit f32. */
export interface Pairs {
  gradient: Float64Array;
  hessian: Float64Array;
}

export interface FilledPairs extends Pairs {
  gradientMass: number;
  gradientRootMass: number;
  hessianMass: number;
}

/** The kernel's pairs of output k at `scores` (rows x outputs). */
export function pairsAt(
  objective: Objective,
  target: Float64Array,
  scores: Float64Array,
  weights: Float32Array | null = null,
  k = 0,
): FilledPairs {
  const rows = target.length;
  const classes = objective.kind === 'softmax' ? objective.classes : 1;
  const kernel = openKernel(
    planArena({
      gradients: 8 * rows,
      targets: 8 * rows,
      rowWeights: weights ? 4 * rows : 0,
      scores: 8 * rows * classes,
      probabilities: classes > 1 ? 4 * rows * classes : 0,
    }),
  );
  const { exports } = kernel;
  connectBuffers(kernel);
  kernel.f64('targets').set(target);
  if (weights) kernel.f32('rowWeights').set(weights);
  const byOutput = kernel.f64('scores');
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < classes; c++) byOutput[c * rows + row] = scores[row * classes + c]!;
  }
  exports.trainRows.value = rows;
  exports.scoreRows.value = rows;
  exports.objectiveParameter.value = objectiveParameter(objective);
  if (classes > 1) exports.softmaxProbabilities(classes);
  exports.fillGradients(exports[`${objective.kind}Objective`].value, k);
  const pairs = kernel.f32('gradients');
  return {
    gradient: Float64Array.from({ length: rows }, (_, row) => pairs[2 * row]!),
    hessian: Float64Array.from({ length: rows }, (_, row) => pairs[2 * row + 1]!),
    gradientMass: exports.gradientMass.value,
    gradientRootMass: exports.gradientRootMass.value,
    hessianMass: exports.hessianMass.value,
  };
}

/** The same scores for every row. */
export function constantScores(rows: number, base: Float64Array): Float64Array {
  return Float64Array.from({ length: rows * base.length }, (_, i) => base[i % base.length]!);
}
