import { fitForestModel } from '../trees/forest.ts';
import { forestSettings } from '../trees/forest-settings.ts';
import { restoreTreeModel } from '../trees/model.ts';
import type { Family } from '../types.ts';
import { randomForestInfo } from './info.ts';

/** Random forest (Breiman 2001) on binned columns. */
export const family: Family = {
  fit: (input) => fitForestModel(input, { splitter: 'best', ...forestSettings(input, randomForestInfo.space) }),
  restore: restoreTreeModel,
};
