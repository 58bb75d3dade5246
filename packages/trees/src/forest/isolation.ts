import { checkFeatures } from '../binning/check.ts';
import { TreesError } from '../errors.ts';
import { kernelSha256 } from '../generated/kernel.ts';
import { planArena } from '../kernel/arena.ts';
import { openKernel } from '../kernel/module.ts';
import { createEnsembleBuilder } from '../model/builder.ts';
import { createPredictor, type Predictor } from '../model/predictor.ts';
import { createPace } from '../pace.ts';
import type { FeatureInput, TreeModel } from '../types.ts';
import { averageTrees } from './average.ts';
import { fitIsolationBins } from './isolation-bins.ts';
import { openForest } from './kernel.ts';
import type { IsolationInput } from './types.ts';

/**
 * Isolation forest (Liu, Ting and Zhou 2008): random trees, in which rows that are few and different get to a leaf
 * after few steps. The model's raw output is the mean length of the path to the leaf, with what a leaf of several rows
 * would go on for added. A deadline leaves fewer trees; without any, and where no feature varies, every row has the
 * mean length. Throws TreesError, and the signal's reason when aborted.
 */
export async function fitIsolationForest(input: IsolationInput): Promise<TreeModel> {
  const { features, rows, trees = 100, sampleRows = 256, seed } = input;
  checkWhole('trees', trees, 1, 1e6);
  checkWhole('sampleRows', sampleRows, 1, 2 ** 31 - 1);
  checkWhole('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  checkFeatures(features, rows);
  const bins = features.map((feature) => fitIsolationBins(feature, rows, seed));
  const binning = bins.map((one) => one.binning);
  const sample = Math.min(sampleRows, rows);
  const forest = openForest(
    features,
    rows,
    binning,
    ({ columns }) => ({
      rows,
      features: features.length,
      columns,
      task: { kind: 'regression' },
      categorical: features.some((feature) => feature.kind === 'categorical'),
      treeRows: sample,
      leaves: sample,
      bestFirst: false,
      random: true,
      isolation: true,
      monotone: false,
      outOfBag: false,
    }),
    sample < rows ? sample : 0,
    input.memoryLimitBytes,
  );
  const { exports } = forest.kernel;
  exports.forestRandomSplits.value = 1;
  exports.forestNodeFeatures.value = 1;
  exports.forestMaxDepth.value = 32 - Math.clz32(Math.max(1, sample - 1));
  const values = forest.kernel.f64('forestBinValues');
  for (const [feature, one] of bins.entries()) values.set(one.values, feature * 256);
  const meanLength = exports.averagePathLength(sample);
  const builder = createEnsembleBuilder({ outputs: 1, leafWidth: 1, base: [0] });
  const pace = createPace(input);
  while (forest.varying > 0 && builder.trees < trees && !pace.isOver()) {
    builder.addTree(forest.growTree(builder.trees, seed));
    await pace.breathe();
  }
  const ensemble = averageTrees(builder);
  if (ensemble.trees === 0) ensemble.base[0] = meanLength;
  const about = { trees: ensemble.trees, sampleRows: sample, meanLength, seed, kernel: kernelSha256 };
  return { kind: 'isolation', binning, ensemble, link: 'none', about };
}

/**
 * Scores from 0 to 1, one per row: 2^(-length / mean length). Well above 0.5: an anomaly; 0.5 or below: nothing unusual.
 * A predictor of the model saves loading it again. Throws INVALID_PARAMETER for another kind of model.
 */
export function anomalyScores(
  model: TreeModel,
  features: readonly FeatureInput[],
  rows: number,
  predictor?: Predictor,
): Float64Array {
  const { meanLength } = model.about;
  if (model.kind !== 'isolation' || typeof meanLength !== 'number') {
    throw new TreesError('INVALID_PARAMETER', 'Anomaly scores need a model from fitIsolationForest.');
  }
  const loaded = predictor ?? createPredictor(model);
  const lengths = loaded.raw(features, rows);
  if (!predictor) loaded.dispose();
  // One row alone is as usual as it can be.
  if (!(meanLength > 0)) return lengths.fill(0.5);
  const { exp } = openKernel(planArena({})).exports;
  return lengths.map((length) => exp((-length / meanLength) * Math.LN2));
}

function checkWhole(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new TreesError('INVALID_PARAMETER', `${name} must be a whole number from ${min} to ${max}, not ${value}.`);
}
