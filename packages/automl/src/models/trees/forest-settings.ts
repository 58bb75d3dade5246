import { choiceOf, numberOf } from '../config.ts';
import type { FitInput, SearchSpace } from '../types.ts';
import type { ForestSettings } from './forest.ts';

/** What the configuration says of a forest, in the terms of the trees. Spaces name only what they let vary. */
export function forestSettings({ config, task }: FitInput, space: SearchSpace): ForestSettings {
  return {
    maxFeatures: choiceOf(config, space, 'maxFeatures') as number | 'sqrt',
    maxLeaves: numberOf(config, space, 'maxLeaves'),
    minDataInLeaf: numberOf(config, space, 'minDataInLeaf'),
    minDataToSplit: numberOf(config, space, 'minDataToSplit'),
    minImpurityDecrease: numberOf(config, space, 'minImpurityDecrease'),
    ...(task === 'regression' ? {} : { criterion: choiceOf(config, space, 'criterion') as 'gini' | 'entropy' }),
    ...(space.bootstrap ? { bootstrap: choiceOf(config, space, 'bootstrap') === true } : {}),
    ...(space.maxSamples ? { maxSamples: numberOf(config, space, 'maxSamples') } : {}),
  };
}
