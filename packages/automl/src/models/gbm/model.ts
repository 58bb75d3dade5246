import { choiceOf, numberOf } from '../config.ts';
import { fitBoosting } from '../trees/boosting.ts';
import { restoreTreeModel } from '../trees/model.ts';
import type { Family, FitInput } from '../types.ts';
import { gbmInfo } from './info.ts';

/** Histogram gradient boosting as LightGBM does it (Ke et al. 2017): the leaf that gains most is split next. */
export const family: Family = { fit, restore: restoreTreeModel };

function fit(input: FitInput) {
  const { space } = gbmInfo;
  const number = (key: keyof typeof space) => numberOf(input.config, space, key);
  return fitBoosting(input, {
    growth: 'leafWise',
    learningRate: number('learningRate'),
    maxLeaves: number('maxLeaves'),
    maxDepth: number('maxDepth'),
    minDataInLeaf: number('minDataInLeaf'),
    minHessian: number('minHessian'),
    featureFraction: number('featureFraction'),
    rowFraction: number('rowFraction'),
    l1: number('l1'),
    l2: number('l2'),
    extraRandom: choiceOf(input.config, space, 'extraRandom') === true,
    categoryL2: number('categoryL2'),
    categorySmoothing: number('categorySmoothing'),
    maxCategoriesToOneHot: number('maxCategoriesToOneHot'),
    minDataPerGroup: number('minDataPerGroup'),
  });
}
