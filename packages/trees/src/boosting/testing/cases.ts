import { fitBinning } from '../../binning/fit.ts';
import type { Draw } from '../../model/testing.ts';
import type { FeatureBinning, FeatureInput } from '../../types.ts';
import { completeParameters } from '../parameters.ts';
import type { BoostParameters, BoostRows, Objective } from '../types.ts';

/** A small fit with everything in it: kinds of features, missing values, weights, parameters. */
export interface SmallCase {
  train: BoostRows;
  objective: Objective;
  binning: FeatureBinning[];
  parameters: BoostParameters;
}

export const objectives: readonly Objective[] = [
  { kind: 'squared' },
  { kind: 'absolute' },
  { kind: 'huber', delta: 0.7 },
  { kind: 'quantile', level: 0.3 },
  { kind: 'poisson' },
  { kind: 'tweedie', power: 1.4 },
  { kind: 'logistic' },
  { kind: 'softmax', classes: 3, trees: 'perClass' },
];

export function below(draw: Draw, limit: number): number {
  return Math.floor(draw() * limit);
}

export function oneOf<T>(draw: Draw, values: readonly T[]): T {
  return values[below(draw, values.length)]!;
}

/** Close enough to normal. */
export function normal(draw: Draw): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += draw();
  return sum;
}

export function drawCase(draw: Draw, objective: Objective): SmallCase {
  const rows = draw() < 0.2 ? 2 + below(draw, 6) : 6 + below(draw, 35);
  const features: FeatureInput[] = [];
  while (features.length === 0 || draw() < 0.5) features.push(...drawFeatures(draw, rows));
  const target = drawTarget(draw, objective, rows);
  const train: BoostRows = { features, rows, target };
  if (draw() < 0.4)
    train.weights = Float64Array.from({ length: rows }, () => oneOf(draw, [0, 0.5, 1, 1, 2, 3.7, 1e-3, 50]));
  if (train.weights?.every((weight) => weight === 0)) train.weights[0] = 1;
  const binning = fitBinning(features, rows, {
    minDataInBin: 1 + below(draw, 2),
    maxBins: oneOf(draw, [3, 8, 255]),
    minLevelCount: 1 + below(draw, 2),
  });
  return { train, objective, binning, parameters: drawParameters(draw, features) };
}

function drawFeatures(draw: Draw, rows: number): FeatureInput[] {
  const kind = draw();
  if (kind < 0.5) return [drawNumbers(draw, rows)];
  if (kind < 0.6) return drawExclusive(draw, rows);
  return [drawCodes(draw, rows, kind < 0.8 ? 2 + below(draw, 3) : 5 + below(draw, 5))];
}

export function drawNumbers(draw: Draw, rows: number): FeatureInput {
  const missing = oneOf(draw, [0, 0, 0.2, 0.7]);
  const steps = oneOf(draw, [2, 5, 12, 1e9]);
  const values = Float64Array.from({ length: rows }, () => (draw() < missing ? NaN : below(draw, steps) - steps / 3));
  return { kind: 'numeric', values };
}

export function drawCodes(draw: Draw, rows: number, levels: number): FeatureInput {
  const missing = oneOf(draw, [0, 0.2]);
  const codes = Int32Array.from({ length: rows }, () => (draw() < missing ? -1 : below(draw, levels)));
  return { kind: 'categorical', codes, levels };
}

/** Columns of which no row has two away from zero: they come to share a column of the matrix. */
export function drawExclusive(draw: Draw, rows: number): FeatureInput[] {
  const count = 2 + below(draw, 4);
  const owner = Int32Array.from({ length: rows }, () => below(draw, 4 * count));
  return Array.from({ length: count }, (_, column): FeatureInput => {
    const own = Int32Array.from(owner.keys()).filter((row) => owner[row] === column);
    return { kind: 'sparse', rows: own, values: Float64Array.from(own, () => 1 + below(draw, 3)) };
  });
}

export function drawTarget(draw: Draw, objective: Objective, rows: number): Float64Array {
  return Float64Array.from({ length: rows }, () => {
    if (objective.kind === 'logistic') return draw() < 0.4 ? 1 : 0;
    if (objective.kind === 'softmax') return below(draw, objective.classes);
    if (objective.kind === 'poisson') return below(draw, 6);
    if (objective.kind === 'tweedie') return draw() < 0.4 ? 0 : 5 * draw();
    return 3 * normal(draw);
  });
}

/** Mostly the default, sometimes something else. */
function drawParameters(draw: Draw, features: readonly FeatureInput[]): BoostParameters {
  const rarely = <T>(usual: T, others: readonly T[]): T => (draw() < 0.25 ? oneOf(draw, others) : usual);
  const monotone = features.map(({ kind }) => (kind === 'categorical' ? 0 : oneOf(draw, [-1, 0, 1] as const)));
  return completeParameters(
    {
      rounds: 1,
      maxLeaves: 2,
      learningRate: 0.3,
      minDataInLeaf: oneOf(draw, [0, 1, 1, 2, 3, 5]),
      minHessian: rarely(1e-3, [0, 0.5, 2]),
      minGain: rarely(0, [1e-3, 0.5, 3]),
      l1: rarely(0, [1e-3, 0.5, 2]),
      l2: rarely(0, [1e-3, 1, 10]),
      maxDeltaStep: rarely(0, [0.05, 0.5]),
      pathSmoothing: rarely(0, [0.5, 5]),
      monotone: rarely(null, [monotone]),
      maxCategoriesToOneHot: rarely(4, [0, 2, 8]),
      maxCategoriesPerSplit: rarely(32, [1, 2, 3]),
      categorySmoothing: oneOf(draw, [0, 1, 1, 2, 10]),
      categoryL2: oneOf(draw, [0, 1, 10]),
      minDataPerGroup: oneOf(draw, [0, 1, 3, 5]),
    },
    features.length,
  );
}
