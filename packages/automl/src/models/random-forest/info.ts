import type { Config, DataFacts, FamilyDescription } from '../types.ts';

/** Ranges of TabArena's search; starting configs are those of AutoGluon's and FLAML's portfolios. */
export const randomForestInfo = {
  id: 'random-forest',
  label: 'Random forest',
  description:
    'The mean of deep trees, each grown on other rows and looking at other features. Hard to get wrong, and makes other mistakes than boosting.',
  tasks: ['binary', 'multiclass', 'regression'],
  needs: { runtime: 'none', scaling: false, encoding: 'codes' },
  reference: false,
  combines: false,
  iterationLabel: 'tree',
  relativeCost: 2,
  costByClass: false,
  openingPlaces: [5],
  space: {
    maxFeatures: {
      kind: 'choice',
      label: 'Share of features per split',
      short: 'features',
      values: ['sqrt', 0.4, 0.5, 0.6, 0.75, 0.9, 1],
      default: 0.75,
    },
    maxSamples: { kind: 'float', label: 'Share of rows per tree', short: 'rows', min: 0.5, max: 1, default: 1 },
    bootstrap: {
      kind: 'choice',
      label: 'Draw rows with replacement',
      short: 'bootstrap',
      values: [true, false],
      default: true,
    },
    maxLeaves: {
      kind: 'int',
      label: 'Leaves per tree',
      short: 'leaves',
      min: 64,
      max: 40_000,
      log: true,
      default: 37_308,
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
      max: 4,
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
  const entropy: Config = classes ? { criterion: 'entropy' } : {};
  return [
    { maxFeatures: 0.75, maxLeaves: 37_308 },
    { maxFeatures: classes ? 'sqrt' : 0.4, maxLeaves: 15_000, ...entropy },
    { maxFeatures: 0.4, maxLeaves: 1156, minDataInLeaf: 2, ...entropy },
    { maxFeatures: 0.6, maxLeaves: 8937, bootstrap: false, maxSamples: 0.7 },
  ];
}
