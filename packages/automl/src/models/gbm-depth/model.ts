import { numberOf } from '../config.ts';
import { fitBoosting } from '../trees/boosting.ts';
import { restoreTreeModel } from '../trees/model.ts';
import type { Family, FitInput } from '../types.ts';
import { gbmDepthInfo } from './info.ts';

/** Histogram gradient boosting as XGBoost does it (Chen and Guestrin 2016): one level of a tree after the other. */
export const family: Family = { fit, restore: restoreTreeModel };

function fit(input: FitInput) {
  const number = (key: keyof typeof gbmDepthInfo.space) => numberOf(input.config, gbmDepthInfo.space, key);
  const maxDepth = number('maxDepth');
  return fitBoosting(input, {
    growth: 'depthWise',
    learningRate: number('learningRate'),
    maxDepth,
    maxLeaves: 2 ** maxDepth,
    minDataInLeaf: 1,
    minHessian: number('minHessian'),
    rowFraction: number('rowFraction'),
    featureFraction: number('featureFraction'),
    featureFractionByNode: number('featureFractionByNode'),
    l1: number('l1'),
    l2: number('l2'),
  });
}
