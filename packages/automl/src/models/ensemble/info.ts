import type { FamilyDescription } from '../types.ts';

export const ensembleInfo = {
  id: 'ensemble',
  label: 'Ensemble',
  description: 'A weighted average of the best models, their weights chosen on rows that the models had not seen.',
  tasks: ['binary', 'multiclass', 'regression'],
  needs: { runtime: 'none', encoding: 'codes' },
  reference: false,
  combines: true,
  iterationLabel: 'member',
  relativeCost: 0.01,
  costByClass: false,
  space: {},
  startingConfigs: () => [{}],
} as const satisfies FamilyDescription;
