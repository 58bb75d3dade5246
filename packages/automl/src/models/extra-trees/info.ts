import type { Config, DataFacts, FamilyDescription } from '../types.ts';

/** Ranges of TabArena's search; starting configs are those of AutoGluon's portfolio. */
export const extraTreesInfo = {
  id: 'extra-trees',
  label: 'Extra trees',
  description:
    'The mean of deep trees whose thresholds are drawn at random. Quick, smooth, and a good partner of boosting in an ensemble.',
  tasks: ['binary', 'multiclass', 'regression'],
  needs: { runtime: 'none', scaling: false, encoding: 'codes' },
  reference: false,
  combines: false,
  iterationLabel: 'tree',
  relativeCost: 2.5,
  costByClass: false,
  openingPlaces: [3],
  space: {
    maxFeatures: {
      kind: 'choice',
      label: 'Share of features per split',
      short: 'features',
      values: ['sqrt', 0.5, 0.75, 1],
      default: 0.75,
    },
    maxLeaves: {
      kind: 'int',
      label: 'Leaves per tree',
      short: 'leaves',
      min: 64,
      max: 40_000,
      log: true,
      default: 18_392,
    },
    minDataInLeaf: {
      kind: 'int',
      label: 'Rows per leaf at least',
      short: 'min rows',
      min: 1,
      max: 16,
      log: true,
      default: 1,
    },
    minDataToSplit: {
      kind: 'int',
      label: 'Rows to split at least',
      short: 'split rows',
      min: 2,
      max: 32,
      log: true,
      default: 2,
    },
    minImpurityDecrease: {
      kind: 'float',
      label: 'Gain per split at least',
      short: 'min gain',
      min: 1e-6,
      max: 1e-3,
      log: true,
      default: 1e-6,
    },
    criterion: {
      kind: 'choice',
      label: 'Impurity',
      short: 'impurity',
      when: { tasks: ['binary', 'multiclass'] },
      values: ['gini', 'entropy'],
      default: 'gini',
    },
  },
  startingConfigs,
} as const satisfies FamilyDescription;

function startingConfigs(facts: DataFacts): Config[] {
  const classes = facts.task !== 'regression';
  return [
    { maxFeatures: 0.75, maxLeaves: 18_392 },
    { maxFeatures: 1, maxLeaves: 12_845, minDataInLeaf: 4 },
    { maxFeatures: classes ? 'sqrt' : 0.5 },
    { maxFeatures: 1, maxLeaves: 590, ...(classes ? { criterion: 'entropy' } : {}) },
  ];
}
