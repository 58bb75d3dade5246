import { forestSpace, maxFeatures, maxLeaves, minDataToSplit } from '../trees/forest-space.ts';
import { treeTraits } from '../trees/traits.ts';
import type { Config, DataFacts, FamilyDescription } from '../types.ts';

/** Ranges of TabArena's search; starting configs are those of AutoGluon's portfolio. */
export const extraTreesInfo = {
  id: 'extra-trees',
  label: 'Extra trees',
  description:
    'The mean of deep trees whose thresholds are drawn at random. Quick, smooth, and a good partner of boosting in an ensemble.',
  ...treeTraits,
  relativeCost: 1.3,
  costByClass: false,
  openingPlaces: [3],
  space: {
    maxFeatures: maxFeatures(['sqrt', 0.5, 0.75, 1]),
    maxLeaves: maxLeaves(18_392),
    ...forestSpace,
    minDataToSplit: minDataToSplit(32),
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
