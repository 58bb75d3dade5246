import { TreesError } from '../errors.ts';
import type { ForestParameters, ForestTask } from './types.ts';

const ranges = {
  trees: [1, 1e6, true],
  maxSamples: [1e-9, 1, false],
  maxLeaves: [0, 2 ** 31 - 1, true],
  maxDepth: [0, 1e6, true],
  minDataInLeaf: [1, 2 ** 30, true],
  minDataToSplit: [2, 2 ** 31 - 1, true],
  minImpurityDecrease: [0, 1e300, false],
} as const;

/** Fills in defaults, scikit-learn's. Throws INVALID_PARAMETER with the name and the range of what makes no sense. */
export function completeForestParameters(
  given: Partial<ForestParameters>,
  task: ForestTask,
  features: number,
): ForestParameters {
  const isClassification = task.kind === 'classification';
  checkTask(task);
  const parameters: ForestParameters = {
    trees: 300,
    maxFeatures: isClassification ? 'sqrt' : 1,
    bootstrap: given.splitter !== 'random',
    maxSamples: 1,
    maxLeaves: 0,
    maxDepth: 0,
    minDataInLeaf: 1,
    minDataToSplit: 2,
    minImpurityDecrease: 0,
    splitter: 'best',
    criterion: isClassification ? 'gini' : 'squared',
    classWeights: null,
    monotone: null,
    ...given,
  };
  for (const [name, [min, max, whole]] of Object.entries(ranges)) {
    const value = parameters[name as keyof typeof ranges];
    const fits = value >= min && value <= max && (!whole || Number.isInteger(value));
    if (!fits) refuse(`${name} must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}, not ${value}.`);
  }
  const { maxFeatures, splitter, criterion, maxLeaves } = parameters;
  if (maxFeatures !== 'sqrt' && !(maxFeatures > 0 && maxFeatures <= 1)) {
    refuse(`maxFeatures must be "sqrt" or a share above 0 and up to 1, not ${maxFeatures}.`);
  }
  if (maxLeaves === 1) refuse('maxLeaves must be 0 (no limit) or at least 2.');
  if (splitter !== 'best' && splitter !== 'random') refuse(`splitter must be "best" or "random", not "${splitter}".`);
  const criteria = isClassification ? ['gini', 'entropy'] : ['squared'];
  if (!criteria.includes(criterion)) {
    refuse(`criterion must be ${criteria.join(' or ')} for ${task.kind}, not "${criterion}".`);
  }
  checkPerColumn(parameters, task, features);
  return parameters;
}

function checkTask(task: ForestTask): void {
  if (task.kind === 'regression') return;
  if (task.kind !== 'classification') refuse('task must be regression or classification.');
  const { classes } = task;
  if (!(Number.isInteger(classes) && classes >= 1 && classes <= 65_536)) {
    refuse(`classes must be a whole number from 1 to 65536, not ${classes}.`);
  }
}

function checkPerColumn({ monotone, classWeights }: ForestParameters, task: ForestTask, features: number): void {
  if (monotone) {
    if (task.kind !== 'regression') refuse('monotone is for regression only. Leave it out for classes.');
    if (monotone.length !== features) {
      refuse(`monotone needs one direction per feature: ${features}, not ${monotone.length}.`);
    }
    if (!monotone.every((direction) => direction === 0 || direction === 1 || direction === -1)) {
      refuse('monotone directions are 1, -1 or 0.');
    }
  }
  if (classWeights) {
    const classes = task.kind === 'classification' ? task.classes : 0;
    if (classWeights.length !== classes) refuse(`classWeights needs ${classes} numbers, one per class.`);
  }
}

function refuse(message: string): never {
  throw new TreesError('INVALID_PARAMETER', message);
}
