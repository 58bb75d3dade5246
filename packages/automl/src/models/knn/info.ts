import type { Config, DataFacts, FamilyDescription } from '../types.ts';

/** Ranges of TabArena's nearest-neighbour search (Erickson et al. 2025). */
export const knnInfo = {
  id: 'knn',
  label: 'Nearest neighbours',
  description:
    'Answers with what the most similar rows of training answered. Rarely the best alone, but wrong in other places than trees and networks, so that it can lift the ensemble.',
  tasks: ['binary', 'multiclass', 'regression'],
  needs: { runtime: 'none', encoding: 'numeric' },
  reference: false,
  combines: false,
  withoutRecipes: ['missingMarks'],
  iterationLabel: 'step',
  relativeCost: 2,
  openingPlaces: [22],
  costByClass: false,
  space: {
    neighbours: {
      kind: 'int',
      label: 'Neighbours',
      short: 'k',
      min: 1,
      max: 500,
      log: true,
      default: 20,
    },
    weighting: {
      kind: 'choice',
      label: 'Weight of a neighbour',
      short: 'weights',
      values: ['distance', 'uniform'],
      default: 'distance',
    },
    power: { kind: 'choice', label: 'Power of the distance', short: 'p', values: [1, 1.5, 2], default: 2 },
    scaling: {
      kind: 'choice',
      label: 'Scaling of numbers',
      short: 'scaling',
      when: { numeric: true },
      values: ['standard', 'quantile'],
      default: 'standard',
    },
    relevance: {
      kind: 'choice',
      label: 'Columns count by their correlation with the target',
      short: 'relevance',
      values: [true, false],
      default: true,
    },
  },
  startingConfigs,
} as const satisfies FamilyDescription;

function startingConfigs(facts: DataFacts): Config[] {
  const first: Config = { neighbours: 20, weighting: 'distance', power: 2, scaling: 'standard', relevance: true };
  if (facts.numericFeatures === 0) return [first, { ...first, neighbours: 5 }];
  return [first, { ...first, neighbours: 8, power: 1, scaling: 'quantile', relevance: false }];
}
