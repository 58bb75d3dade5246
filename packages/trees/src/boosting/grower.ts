import { TreesError } from '../errors.ts';
import type { GrownTree } from '../model/builder.ts';
import type { BoostKernel, SessionInput } from './session.ts';
import type { BoostParameters } from './types.ts';

/** What grows the trees of a round. */
export interface Grower {
  /** trees that used float histograms so far */
  floatTrees(): number;
  beginRound(round: number): void;
  growTree(k: number, learningRate: number): GrownTree;
}

/** Gradients finer than this many steps of the packed histogram's fixed point need no float histogram. */
const stepsPerTypicalGradient = 64;
/** among fewer, one outlier decides what is typical */
const manyRows = 128;

/** Grows a tree per output, one value a leaf. */
export function createGrower(kernel: BoostKernel, input: SessionInput, rows: number): Grower {
  const { exports, arena } = kernel;
  const { objective, parameters, train } = input;
  const { goss } = parameters;
  const code = exports[`${objective.kind}Objective`].value;
  const classes = objective.kind === 'softmax' ? objective.classes : 1;
  const level = objective.kind === 'absolute' ? 0.5 : objective.kind === 'quantile' ? objective.level : null;
  const evenHessian = !input.weights && !goss && (level !== null || ['squared', 'huber'].includes(objective.kind));
  const tree = treeViews(kernel);
  let sampled = train.rows;
  let round = 0;
  let floatTrees = 0;
  return {
    floatTrees: () => floatTrees,
    beginRound(number: number) {
      round = number;
      seedSample(kernel, input.seed, round);
      if (classes > 1) exports.softmaxProbabilities(classes);
      if (goss) {
        if (classes === 1) exports.fillGradients(code, 0);
        sampled = exports.sampleGoss(goss.top, goss.other, classes, arena.at.sampleRandom);
      } else {
        sampled = exports.sampleShare(parameters.rowFraction, arena.at.sampleRandom);
      }
      exports.sampleFeatures(parameters.featureFraction, arena.at.sampleRandom);
    },
    growTree(k: number, learningRate: number): GrownTree {
      exports.fillGradients(code, k);
      const factor = goss ? exports.amplifyGoss(goss.top, goss.other) : 1;
      if (setPrecision(kernel, parameters.histogram, factor, evenHessian)) floatTrees++;
      seedSearch(kernel, input.seed, round * classes + k);
      exports.orderRows();
      const leaves = exports.growTree(sampled, rows);
      if (level === null) exports.setLeafValues(leaves, learningRate);
      else exports.setLeafQuantiles(leaves, learningRate, level);
      exports.addLeafValues(leaves, k);
      tree.leaves = leaves;
      tree.nodes = leaves - 1;
      return tree;
    },
  };
}

/**
 * Chooses the histogram's kind and its fixed point: the sums of |gradient| and of hessian over all rows just fit into
 * 31 bits, so no sum over any rows can overflow. Where the typical gradient (the mean fourth root, to the fourth: outliers
 * hardly count among many rows) would be rounded too coarsely, the float kernel is used. Returns whether it is.
 */
export function setPrecision(
  kernel: BoostKernel,
  wanted: BoostParameters['histogram'],
  factor: number,
  evenHessian: boolean,
): boolean {
  const { exports } = kernel;
  const rows = exports.trainRows.value;
  const mass = exports.gradientMass.value * factor;
  const curvature = exports.hessianMass.value * factor;
  // pairs are f32: what they add up to must be one as well, or a single one may not be
  if (!Number.isFinite(Math.fround(mass)) || !Number.isFinite(Math.fround(curvature))) {
    throw new TreesError(
      'DIVERGED',
      'The gradients are no longer finite. Use a lower learning rate, or scale the target or the weights down.',
    );
  }
  // half a unit per row for rounding to whole numbers; the factor rounds every pair once more
  const room = (2 ** 31 - 2 - rows) * (factor === 1 ? 1 : 1 - 2 ** -23);
  const gradientScale = mass > 0 ? room / mass : 1;
  const hessianScale = evenHessian ? 1 : curvature > 0 ? room / curvature : 1;
  const root = exports.gradientRootMass.value / rows;
  const typical = root * root * root * root;
  const fits = Number.isFinite(gradientScale) && Number.isFinite(hessianScale) && room > 0;
  const fine = mass === 0 || (rows >= manyRows && typical * gradientScale >= stepsPerTypicalGradient);
  const float = wanted === 'float' || !fits || (wanted === 'auto' && !fine);
  if (float && wanted === 'packed') {
    throw new TreesError('INVALID_DATA', 'The gradients do not fit the packed histogram. Use "auto" or "float".');
  }
  exports.histogramKind.value = float ? exports.floatKind.value : exports.packedKind.value;
  exports.gradientScale.value = float ? 1 : gradientScale;
  exports.hessianScale.value = float ? 1 : hessianScale;
  exports.gradientUnit.value = float ? 1 : 1 / gradientScale;
  exports.hessianUnit.value = float ? 1 : 1 / hessianScale;
  return float;
}

/** Seeds the generator for the rows and features of a round: a fit that goes on draws what one in one go would have. */
export function seedSample(kernel: BoostKernel, seed: number, round: number): void {
  kernel.exports.seedRandom(kernel.arena.at.sampleRandom, BigInt(seed) * 1_000_033n + BigInt(round) + (1n << 40n));
}

/** Seeds the generator for the features and thresholds of one tree: the same whatever was drawn before. */
export function seedSearch(kernel: BoostKernel, seed: number, tree: number): void {
  kernel.exports.seedRandom(kernel.arena.at.searchRandom, BigInt(seed) * 1_000_003n + BigInt(tree + 1));
}

/** Views on the tree that the kernel grew last; `nodes` and `leaves` are set after every tree. */
export function treeViews(kernel: BoostKernel): GrownTree {
  const u16 = new Uint16Array(kernel.memory.buffer, kernel.arena.at.nodeFeature, kernel.arena.size.nodeFeature >> 1);
  return {
    nodes: 0,
    leaves: 0,
    feature: u16,
    low: kernel.u8('nodeLow'),
    width: kernel.u8('nodeWidth'),
    set: kernel.i32('nodeSet'),
    sets: kernel.u32('nodeSets'),
    left: kernel.i32('nodeLeft'),
    right: kernel.i32('nodeRight'),
    gain: kernel.f32('nodeGain'),
    cover: kernel.f32('nodeCover'),
    leafCover: kernel.f32('leafCover'),
    value: kernel.f32('leafValue'),
  };
}
