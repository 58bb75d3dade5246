import { planMatrix } from '../binning/layout.ts';
import { fillMatrix } from '../binning/matrix.ts';
import { TreesError } from '../errors.ts';
import { type Kernel, openKernel } from '../kernel/module.ts';
import type { GrownTree } from '../model/builder.ts';
import { applyLink } from '../model/link.ts';
import type { FeatureBinning, TreeModel } from '../types.ts';
import { type BoostBuffer, type BoostMemory, planBoost } from './memory.ts';
import { startScores } from './start.ts';
import type { BoostParameters, BoostRows, Objective } from './types.ts';

/** A fit under way: its memory, and the steps of a round. */
export interface BoostSession {
  outputs: number;
  base: Float64Array;
  memoryBytes: number;
  /** trees that used float histograms so far */
  readonly floatTrees: number;
  /** draws the round's rows and works out what its trees have in common */
  beginRound(round: number): void;
  /** grows the round's tree of output k and adds it to the scores; the views are valid until the next call */
  growTree(k: number, learningRate: number): GrownTree;
  /** predictions of the validation rows at the moment, rows x width after the link; valid until the next call */
  watch(): Float64Array;
  /** sets the scores of all rows (training, then validation; row-major by output) to go on from */
  setScores(raw: Float64Array): void;
}

export interface SessionInput {
  train: BoostRows;
  validation: BoostRows | null;
  weights: Float32Array | null;
  objective: Objective;
  link: TreeModel['link'];
  parameters: BoostParameters;
  binning: readonly FeatureBinning[];
  seed: number;
  memoryLimitBytes: number | undefined;
}

type BoostKernel = Kernel<BoostBuffer>;

/** Gradients finer than this many steps of the packed histogram's fixed point need no float histogram. */
const stepsPerTypicalGradient = 64;

export function openSession(input: SessionInput): BoostSession {
  const { train, validation, objective, parameters, binning } = input;
  const parts = validation ? [train, validation] : [train];
  const layout = planMatrix(parts, binning);
  const memory = planBoost(
    {
      layout,
      trainRows: train.rows,
      validationRows: validation?.rows ?? 0,
      weighted: input.weights !== null,
      objective,
      parameters,
    },
    input.memoryLimitBytes,
  );
  const kernel = openKernel(memory.arena);
  fillMatrix(kernel, layout, parts, binning);
  writeData(kernel, input);
  writeParameters(kernel, memory, parameters);
  const base = startScores(objective, train.target, input.weights, kernel.exports);
  const rows = train.rows + (validation?.rows ?? 0);
  const scores = kernel.f64('scores');
  for (const [k, start] of base.entries()) scores.fill(start, k * rows, (k + 1) * rows);
  const grower = createGrower(kernel, input, rows);
  return {
    outputs: base.length,
    base,
    memoryBytes: memory.arena.bytes,
    get floatTrees() {
      return grower.floatTrees();
    },
    beginRound: grower.beginRound,
    growTree: grower.growTree,
    watch: () => watch(kernel, input, base.length),
    setScores(raw) {
      for (let row = 0; row < rows; row++) {
        for (let k = 0; k < base.length; k++) scores[k * rows + row] = raw[row * base.length + k]!;
      }
    },
  };
}

/** Everything of the input that does not change, and the addresses, which the kernel calls as the arena does. */
function writeData(kernel: BoostKernel, input: SessionInput): void {
  const { exports, arena } = kernel;
  const { train, validation, weights, objective, parameters } = input;
  const settable = exports as unknown as Record<string, { value: number } | undefined>;
  for (const [name, size] of Object.entries(arena.size)) {
    const global = settable[name];
    if (global && typeof global === 'object') global.value = size > 0 ? arena.at[name as BoostBuffer] : 0;
  }
  kernel.f64('targets').set(train.target);
  if (weights) kernel.f32('rowWeights').set(weights);
  if (parameters.monotone) new Int8Array(kernel.memory.buffer, arena.at.monotone).set(parameters.monotone);
  exports.trainRows.value = train.rows;
  exports.scoreRows.value = train.rows + (validation?.rows ?? 0);
  exports.objectiveParameter.value = parameterOf(objective);
}

function parameterOf(objective: Objective): number {
  if (objective.kind === 'huber') return objective.delta;
  if (objective.kind === 'quantile') return objective.level;
  if (objective.kind === 'tweedie') return objective.power;
  return objective.kind === 'softmax' ? objective.classes : 0;
}

function writeParameters(kernel: BoostKernel, memory: BoostMemory, parameters: BoostParameters): void {
  const { exports } = kernel;
  kernel.i32('columnEntry').set(memory.columnEntry);
  exports.columnCount.value = memory.columnEntry.length - 1;
  exports.histogramEntries.value = memory.entries;
  exports.histogramSlots.value = memory.slots;
  exports.maxLeaves.value = parameters.maxLeaves;
  exports.maxDepth.value = parameters.maxDepth;
  exports.depthWise.value = parameters.growth === 'depthWise' ? 1 : 0;
  exports.l1.value = parameters.l1;
  exports.l2.value = parameters.l2;
  exports.minHessian.value = parameters.minHessian;
  exports.minDataInLeaf.value = parameters.minDataInLeaf;
  exports.minGain.value = parameters.minGain;
  exports.maxDeltaStep.value = parameters.maxDeltaStep;
  exports.pathSmoothing.value = parameters.pathSmoothing;
  exports.extraRandom.value = parameters.extraRandom ? 1 : 0;
  exports.featureFractionByNode.value = parameters.featureFractionByNode;
  exports.maxCategoriesToOneHot.value = parameters.maxCategoriesToOneHot;
  exports.maxCategoriesPerSplit.value = parameters.maxCategoriesPerSplit;
  exports.categorySmoothing.value = parameters.categorySmoothing;
  exports.categoryL2.value = parameters.categoryL2;
  exports.minDataPerGroup.value = parameters.minDataPerGroup;
}

function createGrower(kernel: BoostKernel, input: SessionInput, rows: number) {
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
  exports.seedRandom(arena.at.sampleRandom, BigInt(input.seed));
  return {
    floatTrees: () => floatTrees,
    beginRound(number: number) {
      round = number;
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
      exports.seedRandom(arena.at.searchRandom, BigInt(input.seed) * 1_000_003n + BigInt(round * classes + k + 1));
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
 * 31 bits, so no sum over any rows can overflow. Where the typical gradient (the mean square root, squared: outliers
 * hardly count) would be rounded too coarsely, the float kernel is used. Returns whether it is.
 */
function setPrecision(
  kernel: BoostKernel,
  wanted: BoostParameters['histogram'],
  factor: number,
  evenHessian: boolean,
): boolean {
  const { exports } = kernel;
  const rows = exports.trainRows.value;
  const mass = exports.gradientMass.value * factor;
  const curvature = exports.hessianMass.value * factor;
  if (!Number.isFinite(mass) || !Number.isFinite(curvature)) {
    throw new TreesError(
      'INVALID_DATA',
      'The gradients are no longer finite. Use a lower learning rate, or scale the target or the weights down.',
    );
  }
  const room = 2 ** 31 - 2 - rows;
  const gradientScale = mass > 0 ? room / mass : 1;
  const hessianScale = evenHessian ? 1 : curvature > 0 ? room / curvature : 1;
  const typical = (exports.gradientRootMass.value / rows) ** 2;
  const fits = Number.isFinite(gradientScale) && Number.isFinite(hessianScale) && room > 0;
  const fine = mass === 0 || typical * gradientScale >= stepsPerTypicalGradient;
  const float = wanted === 'float' || !fits || (wanted === 'auto' && !fine);
  if (float && wanted === 'packed') {
    throw new TreesError('INVALID_DATA', 'The gradients do not fit the packed histogram. Use "auto" or "float".');
  }
  exports.floatMode.value = float ? 1 : 0;
  exports.gradientScale.value = float ? 1 : gradientScale;
  exports.hessianScale.value = float ? 1 : hessianScale;
  exports.gradientUnit.value = float ? 1 : 1 / gradientScale;
  exports.hessianUnit.value = float ? 1 : 1 / hessianScale;
  return float;
}

function treeViews(kernel: BoostKernel): GrownTree {
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

function watch(kernel: BoostKernel, input: SessionInput, outputs: number): Float64Array {
  const { train, validation, link } = input;
  const count = validation?.rows ?? 0;
  const rows = train.rows + count;
  const scores = kernel.f64('scores');
  const raw = kernel.f64('watchedRaw');
  for (let k = 0; k < outputs; k++) {
    const from = k * rows + train.rows;
    for (let i = 0; i < count; i++) raw[i * outputs + k] = scores[from + i]!;
  }
  const { watchedRaw, watchedLinked } = kernel.arena.at;
  const at = applyLink(kernel.exports, link, outputs, count, watchedRaw, watchedLinked);
  return new Float64Array(kernel.memory.buffer, at, count * (link === 'logistic' ? 2 : outputs));
}
