import type { Random } from '@laurel/tabular';
import { createWatch, type Watch } from '../early-stopping.ts';
import { createPace } from '../pace.ts';
import type { FitInput } from '../types.ts';
import type { FeatureBins } from './binning.ts';
import { addTrees, type Forest, joinTrees } from './forest.ts';
import { createGrower, type Tree, type TreeParameters } from './grow.ts';
import { createObjective, type Objective, type OutputScale } from './objective.ts';
import { setWords } from './split.ts';

export interface BoostData {
  bins: FeatureBins[];
  codes: Uint8Array;
  target: Float64Array;
  validation: { codes: Uint8Array; target: Float64Array } | null;
  parameters: TreeParameters;
  learningRate: number;
  rowFraction: number;
  random: Random;
}

export interface Boosted {
  forest: Forest;
  start: Float64Array;
  scale: OutputScale;
  iterations: number;
  curve: [number, number][];
  truncated: boolean;
}

/** A leaf moves a log odds by at most this before the learning rate. */
const maxLeafStep = 10;
const warmUpRounds = 10;
/** learning rate x rounds that a boosting needs to get somewhere */
const neededTravel = 8;

/** Adds trees until the validation score has stopped getting better, the rounds are over or the deadline has passed. */
export async function boost(input: FitInput, data: BoostData): Promise<Boosted> {
  const rows = data.target.length;
  const scale = scaleOf(data.target);
  const objective = createObjective(input.task, input.classes, data.target, scale);
  const grower = createGrower(data.codes, rows, data.bins, data.parameters);
  const missing = Int32Array.from(data.bins, (bin) => bin.size);
  const scores = startScores(objective, rows);
  const pairs = new Float64Array(2 * rows);
  const bag = new Int32Array(rows);
  const inBag = new Uint8Array(rows);
  const trees: Tree[] = [];
  const pace = createPace(input);
  const monitor = createMonitor(input, data, objective, missing);
  let learningRate = data.learningRate;
  let round = 0;
  let truncated = false;
  const roundLimit = data.validation ? roundsAtMost(learningRate) : roundsWithoutValidation(learningRate);
  const startMs = input.now();

  while (round < roundLimit) {
    if (pace.isOver()) {
      truncated = true;
      break;
    }
    if (round === warmUpRounds && Number.isFinite(input.deadlineMs)) {
      learningRate = fasterRate(learningRate, input.now() - startMs, input.deadlineMs - input.now());
    }
    const count = drawBag(bag, inBag, data.rowFraction, data.random);
    objective.prepare(scores);
    for (let k = 0; k < objective.outputs; k++) {
      if (objective.skip[k]) {
        trees.push(emptyTree());
        continue;
      }
      objective.fill(pairs, k, scores);
      const tree = grower.grow(pairs, bag, count, data.random);
      scaleLeaves(tree, learningRate);
      trees.push(tree);
      const output = scores.subarray(k * rows, (k + 1) * rows);
      for (let leaf = 0; leaf < tree.values.length; leaf++) {
        for (let i = grower.starts[leaf]!; i < grower.ends[leaf]!; i++) output[grower.order[i]!]! += tree.values[leaf]!;
      }
      if (count < rows) addOutOfBag(tree, data.codes, rows, inBag, missing, output);
    }
    round++;
    if (monitor?.see(round, trees.slice(-objective.outputs))) break;
    await pace.breathe();
  }
  const iterations = monitor ? monitor.watch.bestIteration : round;
  const forest = joinTrees(trees.slice(0, iterations * objective.outputs), objective.outputs);
  return { forest, start: objective.start, scale, iterations, curve: monitor?.watch.curve ?? [], truncated };
}

/** Keeps the validation rows' raw scores, and looks at the metric often enough for it not to cost more than the trees. */
function createMonitor(
  input: FitInput,
  data: BoostData,
  objective: Objective,
  missing: Int32Array,
): { watch: Watch; see(round: number, added: Tree[]): boolean } | null {
  const { validation } = data;
  if (!validation || validation.target.length === 0) return null;
  const rows = validation.target.length;
  const scores = startScores(objective, rows);
  const predictions = new Float64Array(rows * (input.task === 'regression' ? 1 : input.classes));
  const base = patienceBase(data.target.length, data.learningRate);
  const watch = createWatch({
    task: input.task,
    classes: input.classes,
    target: validation.target,
    metric: input.metric,
    patience: (best) => Math.max(base, 0.3 * best + 20),
    onIteration: input.onIteration,
  });
  const every = Math.min(10, 1 + Math.floor(predictions.length / 16_384));
  return {
    watch,
    see(round, added) {
      const forest = joinTrees(added, objective.outputs);
      addTrees(forest, 0, forest.trees, validation.codes, rows, missing, scores);
      if (round > 10 && round % every !== 0) return false;
      objective.predict(scores, rows, predictions);
      watch.see(round, predictions);
      return watch.isOver(round);
    },
  };
}

/** AutoGluon's patience, for a learning rate of 0.05; faster learners need fewer rounds to show that they are done. */
function patienceBase(rows: number, learningRate: number): number {
  const base = rows <= 10_000 ? 300 : Math.max(20, 3_000_000 / rows);
  return Math.max(20, Math.round(base * Math.min(1, 0.05 / learningRate)));
}

function roundsAtMost(learningRate: number): number {
  return Math.min(10_000, Math.ceil(100 / learningRate));
}

function roundsWithoutValidation(learningRate: number): number {
  return Math.min(2000, Math.max(50, Math.ceil(neededTravel / learningRate)));
}

/** When the time left allows too few rounds at this rate, a higher one that gets as far in the rounds that fit. */
function fasterRate(learningRate: number, spentMs: number, leftMs: number): number {
  const rounds = Math.max(1, leftMs / Math.max(1e-3, spentMs / warmUpRounds));
  return rounds * learningRate < neededTravel
    ? Math.max(learningRate, Math.min(0.2, neededTravel / rounds))
    : learningRate;
}

/** Rows without replacement, in order (selection sampling, Knuth's algorithm S). */
function drawBag(bag: Int32Array, inBag: Uint8Array, fraction: number, random: Random): number {
  const rows = bag.length;
  const wanted = fraction >= 1 ? rows : Math.max(Math.min(rows, 2), Math.round(rows * fraction));
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const take = wanted === rows || random.uint32() * (rows - row) < (wanted - count) * 4_294_967_296;
    inBag[row] = take ? 1 : 0;
    if (take) bag[count++] = row;
  }
  return count;
}

function addOutOfBag(
  tree: Tree,
  codes: Uint8Array,
  rows: number,
  inBag: Uint8Array,
  missing: Int32Array,
  output: Float64Array,
): void {
  const { feature, bin, missingLeft, left, right, sets, values } = tree;
  const root = feature.length > 0 ? 0 : -1;
  for (let i = 0; i < rows; i++) {
    if (inBag[i] === 1) continue;
    let node = root;
    while (node >= 0) {
      const f = feature[node]!;
      const code = codes[f * rows + i]!;
      let goesLeft: boolean;
      if (bin[node]! < 0) goesLeft = ((sets[node * setWords + (code >> 5)]! >>> (code & 31)) & 1) === 1;
      else goesLeft = code === missing[f]! ? missingLeft[node] === 1 : code <= bin[node]!;
      node = goesLeft ? left[node]! : right[node]!;
    }
    output[i]! += values[~node]!;
  }
}

function startScores(objective: Objective, rows: number): Float64Array {
  const scores = new Float64Array(objective.outputs * rows);
  for (let k = 0; k < objective.outputs; k++) scores.fill(objective.start[k]!, k * rows, (k + 1) * rows);
  return scores;
}

function scaleLeaves(tree: Tree, learningRate: number): void {
  for (let leaf = 0; leaf < tree.values.length; leaf++) {
    tree.values[leaf] = learningRate * Math.max(-maxLeafStep, Math.min(maxLeafStep, tree.values[leaf]!));
  }
}

function emptyTree(): Tree {
  const none = new Int32Array(0);
  return {
    feature: none,
    bin: none,
    missingLeft: new Uint8Array(0),
    left: none,
    right: none,
    sets: none,
    values: new Float64Array(1),
  };
}

function scaleOf(target: Float64Array): OutputScale {
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of target) {
    sum += value;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const mean = target.length > 0 ? sum / target.length : 0;
  let squares = 0;
  for (const value of target) squares += (value - mean) ** 2;
  const scale = Math.sqrt(squares / Math.max(1, target.length));
  return { mean, scale: scale > 0 ? scale : 1, min, max };
}
