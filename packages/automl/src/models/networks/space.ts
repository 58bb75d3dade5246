import type { SearchSpace } from '../types.ts';

/** Parameters that all families of networks have. */
export const networkSpace = {
  layers: { kind: 'int', label: 'Hidden layers', short: 'layers', min: 1, max: 5, default: 3, costPower: 0.8 },
  dropout: { kind: 'float', label: 'Dropout', min: 0, max: 0.5, default: 0.15 },
  labelSmoothing: {
    kind: 'float',
    label: 'Label smoothing',
    short: 'smoothing',
    when: { tasks: ['binary', 'multiclass'] },
    min: 0,
    max: 0.1,
    default: 0,
  },
  epochs: {
    kind: 'int',
    label: 'Epochs at most',
    short: 'epochs',
    min: 1,
    max: 256,
    default: 256,
    costPower: 1,
    quickenTo: 24,
  },
} as const satisfies SearchSpace;

/** What all families of networks say of themselves. */
export const networkTraits = {
  tasks: ['binary', 'multiclass', 'regression'],
  needs: { runtime: 'tfjs', encoding: 'numeric' },
  reference: false,
  combines: false,
  withoutRecipes: ['missingMarks'],
  iterationLabel: 'epoch',
  costByClass: false,
} as const;
