import { aboutFit } from '../about.ts';
import { fitBinning } from '../binning/fit.ts';
import { TreesError } from '../errors.ts';
import { addressableBytes } from '../kernel/arena.ts';
import { createEnsembleBuilder, type EnsembleBuilder } from '../model/builder.ts';
import { createPace } from '../pace.ts';
import type { FeatureBinning, TreeEnsemble, TreeModel } from '../types.ts';
import { rowWeights } from '../weights.ts';
import { averageTrees } from './average.ts';
import { writeBinFacts } from './bin-values.ts';
import { type OpenForest, openForest, writeParameters, writePoisson } from './kernel.ts';
import { forestSpace, modelBytes, outputsOf } from './memory.ts';
import { completeForestParameters } from './parameters.ts';
import { checkTarget, constantOf } from './target.ts';
import type { ForestInput, ForestParameters, ForestResult, ForestTask } from './types.ts';

/** arrays of a model that grows are doubled when they are full, and copied in the end */
const copiesOfModel = 3;

/**
 * Random forest (Breiman 2001) or, with splitter 'random', extremely randomised trees (Geurts, Ernst and Wehenkel 2006),
 * grown on binned columns. The same seed gives the same model, byte by byte. Where the deadline or the limit of memory
 * comes first, the model has fewer trees; where not even one was grown, and where nothing can be learnt (one class,
 * equal targets, constant features), it is the class shares or the mean. Throws TreesError for data or parameters that
 * make no sense, and the signal's reason when aborted.
 */
export async function fitForest(input: ForestInput): Promise<ForestResult> {
  const { features, rows, target, task, seed } = input;
  const parameters = completeForestParameters(input.parameters ?? {}, task, features.length);
  if (!Number.isSafeInteger(seed)) {
    throw new TreesError('INVALID_PARAMETER', `The seed must be a whole number, not ${seed}.`);
  }
  checkTarget(target, rows, task);
  const classes = task.kind === 'classification' ? task.classes : 0;
  const weights = rowWeights(
    { features: [], rows, target, weights: input.weights },
    classes > 0 ? { kind: 'softmax', classes } : { kind: 'squared' },
    parameters.classWeights,
  );
  const pace = createPace(input);
  const { base, isConstant } = constantOf(target, weights, classes);
  const binning = input.binning ?? fitBinning(features, rows, { ...input.binningOptions, seed });
  const model = (ensemble: TreeEnsemble): TreeModel => ({
    kind: 'forest',
    binning,
    ensemble,
    link: 'none',
    about: aboutFit({ task }, parameters, seed),
  });
  const constant = (truncated: boolean, memoryBytes: number): ForestResult => {
    const ensemble = createEnsembleBuilder({ outputs: base.length, leafWidth: base.length, base }).build();
    return { model: model(ensemble), outOfBag: null, trees: 0, truncated, memoryBytes };
  };
  if (isConstant || pace.isOver()) return constant(!isConstant, 0);
  const forest = open(input, parameters, binning, weights, task.kind === 'regression' ? base[0]! : 0);
  const memoryBytes = forest.kernel.arena.bytes;
  if (forest.varying === 0) return constant(false, memoryBytes);
  const builder = createEnsembleBuilder({
    outputs: base.length,
    leafWidth: base.length,
    base: new Float64Array(base.length),
  });
  const truncated = await addTrees(input, parameters.trees, forest, builder, pace);
  if (builder.trees === 0) return constant(true, memoryBytes);
  return {
    model: model(averageTrees(builder)),
    outOfBag: forest.space.outOfBag ? outOfBag(forest) : null,
    trees: builder.trees,
    truncated,
    memoryBytes,
  };
}

function open(
  input: ForestInput,
  parameters: ForestParameters,
  binning: readonly FeatureBinning[],
  weights: Float32Array | null,
  offset: number,
): OpenForest {
  const { features, rows, target, task } = input;
  const { bootstrap, maxSamples } = parameters;
  const categorical = features.some((feature) => feature.kind === 'categorical');
  const share = maxSamples < 1 ? Math.max(1, Math.round(maxSamples * rows)) : 0;
  const forest = openForest(
    features,
    rows,
    binning,
    ({ columns }) =>
      forestSpace({ rows, features: features.length, columns, task, categorical }, parameters, input.outOfBag ?? true),
    bootstrap ? -1 : share,
    input.memoryLimitBytes,
  );
  const { kernel } = forest;
  writeParameters(kernel, parameters, forest.varying);
  writePoisson(kernel, maxSamples);
  if (weights) kernel.f64('forestWeights').set(weights);
  else kernel.f64('forestWeights').fill(1);
  // Small sums have small rounding errors: targets are kept as their distance from the mean.
  kernel.f64('forestTargets').set(offset === 0 ? target : target.map((value) => value - offset));
  kernel.exports.forestOffset.value = offset;
  if (parameters.splitter === 'random') writeBinFacts(kernel, features, binning, rows, scoreOf(target, task));
  return forest;
}

/** What categories are put in order by: the target, or of more than two classes whether it is the most frequent. */
function scoreOf(target: Float64Array, task: ForestTask): Float64Array {
  if (task.kind === 'regression' || task.classes <= 2) return target;
  const counts = new Float64Array(task.classes);
  for (const value of target) counts[value]!++;
  const top = counts.indexOf(counts.reduce((most, count) => Math.max(most, count), 0));
  return target.map((value) => (value === top ? 1 : 0));
}

/** Gives whether the forest stayed smaller than wanted. */
async function addTrees(
  input: ForestInput,
  trees: number,
  forest: OpenForest,
  builder: EnsembleBuilder,
  pace: ReturnType<typeof createPace>,
): Promise<boolean> {
  const { space, kernel } = forest;
  const room = (input.memoryLimitBytes ?? addressableBytes) - kernel.arena.bytes;
  const modelRoom = input.modelLimitBytes ?? Number.POSITIVE_INFINITY;
  const outputs = outputsOf(space);
  while (builder.trees < trees) {
    if (pace.isOver() || builder.trees >= (input.stopAfter ?? Number.POSITIVE_INFINITY)) return true;
    const grown = forest.growTree(builder.trees, input.seed);
    const bytes = modelBytes(builder.leaves + grown.leaves, space.categorical ? 1 : 0, outputs);
    if ((copiesOfModel * bytes > room || bytes > modelRoom) && builder.trees > 0) return true;
    builder.addTree(grown);
    input.onTree?.(builder.trees);
    await pace.breathe();
  }
  return false;
}

function outOfBag({ kernel, space }: OpenForest): Float64Array {
  const outputs = outputsOf(space);
  const trees = kernel.u32('forestOutOfBagTrees');
  return kernel.f64('forestOutOfBagSums').map((sum, i) => sum / trees[Math.floor(i / outputs)]!);
}
