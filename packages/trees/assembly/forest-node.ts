// The split of one node: draws features and lets each be judged.

import { countBinRows, listBins, presentBins, presentCount } from './forest-bins';
import { scanClassCategories, scanPairCategories } from './forest-category';
import { clearClasses, fillClasses, scanClasses, sweepClasses } from './forest-class';
import { clearPairs, fillPairs, scanPairs } from './forest-pair';
import { drawSet, drawThreshold } from './forest-random';
import { gatherBins } from './forest-rows';
import {
  beginSearch,
  bestFeature,
  bestIsPerfect,
  endSearch,
  nodeClasses,
  nodeCount,
  nodePure,
  nodeStart,
} from './forest-search';
import {
  classTask,
  forestFeatureCount,
  forestFeatures,
  forestMaxDepth,
  forestMinDecrease,
  forestMinLeafRows,
  forestMinSplitRows,
  forestNodeFeatures,
  forestRandomSplits,
  forestRandomState,
  forestTask,
} from './forest-state';
import { WaitingNode } from './forest-waiting';
import { randomBelow } from './random';
import { featureCategorical } from './state';

/** Sums of (bin, class) cost about an eighth of what a row costs that is sorted and swept. */
const sweepFactor = 8;

/**
 * Looks at forestNodeFeatures features, and at more while there is no valid split. Those known not to vary count as
 * looked at, like in scikit-learn, but cost nothing. Gives whether the node can be split.
 */
export function findSplit(node: WaitingNode, treeWeight: f64): bool {
  beginSearch(node);
  node.feature = -1;
  const count = node.inCount;
  if (nodePure || count < forestMinSplitRows || count < 2 * forestMinLeafRows) return false;
  if (forestMaxDepth > 0 && node.depth >= forestMaxDepth) return false;
  let known = node.constants;
  let constants = known;
  let next = known;
  let looked = 0;
  while (next < forestFeatureCount) {
    if (looked >= forestNodeFeatures && bestFeature >= 0) break;
    if (known > 0 && looked < forestNodeFeatures) {
      if (<i32>randomBelow(forestRandomState, known + forestFeatureCount - next) < known) {
        known--;
        looked++;
        continue;
      }
    }
    swapFeatures(next, next + <i32>randomBelow(forestRandomState, forestFeatureCount - next));
    const varies = judgeFeature(load<i32>(forestFeatures + ((<usize>next) << 2)));
    if (!varies) swapFeatures(next, constants++);
    next++;
    looked++;
    if (bestIsPerfect) break;
  }
  node.constants = constants;
  return endSearch(node, forestMinDecrease, treeWeight);
}

function swapFeatures(i: i32, j: i32): void {
  const a = forestFeatures + ((<usize>i) << 2);
  const b = forestFeatures + ((<usize>j) << 2);
  const feature = load<i32>(a);
  store<i32>(a, load<i32>(b));
  store<i32>(b, feature);
}

/** False when all rows of the node have the same bin. */
function judgeFeature(feature: i32): bool {
  const categorical = load<u8>(featureCategorical + <usize>feature) != 0;
  if (forestRandomSplits) return categorical ? drawSet(feature) : drawThreshold(feature);
  if (forestTask == classTask) return judgeByClasses(feature, categorical);
  fillPairs(feature);
  if (!categorical) return scanPairs(feature);
  const varies = presentCount() > 1;
  if (varies) scanPairCategories(feature);
  clearPairs();
  return varies;
}

function judgeByClasses(feature: i32, categorical: bool): bool {
  gatherBins(feature, nodeStart, nodeCount);
  const bins = listBins();
  if (bins >= 2) {
    if (!categorical && bins * nodeClasses > sweepFactor * nodeCount) {
      sweepClasses(feature);
    } else {
      if (forestMinLeafRows > 1) countBinRows();
      fillClasses();
      if (categorical) scanClassCategories(feature);
      else scanClasses(feature);
      clearClasses();
    }
  }
  memory.fill(presentBins, 0, 32);
  return bins >= 2;
}
