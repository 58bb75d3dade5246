import type { FamilyDescription } from '../types.ts';

export const seasonalNaiveInfo = {
  id: 'seasonal-naive',
  label: 'Seasonal naive',
  description: 'Repeats the last season, or the last value where there is none. Any forecast must beat it.',
  tasks: ['forecast'],
  needs: { runtime: 'none', encoding: 'codes' },
  reference: true,
  combines: false,
  iterationLabel: 'step',
  relativeCost: 0.001,
  costByClass: false,
  space: {},
  startingConfigs: () => [{}],
} as const satisfies FamilyDescription;
