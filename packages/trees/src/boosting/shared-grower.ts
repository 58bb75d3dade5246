import { TreesError } from '../errors.ts';
import { type Grower, seedSample, seedSearch, treeViews } from './grower.ts';
import type { BoostKernel, SessionInput } from './session.ts';

/**
 * Grows one tree a round with a value per class in every leaf. Its shape is looked for on a few random directions of
 * the gradients (SketchBoost, Iosipoi and Vakhrushev 2022), its values are Newton's steps of all classes.
 */
export function createSharedGrower(kernel: BoostKernel, input: SessionInput, rows: number): Grower {
  const { exports, arena } = kernel;
  const { objective, parameters } = input;
  if (objective.kind !== 'softmax' || parameters.goss || parameters.monotone || parameters.pathSmoothing > 0) {
    throw new TreesError(
      'INVALID_PARAMETER',
      "Trees shared by classes take no goss, monotone or pathSmoothing. Leave these out, or set the objective's trees to 'perClass'.",
    );
  }
  const { classes } = objective;
  const tree = treeViews(kernel);
  let sampled = 0;
  let round = 0;
  exports.histogramKind.value = exports.vectorKind.value;
  exports.gradientUnit.value = 1;
  exports.hessianUnit.value = 1;
  return {
    floatTrees: () => 0,
    beginRound(number) {
      round = number;
      seedSample(kernel, input.seed, round);
      sampled = exports.sampleShare(parameters.rowFraction, arena.at.sampleRandom);
      exports.sampleFeatures(parameters.featureFraction, arena.at.sampleRandom);
      exports.sketchSoftmax(classes, arena.at.sampleRandom);
    },
    growTree(_, learningRate) {
      seedSearch(kernel, input.seed, round);
      // a row counts 1 while the shape is looked for, and its curvature in the values: the penalty is measured alike
      exports.l2.value = parameters.l2 / exports.meanCurvature.value;
      exports.orderRows();
      const leaves = exports.growTree(sampled, rows);
      exports.l2.value = parameters.l2;
      exports.setVectorValues(leaves, classes, learningRate, parameters.l2);
      exports.addVectorValues(leaves, classes);
      tree.leaves = leaves;
      tree.nodes = leaves - 1;
      return tree;
    },
  };
}
