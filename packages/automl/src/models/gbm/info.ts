import { recipeFor } from '../../features/recipe-space.ts';
import { withinSpace } from '../config.ts';
import { treeTraits } from '../trees/traits.ts';
import type { Config, DataFacts, FamilyDescription } from '../types.ts';
import { nearestConfigs } from './zero-shot.ts';

/**
 * Ranges of TabArena's LightGBM search, penalties and leaves up to where FLAML's go; starting configs are those of
 * AutoGluon's, pytabkit's and FLAML's tuned defaults.
 */
export const gbmInfo = {
  id: 'gbm',
  label: 'Gradient boosting',
  description:
    'Many small decision trees, each correcting the ones before. Usually the strongest single model on tables; handles missing values and categories by itself.',
  ...treeTraits,
  relativeCost: 1,
  costByClass: true,
  openingPlaces: [2, 4, 4.5],
  space: {
    learningRate: {
      kind: 'float',
      label: 'Learning rate',
      short: 'lr',
      min: 0.005,
      max: 0.2,
      log: true,
      default: 0.04,
      lowCost: 0.1,
      costPower: -0.8,
      quickenTo: 0.2,
    },
    maxLeaves: {
      kind: 'int',
      label: 'Leaves per tree',
      short: 'leaves',
      min: 2,
      max: 400,
      log: true,
      default: 50,
      lowCost: 4,
      costPower: 0.4,
    },
    maxDepth: { kind: 'int', label: 'Depth limit (0: none)', short: 'depth', min: 0, max: 12, default: 0 },
    minDataInLeaf: {
      kind: 'int',
      label: 'Rows per leaf at least',
      short: 'min rows',
      min: 1,
      max: 64,
      log: true,
      default: 40,
    },
    minHessian: {
      kind: 'float',
      label: 'Weight per leaf at least',
      short: 'min weight',
      min: 1e-7,
      max: 5,
      log: true,
      default: 1e-7,
    },
    featureFraction: {
      kind: 'float',
      label: 'Share of features per tree',
      short: 'features',
      min: 0.35,
      max: 1,
      default: 1,
      costPower: 0.8,
    },
    rowFraction: { kind: 'float', label: 'Share of rows per tree', short: 'rows', min: 0.5, max: 1, default: 0.75 },
    l1: { kind: 'float', label: 'L1 penalty', short: 'L1', min: 1e-4, max: 20, log: true, default: 1e-4 },
    l2: { kind: 'float', label: 'L2 penalty', short: 'L2', min: 1e-4, max: 50, log: true, default: 1e-4 },
    extraRandom: {
      kind: 'choice',
      label: 'Random thresholds',
      short: 'random thresholds',
      values: [false, true],
      default: false,
    },
    categoryL2: {
      kind: 'float',
      label: 'L2 penalty for categories',
      short: 'cat L2',
      when: { levelsAbove: 0 },
      min: 0.005,
      max: 10,
      log: true,
      default: 10,
    },
    categorySmoothing: {
      kind: 'float',
      label: 'Category smoothing',
      short: 'cat smoothing',
      when: { levelsAbove: 0 },
      min: 0.001,
      max: 100,
      log: true,
      default: 10,
    },
    maxCategoriesToOneHot: {
      kind: 'int',
      label: 'One level against the rest up to',
      short: 'one-vs-rest up to',
      when: { levelsAbove: 0 },
      min: 2,
      max: 100,
      log: true,
      default: 4,
    },
    minDataPerGroup: {
      kind: 'int',
      label: 'Rows per category group at least',
      short: 'min group rows',
      when: { levelsAbove: 0 },
      min: 2,
      max: 100,
      log: true,
      default: 100,
    },
  },
  startingConfigs,
} as const satisfies FamilyDescription;

function startingConfigs(facts: DataFacts): Config[] {
  const first: Config =
    facts.task === 'regression'
      ? { learningRate: 0.05, maxLeaves: 100, minDataInLeaf: 3, rowFraction: 0.7 }
      : { learningRate: 0.04, maxLeaves: 50, minDataInLeaf: 40, rowFraction: 0.75 };
  const depth: Config =
    facts.task === 'regression'
      ? { learningRate: 0.05, maxLeaves: 200, maxDepth: 9, minDataInLeaf: 1, minHessian: 2, rowFraction: 0.7 }
      : {
          learningRate: 0.08,
          maxLeaves: 64,
          maxDepth: 6,
          minDataInLeaf: 1,
          minHessian: 5e-6,
          rowFraction: 0.65,
          featureFraction: 0.9,
        };
  const x = { extraRandom: true };
  // AutoGluon's GBM_PREP: the same boosting on features made of the columns
  const made = recipeFor(facts, {
    targetMeans: true,
    categoryPairs: 24,
    arithmetic: 24,
    textTopics: 32,
    dateGaps: true,
  });
  const smallMade = { ...entry(0.03976, 16, 0.5792, 0.9592, 1, 0.9385, 0.99, 1.896, 0.0215, 27, 39), ...made };
  const randomMade = { ...entry(0.01932, 64, 0.5534, 0.9923, 28, 0.9144, 1.904, 0.0143, 1.866, 18, 54), ...x, ...made };
  const configs = [
    first,
    // learning rate, leaves, features, rows, rows per leaf, l1, l2, category l2, smoothing, one-hot, group
    { ...entry(0.01786, 39, 0.4622, 0.8769, 3, 0.2375, 0.3552, 0.3418, 15.43, 16, 9), ...x },
    ...nearestConfigs(facts, gbmInfo.space.maxLeaves.max).map((config) => withinSpace(config, gbmInfo.space)),
    smallMade,
    entry(0.01139, 84, 0.528, 0.9784, 3, 0.0269, 0.8375, 0.1553, 0.0093, 42, 75),
    depth,
    { ...entry(0.01798, 180, 0.4045, 0.9501, 12, 0.7662, 1.604, 0.2159, 0.0638, 11, 3), ...x },
    { ...entry(0.01267, 5, 0.7335, 0.8541, 12, 0.2413, 0.2981, 0.011, 5.09, 67, 93), ...x },
    randomMade,
    entry(0.0079, 8, 0.94, 0.8148, 24, 0.4369, 0.2998, 10, 10, 4, 100),
    entry(0.00907, 2, 0.5876, 0.8406, 17, 0.0789, 0.7713, 10, 10, 4, 100),
    entry(0.00795, 111, 0.9551, 0.7199, 3, 0.111, 0.5969, 10, 11.1, 4, 100),
    { ...entry(0.0947, 23, 0.7825, 0.7036, 13, 0.37, 0.034, 10, 10, 4, 100), ...x },
    entry(0.0309, 24, 0.4905, 0.7801, 1, 0.6421, 0.5813, 10, 0.134, 4, 100),
    { ...entry(0.04127, 128, 0.6189, 0.8836, 9, 0.6514, 1.738, 10, 10, 4, 100), ...x, ...made },
  ];
  // Trees cannot tell hundreds of levels apart by themselves: what the levels say of the target comes first there.
  if ((facts.made?.manyLevels ?? 0) === 0) return configs;
  const early = [smallMade, first, randomMade];
  return [...early, ...configs.filter((config) => !early.includes(config))];
}

function entry(
  learningRate: number,
  maxLeaves: number,
  featureFraction: number,
  rowFraction: number,
  minDataInLeaf: number,
  l1: number,
  l2: number,
  categoryL2: number,
  categorySmoothing: number,
  maxCategoriesToOneHot: number,
  minDataPerGroup: number,
): Config {
  return {
    learningRate,
    maxLeaves,
    featureFraction,
    rowFraction,
    minDataInLeaf,
    l1,
    l2,
    categoryL2,
    categorySmoothing,
    maxCategoriesToOneHot,
    minDataPerGroup,
  };
}
