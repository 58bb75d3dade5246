import type { FamilyDescription } from '../types.ts';

export const baselineInfo = {
  id: 'baseline',
  label: 'Baseline',
  description:
    'Answers the same for every row: how often each class occurs, or the mean or median. Any model must beat it.',
  tasks: ['binary', 'multiclass', 'regression'],
  needs: { runtime: 'none', encoding: 'codes' },
  reference: true,
  combines: false,
  iterationLabel: 'candidate',
  relativeCost: 0.001,
  costByClass: false,
  space: {},
  startingConfigs: () => [{}],
} as const satisfies FamilyDescription;
