import type { TaskKind } from '@laurel/contracts';
import { createRandom, deriveSeed, type Table } from '@laurel/tabular';
import { type Expansion, fitExpansion, restoreExpansion } from '../../features/expand.ts';
import { targetOutputs } from '../../features/outputs.ts';
import { choiceOf, numberOf } from '../config.ts';
import { everyRow, pick } from '../rows.ts';
import { joinStates, partOf, tensorOf } from '../states.ts';
import type { Config, Family, FitInput, FittedModel, ModelState } from '../types.ts';
import { binColumns, type FeatureBins, fitBins, maxValueBins } from './binning.ts';
import { boost } from './boost.ts';
import { addTrees, type Forest, readForest, storeForest } from './forest.ts';
import type { TreeParameters } from './grow.ts';
import { gbmInfo } from './info.ts';
import { createOutput, type OutputScale } from './objective.ts';

/** Histogram gradient boosting as LightGBM does it (Ke et al. 2017), on typed arrays. */
export const family: Family = { fit, restore };

interface Header {
  task: TaskKind;
  /** classes, or 1 */
  width: number;
  scale: OutputScale;
  start: number[];
  iterations: number;
  bins: { size: number; categorical: boolean; missing: boolean }[];
}

interface Parts {
  header: Header;
  expansion: Expansion;
  bins: FeatureBins[];
  forest: Forest;
}

async function fit(input: FitInput): Promise<FittedModel> {
  const { train, task, classes } = input;
  const outputs = targetOutputs(task, classes, train.target, train.rows);
  const { expansion, training } = fitExpansion(train.features, train.rows, outputs, {
    cyclicDates: false,
    words: 100,
    levelLimit: maxValueBins - 1,
    levelMinCount: 1,
    seed: deriveSeed(input.seed, 'features'),
  });
  const sizes = expansion.categories.map((category) => category.size);
  const bins = fitBins(training, sizes, maxValueBins);
  const boosted = await boost(input, {
    bins,
    codes: binColumns(training, bins),
    target: pick(train.target, train.rows),
    validation: input.validation && {
      codes: binColumns(expansion.transform(input.validation.features, input.validation.rows), bins),
      target: pick(input.validation.target, input.validation.rows),
    },
    parameters: treeParameters(input.config),
    learningRate: numberOf(input.config, gbmInfo.space, 'learningRate'),
    rowFraction: numberOf(input.config, gbmInfo.space, 'rowFraction'),
    random: createRandom(deriveSeed(input.seed, 'trees')),
  });
  const header: Header = {
    task,
    width: task === 'regression' ? 1 : classes,
    scale: boosted.scale,
    start: Array.from(boosted.start),
    iterations: boosted.iterations,
    bins: bins.map(({ size, categorical, missing }) => ({ size, categorical, missing })),
  };
  return createModel({ header, expansion, bins, forest: boosted.forest }, boosted.curve, boosted.truncated);
}

async function restore(state: ModelState): Promise<FittedModel> {
  const own = partOf(state, 'bins');
  const header = own.header as Header;
  const bins = header.bins.map((bin, f) => ({
    ...bin,
    upper: bin.categorical ? new Float64Array(0) : tensorOf(own, String(f), Float64Array),
  }));
  const parts = {
    header,
    bins,
    expansion: restoreExpansion(partOf(state, 'features')),
    forest: readForest(partOf(state, 'trees')),
  };
  return createModel(parts, [], false);
}

function createModel(parts: Parts, curve: [number, number][], truncated: boolean): FittedModel {
  const { header, bins, expansion, forest } = parts;
  const missing = Int32Array.from(bins, (bin) => bin.size);
  const toPredictions = createOutput(header.task, forest.outputs, header.scale);
  return {
    predict(table: Table, rows = everyRow(table)) {
      const codes = binColumns(expansion.transform(table, rows), bins);
      const scores = new Float64Array(forest.outputs * rows.length);
      for (let k = 0; k < forest.outputs; k++) scores.fill(header.start[k]!, k * rows.length, (k + 1) * rows.length);
      addTrees(forest, 0, forest.trees, codes, rows.length, missing, scores);
      const out = new Float64Array(rows.length * header.width);
      toPredictions(scores, rows.length, out);
      return out;
    },
    curve,
    iterations: header.iterations,
    truncated,
    state() {
      const tensors: ModelState['tensors'] = {};
      for (const [f, bin] of bins.entries()) if (!bin.categorical) tensors[f] = bin.upper;
      return joinStates({ bins: { header, tensors }, features: expansion.state(), trees: storeForest(forest) });
    },
    dispose: () => {},
  };
}

function treeParameters(config: Config): TreeParameters {
  const number = (key: keyof typeof gbmInfo.space) => numberOf(config, gbmInfo.space, key);
  return {
    maxLeaves: number('maxLeaves'),
    maxDepth: number('maxDepth'),
    minDataInLeaf: number('minDataInLeaf'),
    minHessian: number('minHessian'),
    l1: number('l1'),
    l2: number('l2'),
    minGain: 1e-12,
    featureFraction: number('featureFraction'),
    extraRandom: choiceOf(config, gbmInfo.space, 'extraRandom') === true,
    maxCategoriesToOneHot: number('maxCategoriesToOneHot'),
    maxCategoriesPerSplit: 32,
    categorySmoothing: number('categorySmoothing'),
    categoryL2: number('categoryL2'),
    minDataPerGroup: number('minDataPerGroup'),
  };
}
