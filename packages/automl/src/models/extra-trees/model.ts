import { fitForestModel } from '../trees/forest.ts';
import { forestSettings } from '../trees/forest-settings.ts';
import { restoreTreeModel } from '../trees/model.ts';
import type { Family } from '../types.ts';
import { extraTreesInfo } from './info.ts';

/** Extremely randomised trees (Geurts, Ernst and Wehenkel 2006) on binned columns: every tree sees every row. */
export const family: Family = {
  fit: (input) => fitForestModel(input, { splitter: 'random', ...forestSettings(input, extraTreesInfo.space) }),
  restore: restoreTreeModel,
};
