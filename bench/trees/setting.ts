import type { BoostParameters, Objective } from '@laurel/trees';
import type { Problem } from './problems.ts';

/** What a fit is made with, in words that every tool has. */
export interface Setting {
  rounds: number;
  leaves: number;
  learningRate: number;
  minDataInLeaf: number;
  featureFraction: number;
  rowFraction: number;
  seed: number;
}

export const plainSetting: Setting = {
  rounds: 100,
  leaves: 31,
  learningRate: 0.1,
  minDataInLeaf: 20,
  featureFraction: 1,
  rowFraction: 1,
  seed: 1,
};

/** Every parameter that both sides have, written out: a default that changes must not change the comparison. */
export function boostParameters(setting: Setting): Partial<BoostParameters> {
  return {
    rounds: setting.rounds,
    learningRate: setting.learningRate,
    growth: 'leafWise',
    maxLeaves: setting.leaves,
    maxDepth: 0,
    minDataInLeaf: setting.minDataInLeaf,
    minHessian: 1e-3,
    minGain: 0,
    l1: 0,
    l2: 0,
    featureFraction: setting.featureFraction,
    rowFraction: setting.rowFraction,
    maxCategoriesToOneHot: 4,
    maxCategoriesPerSplit: 32,
    categorySmoothing: 10,
    categoryL2: 10,
    minDataPerGroup: 100,
  };
}

export const binningOptions = { maxBins: 255, minDataInBin: 3, sampleRows: 200_000 };

export function objectiveOf({ task, outputs }: Pick<Problem, 'task' | 'outputs'>): Objective {
  if (task === 'regression') return { kind: 'squared' };
  if (task === 'binary') return { kind: 'logistic' };
  return { kind: 'softmax', classes: outputs, trees: 'perClass' };
}
