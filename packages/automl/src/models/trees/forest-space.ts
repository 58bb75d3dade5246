import type { SearchSpace } from '../types.ts';

/** What every forest lets vary; how far it goes differs by family. */
export const forestSpace = {
  minDataInLeaf: {
    kind: 'int',
    label: 'Rows per leaf at least',
    short: 'min rows',
    min: 1,
    max: 16,
    log: true,
    default: 1,
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
} as const satisfies SearchSpace;

/** Shares of the features, or their square root, that a split looks at. */
export function maxFeatures<const Values extends readonly (string | number)[]>(values: Values) {
  return {
    kind: 'choice',
    label: 'Share of features per split',
    short: 'features',
    values,
    default: 0.75,
  } as const satisfies SearchSpace[string];
}

export function maxLeaves(byDefault: number) {
  return {
    kind: 'int',
    label: 'Leaves per tree',
    short: 'leaves',
    min: 64,
    max: 40_000,
    log: true,
    default: byDefault,
    lowCost: 256,
    costPower: 0.1,
  } as const satisfies SearchSpace[string];
}

export function minDataToSplit(max: number) {
  return {
    kind: 'int',
    label: 'Rows to split at least',
    short: 'split rows',
    min: 2,
    max,
    log: true,
    default: 2,
  } as const satisfies SearchSpace[string];
}
