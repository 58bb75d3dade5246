import { planMatrix } from '../binning/layout.ts';
import { fillMatrix } from '../binning/matrix.ts';
import { connectBuffers, type Kernel, openKernel } from '../kernel/module.ts';
import type { GrownTree } from '../model/builder.ts';
import { applyLink } from '../model/link.ts';
import type { FeatureBinning, TreeModel } from '../types.ts';
import { createGrower } from './grower.ts';
import { type BoostBuffer, type BoostMemory, planBoost, sharesTrees } from './memory.ts';
import { createSharedGrower } from './shared-grower.ts';
import { objectiveParameter, startScores } from './start.ts';
import type { BoostParameters, BoostRows, Objective } from './types.ts';

/** A fit under way: its memory, and the steps of a round. */
export interface BoostSession {
  outputs: number;
  /** one per output, or 1 where every leaf has a value per output */
  treesPerRound: number;
  base: Float64Array;
  memoryBytes: number;
  /** trees that used float histograms so far */
  readonly floatTrees: number;
  /** draws the round's rows and works out what its trees have in common */
  beginRound(round: number): void;
  /** grows the round's tree of output k and adds it to the scores; the views are valid until the next call */
  growTree(k: number, learningRate: number): GrownTree;
  /** the scores are those of whole rounds: no tree of an unfinished round has been added */
  isWhole(): boolean;
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

export type BoostKernel = Kernel<BoostBuffer>;

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
  const scores = createScores(kernel, base, rows, sharesTrees(objective));
  const grower = (sharesTrees(objective) ? createSharedGrower : createGrower)(kernel, input, rows);
  let grown = 0;
  return {
    outputs: base.length,
    treesPerRound: sharesTrees(objective) ? 1 : base.length,
    base,
    memoryBytes: memory.arena.bytes,
    get floatTrees() {
      return grower.floatTrees();
    },
    beginRound(round) {
      grown = 0;
      grower.beginRound(round);
    },
    growTree(k, learningRate) {
      const tree = grower.growTree(k, learningRate);
      // not before: a tree that could not be grown has not changed the scores
      grown++;
      return tree;
    },
    isWhole: () => grown === 0 || grown === (sharesTrees(objective) ? 1 : base.length),
    watch: () => watch(kernel, input, base.length, scores.at),
    setScores: scores.set,
  };
}

/** Where scores are: one output after the other, or row by row where a tree has a value per output. */
function createScores(kernel: BoostKernel, base: Float64Array, rows: number, byRow: boolean) {
  const scores = kernel.f64('scores');
  const outputs = base.length;
  const place = (row: number, k: number) => (byRow ? row * outputs + k : k * rows + row);
  for (let row = 0; row < rows; row++) for (let k = 0; k < outputs; k++) scores[place(row, k)] = base[k]!;
  return {
    at: (row: number, k: number) => scores[place(row, k)]!,
    set(raw: Float64Array) {
      for (let row = 0; row < rows; row++) {
        for (let k = 0; k < outputs; k++) scores[place(row, k)] = raw[row * outputs + k]!;
      }
    },
  };
}

/** Everything of the input that does not change, and the addresses, which the kernel calls as the arena does. */
function writeData(kernel: BoostKernel, input: SessionInput): void {
  const { exports, arena } = kernel;
  const { train, validation, weights, objective, parameters } = input;
  connectBuffers(kernel);
  kernel.f64('targets').set(train.target);
  if (weights) kernel.f32('rowWeights').set(weights);
  if (parameters.monotone) new Int8Array(kernel.memory.buffer, arena.at.monotone).set(parameters.monotone);
  exports.trainRows.value = train.rows;
  exports.scoreRows.value = train.rows + (validation?.rows ?? 0);
  exports.objectiveParameter.value = objectiveParameter(objective);
}

function writeParameters(kernel: BoostKernel, memory: BoostMemory, parameters: BoostParameters): void {
  const { exports } = kernel;
  kernel.i32('columnEntry').set(memory.columnEntry);
  exports.columnCount.value = memory.columnEntry.length - 1;
  exports.histogramEntries.value = memory.entries;
  exports.histogramSlots.value = memory.slots;
  exports.maxLeaves.value = memory.leaves;
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

function watch(
  kernel: BoostKernel,
  input: SessionInput,
  outputs: number,
  score: (row: number, k: number) => number,
): Float64Array {
  const { train, validation, link } = input;
  const count = validation?.rows ?? 0;
  const raw = kernel.f64('watchedRaw');
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < outputs; k++) raw[i * outputs + k] = score(train.rows + i, k);
  }
  const { watchedRaw, watchedLinked } = kernel.arena.at;
  const at = applyLink(kernel.exports, link, outputs, count, watchedRaw, watchedLinked);
  return new Float64Array(kernel.memory.buffer, at, count * (link === 'logistic' ? 2 : outputs));
}
