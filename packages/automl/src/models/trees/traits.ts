import type { FamilyDescription } from '../types.ts';

/** What all families of trees have in common, as a registry reads it. */
export const treeTraits = {
  tasks: ['binary', 'multiclass', 'regression'],
  needs: { runtime: 'none', encoding: 'codes' },
  reference: false,
  combines: false,
  iterationLabel: 'tree',
} as const satisfies Partial<FamilyDescription>;
