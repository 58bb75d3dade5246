import { TreesError } from '../errors.ts';
import { planArena } from '../kernel/arena.ts';
import { connectBuffers, type Kernel, openKernel } from '../kernel/module.ts';
import { createPredictor } from '../model/predictor.ts';
import type { TreeEnsemble, TreeModel } from '../types.ts';
import { rowWeights } from '../weights.ts';
import { completeParameters } from './parameters.ts';
import { checkRows, learningRatesOf } from './rows.ts';
import { objectiveParameter, quantileOf } from './start.ts';
import type { BoostParameters, BoostRows, Objective } from './types.ts';

export interface RefitInput {
  model: TreeModel;
  /** rows to learn the values of the leaves from: newer ones, say. Same features and objective. */
  rows: BoostRows;
  /** share of the old value that stays, from 0 to 1; leaves that no row gets to keep all of it. Default 0.9 */
  decay?: number;
}

/** bytes of the table of leaves by row and tree */
const largestLeafTable = 2 ** 31;

type RefitBuffer = 'gradients' | 'targets' | 'rowWeights' | 'scores' | 'probabilities';

/**
 * Keeps the shape of a boosted model's trees and learns their values anew, tree by tree, as LightGBM's refit does: each
 * leaf's value becomes decay x old + (1 - decay) x Newton's step on the new rows. The model that is given stays as it
 * is. Throws INVALID_PARAMETER for models that were not boosted here and for monotone ones, INVALID_DATA for bad rows, and
 * MEMORY_LIMIT beyond 2 GB of leaf indexes (rows x trees x 4 bytes).
 */
export function refit({ model, rows, decay = 0.9 }: RefitInput): TreeModel {
  const { objective, parameters } = aboutOf(model, rows);
  const rates = learningRatesOf(model);
  if (!(decay >= 0 && decay <= 1)) throw new TreesError('INVALID_PARAMETER', 'decay must be a number from 0 to 1.');
  const { ensemble } = model;
  if (rows.rows * ensemble.trees * 4 > largestLeafTable) {
    throw new TreesError('MEMORY_LIMIT', `${rows.rows} rows and ${ensemble.trees} trees are too many. Use fewer rows.`);
  }
  const treesPerRound = ensemble.outputs / ensemble.leafWidth;
  const kernel = openData(rows, objective, parameters, ensemble);
  const predictor = createPredictor(model);
  const leaves = predictor.leaves(rows.features, rows.rows);
  predictor.dispose();
  const value = ensemble.value.slice();
  for (let t = 0; t < ensemble.trees; t++) {
    const first = ensemble.leafStart[t]!;
    const rate = rates.findLast(([from]) => from <= Math.floor(t / treesPerRound))?.[1] ?? parameters.learningRate;
    const leafOf = (row: number) => first + leaves[row * ensemble.trees + t]!;
    for (let j = 0; j < ensemble.leafWidth; j++) {
      const k = ensemble.leafWidth === 1 ? t % ensemble.outputs : j;
      if (k === 0 && objective.kind === 'softmax') kernel.exports.softmaxProbabilities(objective.classes);
      refitOutput(kernel, objective, parameters, k, rows.rows, leafOf, (leaf, step) => {
        const at = leaf * ensemble.leafWidth + j;
        value[at] = decay * ensemble.value[at]! + (1 - decay) * rate * step;
      });
    }
    for (let j = 0; j < ensemble.leafWidth; j++) {
      const k = ensemble.leafWidth === 1 ? t % ensemble.outputs : j;
      const scores = kernel.f64('scores').subarray(k * rows.rows, (k + 1) * rows.rows);
      for (let row = 0; row < rows.rows; row++) scores[row]! += value[leafOf(row) * ensemble.leafWidth + j]!;
    }
  }
  return { ...model, ensemble: { ...ensemble, value }, about: { ...model.about, refit: { rows: rows.rows, decay } } };
}

/** Calls `take` with the step of every leaf that rows get to. */
function refitOutput(
  kernel: Kernel<RefitBuffer>,
  objective: Objective,
  parameters: BoostParameters,
  k: number,
  count: number,
  leafOf: (row: number) => number,
  take: (leaf: number, step: number) => void,
): void {
  kernel.exports.fillGradients(kernel.exports[`${objective.kind}Objective`].value, k);
  const level = objective.kind === 'absolute' ? 0.5 : objective.kind === 'quantile' ? objective.level : null;
  if (level !== null) {
    refitQuantiles(kernel, level, count, leafOf, take);
    return;
  }
  const pairs = kernel.f32('gradients');
  const sums = new Map<number, [gradient: number, hessian: number]>();
  for (let row = 0; row < count; row++) {
    const leaf = leafOf(row);
    const sum = sums.get(leaf) ?? [0, 0];
    sum[0] += pairs[2 * row]!;
    sum[1] += pairs[2 * row + 1]!;
    sums.set(leaf, sum);
  }
  const { l1, l2, maxDeltaStep } = parameters;
  for (const [leaf, [g, h]] of sums) {
    const penalised = h + l2;
    const step = penalised > 0 ? (-Math.sign(g) * Math.max(0, Math.abs(g) - l1)) / penalised : 0;
    take(leaf, maxDeltaStep > 0 ? Math.max(-maxDeltaStep, Math.min(maxDeltaStep, step)) : step);
  }
}

function refitQuantiles(
  kernel: Kernel<RefitBuffer>,
  level: number,
  count: number,
  leafOf: (row: number) => number,
  take: (leaf: number, step: number) => void,
): void {
  const targets = kernel.f64('targets');
  const scores = kernel.f64('scores');
  const weights = kernel.arena.size.rowWeights > 0 ? kernel.f32('rowWeights') : null;
  const members = new Map<number, number[]>();
  for (let row = 0; row < count; row++) {
    const list = members.get(leafOf(row));
    if (list) list.push(row);
    else members.set(leafOf(row), [row]);
  }
  for (const [leaf, list] of members) {
    const residuals = Float64Array.from(list, (row) => targets[row]! - scores[row]!);
    take(leaf, quantileOf(residuals, weights && Float32Array.from(list, (row) => weights[row]!), level));
  }
}

function aboutOf(model: TreeModel, rows: BoostRows): { objective: Objective; parameters: BoostParameters } {
  const { objective, parameters } = model.about as { objective?: Objective; parameters?: BoostParameters };
  if (model.kind !== 'boosting' || !objective || !parameters) {
    throw new TreesError('INVALID_PARAMETER', 'Only a boosted model that knows its objective can be refitted.');
  }
  checkRows(rows, objective, 'new');
  if (model.ensemble.outputs !== (objective.kind === 'softmax' ? objective.classes : 1)) {
    throw new TreesError('INVALID_PARAMETER', 'The model has another number of outputs than its objective.');
  }
  const complete = completeParameters(parameters, rows.features.length);
  if (complete.monotone?.some((direction) => direction !== 0)) {
    throw new TreesError(
      'INVALID_PARAMETER',
      'A monotone model is not refitted: new values could break its order. Fit it again.',
    );
  }
  return { objective, parameters: complete };
}

function openData(
  rows: BoostRows,
  objective: Objective,
  parameters: BoostParameters,
  ensemble: TreeEnsemble,
): Kernel<RefitBuffer> {
  const weights = rowWeights(rows, objective, parameters.classWeights);
  const { outputs, base } = ensemble;
  const kernel = openKernel(
    planArena<RefitBuffer>({
      gradients: 8 * rows.rows,
      targets: 8 * rows.rows,
      rowWeights: weights ? 4 * rows.rows : 0,
      scores: 8 * rows.rows * outputs,
      probabilities: objective.kind === 'softmax' ? 4 * rows.rows * outputs : 0,
    }),
  );
  connectBuffers(kernel);
  kernel.f64('targets').set(rows.target);
  if (weights) kernel.f32('rowWeights').set(weights);
  kernel.exports.trainRows.value = rows.rows;
  kernel.exports.scoreRows.value = rows.rows;
  kernel.exports.objectiveParameter.value = objectiveParameter(objective);
  const scores = kernel.f64('scores');
  for (let k = 0; k < outputs; k++) scores.fill(base[k]!, k * rows.rows, (k + 1) * rows.rows);
  return kernel;
}
