import { baselineInfo } from './models/baseline/info.ts';
import { ensembleInfo } from './models/ensemble/info.ts';
import { gbmInfo } from './models/gbm/info.ts';
import { linearInfo } from './models/linear/info.ts';
import { mlpInfo } from './models/mlp/info.ts';
import type { CatalogEntry, FamilyDescription } from './models/types.ts';

const descriptions: readonly FamilyDescription[] = [baselineInfo, linearInfo, gbmInfo, mlpInfo, ensembleInfo];

/** The model families as plain JSON: what forms, leaderboards and the API show. Browser-safe; loads no implementation. */
export const catalog: readonly CatalogEntry[] = descriptions.map(({ startingConfigs: _, ...entry }) => entry);
