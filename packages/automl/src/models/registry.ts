import { learnsFromRows, withRecipeSpace } from '../features/recipe-space.ts';
import { baselineInfo } from './baseline/info.ts';
import { ensembleInfo } from './ensemble/info.ts';
import { exponentialSmoothingInfo } from './exponential-smoothing/info.ts';
import { extraTreesInfo } from './extra-trees/info.ts';
import { gbmInfo } from './gbm/info.ts';
import { gbmDepthInfo } from './gbm-depth/info.ts';
import { knnInfo } from './knn/info.ts';
import { linearInfo } from './linear/info.ts';
import { mlpInfo } from './mlp/info.ts';
import { randomForestInfo } from './random-forest/info.ts';
import { realmlpInfo } from './realmlp/info.ts';
import { seasonalNaiveInfo } from './seasonal-naive/info.ts';
import { tabmInfo } from './tabm/info.ts';
import type { Family, FamilyInfo } from './types.ts';

// Every model family; one line each. Implementations are loaded when they are needed.
const registered: readonly FamilyInfo[] = [
  { ...baselineInfo, load: async () => (await import('./baseline/model.ts')).family },
  { ...seasonalNaiveInfo, load: async () => (await import('./seasonal-naive/model.ts')).family },
  {
    ...exponentialSmoothingInfo,
    load: async () => (await import('./exponential-smoothing/model.ts')).family,
  },
  { ...linearInfo, load: async () => (await import('./linear/model.ts')).family },
  { ...gbmInfo, load: async () => (await import('./gbm/model.ts')).family },
  { ...gbmDepthInfo, load: async () => (await import('./gbm-depth/model.ts')).family },
  { ...randomForestInfo, load: async () => (await import('./random-forest/model.ts')).family },
  { ...extraTreesInfo, load: async () => (await import('./extra-trees/model.ts')).family },
  { ...realmlpInfo, load: async () => (await import('./realmlp/model.ts')).family },
  { ...tabmInfo, load: async () => (await import('./tabm/model.ts')).family },
  { ...knnInfo, load: async () => (await import('./knn/model.ts')).family },
  { ...mlpInfo, load: async () => (await import('./mlp/model.ts')).family },
  { ...ensembleInfo, load: refuseRows },
];

/** The families, those that learn from rows behind the recipe of features that their configuration asks for. */
export const families: readonly FamilyInfo[] = registered.map(withFeatures);

function withFeatures(info: FamilyInfo): FamilyInfo {
  if (!learnsFromRows(info)) return info;
  const load = async () => (await import('../features/engineered.ts')).engineered(await info.load());
  return { ...withRecipeSpace(info), load };
}

async function refuseRows(): Promise<Family> {
  throw new Error('The ensemble is made from the predictions of other models; it is not fitted on rows.');
}
