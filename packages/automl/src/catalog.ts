import { withRecipeSpace } from './features/recipe-space.ts';
import { baselineInfo } from './models/baseline/info.ts';
import { ensembleInfo } from './models/ensemble/info.ts';
import { exponentialSmoothingInfo } from './models/exponential-smoothing/info.ts';
import { extraTreesInfo } from './models/extra-trees/info.ts';
import { gbmInfo } from './models/gbm/info.ts';
import { gbmDepthInfo } from './models/gbm-depth/info.ts';
import { knnInfo } from './models/knn/info.ts';
import { linearInfo } from './models/linear/info.ts';
import { mlpInfo } from './models/mlp/info.ts';
import { randomForestInfo } from './models/random-forest/info.ts';
import { realmlpInfo } from './models/realmlp/info.ts';
import { seasonalNaiveInfo } from './models/seasonal-naive/info.ts';
import { tabmInfo } from './models/tabm/info.ts';
import type { CatalogEntry, FamilyDescription } from './models/types.ts';
import { strategies } from './search/registry.ts';
import type { StrategyEntry } from './search/types.ts';

const descriptions: readonly FamilyDescription[] = [
  baselineInfo,
  seasonalNaiveInfo,
  exponentialSmoothingInfo,
  linearInfo,
  gbmInfo,
  gbmDepthInfo,
  randomForestInfo,
  extraTreesInfo,
  realmlpInfo,
  tabmInfo,
  knnInfo,
  mlpInfo,
  ensembleInfo,
];

/** The model families as plain JSON: what forms, leaderboards and the API show. Browser-safe; loads no implementation. */
export const catalog: readonly CatalogEntry[] = descriptions
  .map(withRecipeSpace)
  .map(({ startingConfigs: _, openingPlaces: __, memoryBytes: ___, modelBytes: ____, ...entry }) => entry);

/** The search strategies, the default one first: for forms. */
export const strategyCatalog: readonly Pick<StrategyEntry, 'id' | 'label' | 'description'>[] = strategies.map(
  ({ id, label, description }) => ({ id, label, description }),
);
