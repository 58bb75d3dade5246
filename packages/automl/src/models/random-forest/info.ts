import { forestSpace, maxFeatures, maxLeaves, minDataToSplit } from '../trees/forest-space.ts';
import { treeTraits } from '../trees/traits.ts';
import type { Config, DataFacts, FamilyDescription } from '../types.ts';

/** Ranges of TabArena's search; starting configs are those of AutoGluon's and FLAML's portfolios. */
export const randomForestInfo = {
  id: 'random-forest',
  label: 'Random forest',
  description:
    'The mean of deep trees, each grown on other rows and looking at other features. Hard to get wrong, and makes other mistakes than boosting.',
  ...treeTraits,
  relativeCost: 1,
  costByClass: false,
  openingPlaces: [5],
  space: {
    maxFeatures: maxFeatures(['sqrt', 0.4, 0.5, 0.6, 0.75, 0.9, 1]),
    maxSamples: { kind: 'float', label: 'Share of rows per tree', short: 'rows', min: 0.5, max: 1, default: 1 },
    bootstrap: {
      kind: 'choice',
      label: 'Draw rows with replacement',
      short: 'bootstrap',
      values: [true, false],
      default: true,
    },
    maxLeaves: maxLeaves(37_308),
    ...forestSpace,
    minDataToSplit: minDataToSplit(4),
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
