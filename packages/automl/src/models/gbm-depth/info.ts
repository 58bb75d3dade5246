import { treeTraits } from '../trees/traits.ts';
import type { Config, DataFacts, FamilyDescription } from '../types.ts';

/** Ranges of TabArena's XGBoost search; starting configs are those of pytabkit, XGBoost and H2O. */
export const gbmDepthInfo = {
  id: 'gbm-depth',
  label: 'Level-by-level boosting',
  description:
    'Boosted trees that split every node of a level before the next, up to a depth. Other mistakes than those of trees that follow the largest gain, so the two go well together.',
  ...treeTraits,
  relativeCost: 0.7,
  costByClass: true,
  openingPlaces: [6],
  space: {
    learningRate: {
      kind: 'float',
      label: 'Learning rate',
      short: 'lr',
      min: 0.005,
      max: 0.2,
      log: true,
      default: 0.08,
      lowCost: 0.1,
      costPower: -0.8,
      quickenTo: 0.2,
    },
    maxDepth: {
      kind: 'int',
      label: 'Depth',
      short: 'depth',
      min: 4,
      max: 10,
      log: true,
      default: 6,
      lowCost: 4,
      costPower: 1.5,
    },
    minHessian: {
      kind: 'float',
      label: 'Weight per leaf at least',
      short: 'min weight',
      min: 0.001,
      max: 5,
      log: true,
      default: 0.001,
    },
    rowFraction: { kind: 'float', label: 'Share of rows per tree', short: 'rows', min: 0.6, max: 1, default: 0.65 },
    featureFraction: {
      kind: 'float',
      label: 'Share of features per tree',
      short: 'features',
      min: 0.6,
      max: 1,
      default: 1,
    },
    featureFractionByNode: {
      kind: 'float',
      label: 'Share of features per split',
      short: 'features per split',
      min: 0.6,
      max: 1,
      default: 0.9,
    },
    l1: { kind: 'float', label: 'L1 penalty', short: 'L1', min: 1e-4, max: 5, log: true, default: 1e-4 },
    l2: { kind: 'float', label: 'L2 penalty', short: 'L2', min: 1e-4, max: 5, log: true, default: 1e-4 },
  },
  startingConfigs,
} as const satisfies FamilyDescription;

function startingConfigs(facts: DataFacts): Config[] {
  const tuned: Config =
    facts.task === 'regression'
      ? { learningRate: 0.05, maxDepth: 9, minHessian: 2, rowFraction: 0.7, featureFractionByNode: 1 }
      : { learningRate: 0.08, maxDepth: 6, minHessian: 0.001, rowFraction: 0.65, featureFractionByNode: 0.9 };
  return [
    tuned,
    // learning rate, depth, weight, rows, features per tree and per split, l1, l2
    entry(0.03, 10, 5, 0.6, 0.8, 0.8, 1e-4, 1),
    entry(0.05, 5, 3, 0.8, 0.8, 0.8, 1e-4, 1),
    entry(0.1, 6, 1, 1, 1, 1, 1e-4, 1),
    entry(0.015, 8, 0.01, 0.9, 1, 0.6, 0.5, 2),
    entry(0.02, 4, 0.1, 0.8, 0.6, 1, 0.05, 0.3),
  ];
}

function entry(
  learningRate: number,
  maxDepth: number,
  minHessian: number,
  rowFraction: number,
  featureFraction: number,
  featureFractionByNode: number,
  l1: number,
  l2: number,
): Config {
  return { learningRate, maxDepth, minHessian, rowFraction, featureFraction, featureFractionByNode, l1, l2 };
}
