import { dateCyclicParts, datePlainParts } from '../../features/dates.ts';
import { recipeSpace } from '../../features/recipe-space.ts';
import { textStatistics } from '../../features/text.ts';
import { addedColumns } from '../../search/cost.ts';
import type { Config, DataFacts, FamilyDescription } from '../types.ts';

/** Columns of words of one text at most. */
export const wordsOfText = 300;

export const linearInfo = {
  id: 'linear',
  label: 'Linear model',
  description:
    'A weighted sum of the features with a penalty on large weights: ridge regression, or logistic regression for classes. Fast, steady on small tables, easy to explain.',
  tasks: ['binary', 'multiclass', 'regression'],
  needs: { runtime: 'none', encoding: 'numeric' },
  reference: false,
  combines: false,
  withoutRecipes: ['missingMarks'],
  iterationLabel: 'penalty step',
  relativeCost: 0.25,
  costByClass: false,
  openingPlaces: [1],
  space: {
    pieces: {
      kind: 'int',
      label: 'Bends per number (0: straight lines)',
      short: 'bends',
      when: { numeric: true },
      min: 0,
      max: 16,
      default: 0,
    },
    skewLimit: {
      kind: 'choice',
      label: 'Reshape numbers with more skewness than',
      short: 'skew limit',
      when: { numeric: true },
      values: [0.8, 0.99, 2, 'never'],
      default: 0.99,
    },
    levelLimit: {
      kind: 'int',
      label: 'Levels of a category at most',
      short: 'max levels',
      when: { levelsAbove: 10 },
      min: 10,
      max: 200,
      log: true,
      default: 50,
    },
    levelMinCount: {
      kind: 'int',
      label: 'Rows of a level at least',
      short: 'min level rows',
      when: { levelsAbove: 10 },
      min: 1,
      max: 20,
      log: true,
      default: 3,
    },
    logTarget: {
      kind: 'choice',
      label: 'Learn the logarithm of the target',
      short: 'log target',
      when: { tasks: ['regression'] },
      values: [false, true],
      default: false,
    },
  },
  startingConfigs,
  memoryBytes,
} as const satisfies FamilyDescription;

/**
 * The columns as numbers, the matrix that is made of them, its copy for the kernel, and what the solver keeps for every
 * row, training and validation.
 */
function memoryBytes(facts: DataFacts, config: Config): number {
  const { dates = 0, texts = 0 } = facts.made ?? {};
  const numbers =
    facts.numericFeatures -
    dates +
    dates * (datePlainParts.length + dateCyclicParts.length) +
    texts * (textStatistics.length + wordsOfText) +
    addedColumns({ space: recipeSpace }, config);
  const asked = typeof config.pieces === 'number' ? config.pieces : 0;
  const perNumber = 1 + 2 * Math.max(1, piecesWithin(asked, facts.rows, numbers));
  const outputs = facts.classes > 2 ? facts.classes : 1;
  return 1.25 * facts.rows * (8 * (numbers * perNumber + 5 * outputs) + 12 * facts.categoricalFeatures);
}

/** Cells of the matrix at most: bends are made fewer for large tables. */
const mostCells = 25_000_000;

/** Bends per number: as many as are asked for and as there is room for; 0: straight lines. */
export function piecesWithin(asked: number, rows: number, numbers: number): number {
  const pieces = Math.min(asked, Math.floor(mostCells / Math.max(1, rows * numbers)));
  return pieces > 1 ? pieces : 0;
}

function startingConfigs(facts: DataFacts): Config[] {
  const plain: Config = { pieces: 0, skewLimit: 0.99, levelLimit: 50, levelMinCount: 3 };
  const bent: Config = { ...plain, pieces: 8 };
  const configs = facts.numericFeatures > 0 ? [plain, bent] : [plain];
  if (facts.task !== 'regression') return configs;
  return [...configs, { ...configs.at(-1)!, logTarget: true }];
}
