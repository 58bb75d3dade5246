import type { EnsembleBuilder } from '../model/builder.ts';
import type { TreeEnsemble } from '../types.ts';

/** The ensemble with every leaf divided by the number of trees, which may be fewer than wanted: the sum is the mean. */
export function averageTrees(builder: EnsembleBuilder): TreeEnsemble {
  const ensemble = builder.build();
  const { value, trees } = ensemble;
  for (let i = 0; i < value.length; i++) value[i] = value[i]! / trees;
  return ensemble;
}
