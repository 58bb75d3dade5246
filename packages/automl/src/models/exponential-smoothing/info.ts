import type { FamilyDescription } from '../types.ts';

export const exponentialSmoothingInfo = {
  id: 'exponential-smoothing',
  label: 'Exponential smoothing',
  description:
    'Follows level, trend and season of each series, the newest values most (Holt and Winters). Strong on short series.',
  tasks: ['forecast'],
  needs: { runtime: 'none', encoding: 'codes' },
  reference: false,
  combines: false,
  iterationLabel: 'step',
  relativeCost: 0.05,
  costByClass: false,
  openingPlaces: [0.1, 0.2, 0.3],
  space: {
    trend: {
      kind: 'choice',
      label: 'Trend',
      values: ['damped', 'straight', 'none'],
      default: 'damped',
    },
    season: {
      kind: 'choice',
      label: 'Season',
      values: ['multiplied', 'added', 'none'],
      default: 'multiplied',
    },
    cycle: {
      kind: 'choice',
      label: 'Season that is followed',
      short: 'cycle',
      values: ['main', 'other'],
      default: 'main',
    },
  },
  startingConfigs: () => [
    { trend: 'damped', season: 'multiplied', cycle: 'main' },
    { trend: 'damped', season: 'added', cycle: 'main' },
    { trend: 'none', season: 'added', cycle: 'main' },
    { trend: 'straight', season: 'multiplied', cycle: 'main' },
    { trend: 'damped', season: 'added', cycle: 'other' },
  ],
} as const satisfies FamilyDescription;
