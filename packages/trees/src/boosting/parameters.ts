import { TreesError } from '../errors.ts';
import type { BoostParameters, Objective } from './types.ts';

/** LightGBM's defaults. */
export const defaultBoostParameters: BoostParameters = {
  rounds: 100,
  learningRate: 0.1,
  growth: 'leafWise',
  maxLeaves: 31,
  maxDepth: 0,
  minDataInLeaf: 20,
  minHessian: 1e-3,
  minGain: 0,
  l1: 0,
  l2: 0,
  maxDeltaStep: 0,
  pathSmoothing: 0,
  featureFraction: 1,
  featureFractionByNode: 1,
  rowFraction: 1,
  goss: null,
  extraRandom: false,
  monotone: null,
  maxCategoriesToOneHot: 4,
  maxCategoriesPerSplit: 32,
  categorySmoothing: 10,
  categoryL2: 10,
  minDataPerGroup: 100,
  classWeights: null,
  histogram: 'auto',
  histogramPoolBytes: 512 * 2 ** 20,
};

const ranges: Partial<Record<keyof BoostParameters, [min: number, max: number, whole?: boolean]>> = {
  rounds: [0, 1e6, true],
  learningRate: [1e-12, 1e3],
  maxLeaves: [1, 131_072, true],
  maxDepth: [0, 1e6, true],
  minDataInLeaf: [0, 2 ** 31 - 1],
  minHessian: [0, 1e300],
  minGain: [0, 1e300],
  l1: [0, 1e300],
  l2: [0, 1e300],
  maxDeltaStep: [0, 1e300],
  pathSmoothing: [0, 1e300],
  featureFraction: [1e-9, 1],
  featureFractionByNode: [1e-9, 1],
  rowFraction: [1e-9, 1],
  maxCategoriesToOneHot: [0, 256, true],
  maxCategoriesPerSplit: [1, 256, true],
  categorySmoothing: [0, 1e300],
  categoryL2: [0, 1e300],
  minDataPerGroup: [0, 2 ** 31 - 1],
  histogramPoolBytes: [0, 2 ** 32],
};

const growths: readonly BoostParameters['growth'][] = ['leafWise', 'depthWise'];
const histograms: readonly BoostParameters['histogram'][] = ['auto', 'packed', 'float'];
const objectives: readonly Objective['kind'][] = [
  'squared',
  'absolute',
  'huber',
  'quantile',
  'poisson',
  'tweedie',
  'logistic',
  'softmax',
];

/** Fills in defaults. Throws INVALID_PARAMETER with the name and the range of what does not make sense. */
export function completeParameters(given: Partial<BoostParameters>, features: number): BoostParameters {
  const parameters = { ...defaultBoostParameters, ...given };
  for (const [name, [min, max, whole]] of Object.entries(ranges)) {
    const value = parameters[name as keyof BoostParameters];
    const fits = typeof value === 'number' && value >= min && value <= max && (!whole || Number.isInteger(value));
    if (!fits) refuse(`${name} must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}, not ${value}.`);
  }
  const { goss, monotone } = parameters;
  if (!growths.includes(parameters.growth)) refuse(`growth must be ${growths.join(' or ')}, not ${parameters.growth}.`);
  if (!histograms.includes(parameters.histogram)) {
    refuse(`histogram must be one of ${histograms.join(', ')}, not ${parameters.histogram}.`);
  }
  if (goss && !(goss.top > 0 && goss.other > 0 && goss.top + goss.other <= 1)) {
    refuse('goss needs shares above 0 whose sum is at most 1.');
  }
  if (monotone && !(Array.isArray(monotone) && monotone.length === features)) {
    refuse(`monotone needs one direction per feature: ${features}, not ${monotone.length}.`);
  }
  const odd = monotone?.find((direction) => ![-1, 0, 1].includes(direction));
  if (odd !== undefined) refuse(`monotone takes 1 (rising), -1 (falling) and 0 (free), not ${odd}.`);
  return parameters;
}

/** Throws INVALID_PARAMETER or INVALID_DATA where the objective or its targets do not make sense. */
export function checkObjective(objective: Objective, target: Float64Array): void {
  if (!objectives.includes(objective.kind)) {
    refuse(`The objective must be one of ${objectives.join(', ')}, not ${objective.kind}.`);
  }
  if (objective.kind === 'huber' && !(objective.delta > 0)) refuse('huber needs a delta above 0.');
  if (objective.kind === 'quantile' && !(objective.level > 0 && objective.level < 1)) {
    refuse('quantile needs a level between 0 and 1.');
  }
  if (objective.kind === 'tweedie' && !(objective.power > 1 && objective.power < 2)) {
    refuse('tweedie needs a power between 1 and 2; use poisson for 1.');
  }
  if (objective.kind === 'softmax' && !(Number.isInteger(objective.classes) && objective.classes >= 2)) {
    refuse('softmax needs at least two classes.');
  }
  const problem = problemOfTargets(objective);
  for (let row = 0; row < target.length; row++) {
    const value = target[row]!;
    if (problem.holds(value)) continue;
    throw new TreesError(
      'INVALID_DATA',
      `The target of row ${row} is ${value}; ${objective.kind} needs ${problem.needs}.`,
    );
  }
}

function problemOfTargets(objective: Objective): { needs: string; holds(value: number): boolean } {
  if (objective.kind === 'logistic') return { needs: '0 or 1', holds: (value) => value === 0 || value === 1 };
  if (objective.kind === 'softmax') {
    const { classes } = objective;
    return {
      needs: `whole numbers from 0 to ${classes - 1}`,
      holds: (value) => Number.isInteger(value) && value >= 0 && value < classes,
    };
  }
  // gradients are kept as f32
  if (objective.kind === 'poisson' || objective.kind === 'tweedie') {
    return { needs: 'numbers from 0 to 1e30', holds: (value) => value >= 0 && value <= 1e30 };
  }
  return { needs: 'numbers between -1e30 and 1e30', holds: (value) => Math.abs(value) <= 1e30 };
}

function refuse(message: string): never {
  throw new TreesError('INVALID_PARAMETER', message);
}
