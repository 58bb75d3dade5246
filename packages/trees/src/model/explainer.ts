import { planArena } from '../kernel/arena.ts';
import { type Kernel, openKernel } from '../kernel/module.ts';
import type { FeatureInput, TreeEnsemble, TreeModel } from '../types.ts';
import { type BlockBuffer, blockSizes, checkInput, rowsPerBlock, writeBlock } from './blocks.ts';
import { type Layout, type LayoutBuffer, layoutSizes, usedFeatures, writeLayout } from './layout.ts';
import { gaussLegendre } from './quadrature.ts';

/** A model in a kernel of its own, ready to say why it predicts what it does. */
export interface Explainer {
  /** see Predictor */
  contributions(features: readonly FeatureInput[], rows: number): Float64Array;
}

type ExplainerBuffer = LayoutBuffer | BlockBuffer | 'shares' | 'rules' | 'treeRules' | 'last' | 'levels' | 'phi';

/** bytes in front of the numbers of a level, and numbers per point without those per output; see assembly/shap.ts */
const levelHeadBytes = 48;
const levelNumbers = 4;

/**
 * Loads a model into a kernel for TreeSHAP (assembly/shap.ts). Throws MEMORY_LIMIT when that takes more than `limitBytes`
 * (by default what WebAssembly can address).
 */
export function createExplainer(model: TreeModel, limitBytes?: number): Explainer {
  const { ensemble, binning } = model;
  const used = usedFeatures(ensemble, binning.length);
  const blockRows = rowsPerBlock(used.length, ensemble.outputs);
  const shapes = treeShapes(ensemble, used.length > 0 ? used[used.length - 1]! + 1 : 0);
  const sizes = layoutSizes(ensemble);
  const rules = planRules(shapes.points);
  const levelBytes = levelHeadBytes + Math.max(2, ...rules.at.keys()) * (levelNumbers + ensemble.leafWidth) * 8;
  const phiNumbers = ensemble.outputs * used.length;
  const buffers: Record<ExplainerBuffer, number> = {
    ...sizes,
    ...blockSizes(used.length, blockRows),
    shares: sizes.slots,
    rules: rules.numbers * 8,
    treeRules: ensemble.trees * 8,
    last: used.length * 4,
    levels: (shapes.depth + 1) * levelBytes,
    phi: phiNumbers * 8,
  };
  const kernel = openKernel(planArena(buffers, limitBytes));
  const layout = writeLayout(kernel, ensemble, used);
  const expected = writeShares(kernel, ensemble, layout);
  writeRules(kernel, rules, shapes.points);
  kernel.i32('last').fill(-1);
  const { exports, arena } = kernel;
  exports.shapShares.value = arena.at.shares;
  exports.shapRules.value = arena.at.treeRules;
  exports.shapLast.value = arena.at.last;
  exports.shapFeatures.value = used.length;
  exports.shapLevels.value = arena.at.levels;
  exports.shapLevelBytes.value = levelBytes;
  const phi = kernel.f64('phi');

  function contributions(features: readonly FeatureInput[], rows: number): Float64Array {
    checkInput(features, binning, rows);
    const perOutput = binning.length + 1;
    const result = new Float64Array(rows * ensemble.outputs * perOutput);
    for (let from = 0; from < rows; from += blockRows) {
      const to = Math.min(rows, from + blockRows);
      writeBlock(kernel, features, binning, used, from, to);
      for (let row = from; row < to; row++) {
        phi.fill(0);
        exports.shapRow(arena.at.rows + (row - from) * used.length, arena.at.phi);
        for (let output = 0; output < ensemble.outputs; output++) {
          const first = (row * ensemble.outputs + output) * perOutput;
          for (let i = 0; i < used.length; i++) result[first + used[i]!] = phi[output * used.length + i]!;
          result[first + perOutput - 1] = expected[output]!;
        }
      }
    }
    return result;
  }
  return { contributions };
}

/** Depth of the deepest tree (splits on a path), and per tree the points its rule needs, an even number. */
function treeShapes(ensemble: TreeEnsemble, features: number): { depth: number; points: Int32Array } {
  const points = new Int32Array(ensemble.trees);
  const onPath = new Int32Array(features);
  let deepest = 0;
  for (let tree = 0; tree < ensemble.trees; tree++) {
    const first = ensemble.nodeStart[tree]!;
    let most = 0;
    let different = 0;
    // Every node is on the stack twice: it is entered when met first and left when met again.
    const stack = first < ensemble.nodeStart[tree + 1]! ? [0] : [];
    const entered: number[] = [];
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!;
      const feature = ensemble.feature[first + node]!;
      if (entered[entered.length - 1] === node) {
        entered.pop();
        stack.pop();
        if (--onPath[feature]! === 0) different--;
        continue;
      }
      entered.push(node);
      if (onPath[feature]!++ === 0) different++;
      most = Math.max(most, different);
      deepest = Math.max(deepest, entered.length);
      for (const child of [ensemble.left[first + node]!, ensemble.right[first + node]!]) {
        if (child >= 0) stack.push(child);
      }
    }
    points[tree] = Math.max(2, Math.ceil(most / 4) * 2);
  }
  return { depth: deepest, points };
}

interface Rules {
  /** place of the rule with so many points, in numbers */
  at: Map<number, number>;
  numbers: number;
}

function planRules(points: Int32Array): Rules {
  const at = new Map<number, number>();
  let numbers = 0;
  for (const count of points) {
    if (at.has(count)) continue;
    at.set(count, numbers);
    numbers += 2 * count;
  }
  return { at, numbers };
}

function writeRules(kernel: Kernel<ExplainerBuffer>, rules: Rules, points: Int32Array): void {
  const numbers = kernel.f64('rules');
  for (const [count, at] of rules.at) {
    const rule = gaussLegendre(count);
    numbers.set(rule.points, at);
    numbers.set(rule.weights, at + count);
  }
  const treeRules = kernel.u32('treeRules');
  points.forEach((count, tree) => {
    treeRules[tree * 2] = kernel.arena.at.rules + rules.at.get(count)! * 8;
    treeRules[tree * 2 + 1] = count;
  });
}

/** Writes the share of its parent's training rows that every slot has; returns the expected raw numbers. */
function writeShares(kernel: Kernel<ExplainerBuffer>, ensemble: TreeEnsemble, layout: Layout): Float64Array {
  const { nodeStart, leafStart, left, right, cover, leafCover, value, outputs, leafWidth } = ensemble;
  const shares = kernel.f64('shares');
  const expected = ensemble.base.slice();
  /** share of the tree's rows that get to a node */
  const reach = new Float64Array(cover.length);
  for (let tree = 0; tree < ensemble.trees; tree++) {
    const firstNode = nodeStart[tree]!;
    const firstLeaf = leafStart[tree]!;
    const addLeaf = (leaf: number, share: number): void => {
      for (let k = 0; k < leafWidth; k++) {
        expected[leafWidth > 1 ? k : tree % outputs]! += share * value[leaf * leafWidth + k]!;
      }
    };
    if (nodeStart[tree + 1] === firstNode) addLeaf(firstLeaf, 1);
    else reach[firstNode] = 1;
    for (let node = firstNode; node < nodeStart[tree + 1]!; node++) {
      const children = [left[node]!, right[node]!];
      const rows = children.map((child) => (child < 0 ? leafCover[firstLeaf + ~child]! : cover[firstNode + child]!));
      const total = rows[0]! + rows[1]!;
      children.forEach((child, side) => {
        const share = total > 0 ? rows[side]! / total : 0.5;
        if (child < 0) {
          shares[layout.slotOfLeaf[firstLeaf + ~child]!] = share;
          addLeaf(firstLeaf + ~child, share * reach[node]!);
        } else {
          shares[layout.slotOfNode[firstNode + child]!] = share;
          reach[firstNode + child] = share * reach[node]!;
        }
      });
    }
  }
  return expected;
}
