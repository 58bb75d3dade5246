import { type Column, createRandom, isNumeric, type Table } from '@laurel/tabular';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../models/types.ts';
import { targetOutputs } from '../outputs.ts';
import { fitRecipe } from '../recipe.ts';
import { targetFolds } from '../target-encoding.ts';
import { type KeyColumn, placeReader } from './keys.ts';
import { restoreRecipe } from './stored.ts';
import { fitKeyed, prepareKeyed } from './target-codes.ts';

function categorical(name: string, codes: Int32Array): Column {
  const size = codes.reduce((most, code) => Math.max(most, code), 0) + 1;
  return { name, type: 'categorical', codes, levels: Array.from({ length: size }, (_, k) => `${name}${k}`) };
}

function draw(count: number, levels: number, seed: number): Int32Array {
  const random = createRandom(seed);
  return Int32Array.from({ length: count }, () => random.int(levels));
}

function valuesOf({ columns }: Table, name: string): Float64Array {
  const column = columns.find((candidate) => candidate.name === name);
  if (!column || !isNumeric(column)) throw new Error(`There are no numbers in ${name}.`);
  return column.values;
}

async function recipeOf(columns: Column[], target: ArrayLike<number>, config: Config, classes = 2, labels?: string[]) {
  const table = { rows: target.length, columns };
  const values = Float64Array.from(target);
  const rows = Int32Array.from(values, (_, row) => row);
  const task = classes === 2 ? 'binary' : 'multiclass';
  const made = await fitRecipe({ table, rows, target: values, task, classes, labels, config, seed: 1 });
  return { ...made, names: made.recipe?.generated.map(({ name }) => name) ?? [] };
}

/** Training values and those of the fitted tables, of one key with these codes. */
function countsOf(codes: Int32Array): { training: Float64Array; served: Float64Array } {
  const table = { rows: codes.length, columns: [categorical('k', codes)] };
  const rows = Int32Array.from(codes, (_, row) => row);
  const outputs = targetOutputs(
    'binary',
    2,
    Float64Array.from(codes, (_, row) => row % 2),
    rows,
  );
  const key: KeyColumn = { name: 'k', numbers: null, size: codes.length };
  const placesOf = () => placeReader(key)(table);
  const folds = targetFolds(outputs, 1);
  const step = fitKeyed({ table, rows, outputs, suffixes: [''], folds, config: {}, seed: 1, keys: [key], placesOf }, [
    key,
  ]);
  return { training: step.training!.at(-1)!, served: prepareKeyed(step.state)(table, { placesOf }).at(-1)! };
}

describe('target means', () => {
  it('are named by class, whichever is the most frequent of a fold', async () => {
    const town = draw(300, 5, 1);
    const order = [0, 1, 2, 3, 4];
    const classes = { first: [0, 1, 2, 2, 2], second: [0, 0, 0, 1, 2] };
    for (const classOf of Object.values(classes)) {
      const target = town.map((code) => classOf[code]!);
      const labels = ['ash', 'beech', 'cedar'];
      const { recipe } = await recipeOf([categorical('town', town)], target, { targetMeans: true }, 3, labels);
      const five = recipe!.transform({ rows: 5, columns: [{ ...categorical('town', Int32Array.from(order)) }] });
      for (const [k, label] of labels.entries()) {
        const means = valuesOf(five, `target mean of town (class ${label})`);
        for (const code of order) expect(means[code]! > 0.5).toBe(classOf[code] === k);
      }
    }
  });

  it('are not made of marks of two levels, which still make pairs', async () => {
    const [flag, mark, town] = [draw(600, 2, 1), draw(600, 2, 2), draw(600, 5, 3)];
    const target = flag.map((code, row) => (code ^ mark[row]! ? 1 : 0));
    const columns = [categorical('flag', flag), categorical('mark', mark), categorical('town', town)];
    const { names } = await recipeOf(columns, target, { targetMeans: true, categoryPairs: 8 });
    expect(names).toContain('target mean of town');
    expect(names).not.toContain('target mean of flag');
    expect(names.some((name) => /mean of (flag and mark|mark and flag)/.test(name))).toBe(true);
  });
});

describe('pairs of categories', () => {
  it('come in the order of what they say beyond their parts, and not at all where they are hardly met twice', async () => {
    const [flag, mark, town] = [draw(600, 3, 1), draw(600, 3, 2), draw(600, 6, 3)];
    const target = flag.map((code, row) => ((code + mark[row]!) % 3 === 0 ? 1 : 0));
    const rare = Int32Array.from({ length: 600 }, (_, row) => row % 300);
    const columns = [
      categorical('town', town),
      categorical('flag', flag),
      categorical('mark', mark),
      categorical('rare', rare),
    ];
    const { names } = await recipeOf(columns, target, { categoryPairs: 24 });
    expect(names[0]).toMatch(/^target mean of (flag and mark|mark and flag)/);
    expect(names.some((name) => name.includes('rare') && name.includes('town'))).toBe(false);
  });
});

describe('counts of rows', () => {
  it('are those of the others in training, and of all when the model is used', () => {
    const { training, served } = countsOf(Int32Array.of(0, 1, 1, 2, 2, 2));
    expect([...training].map(Math.expm1).map(Math.round)).toEqual([0, 1, 1, 2, 2, 2]);
    expect([...served].map(Math.expm1).map(Math.round)).toEqual([1, 2, 2, 3, 3, 3]);
  });

  it('do not tell one row from none where too many levels are met once, in training either', () => {
    const count = 10_002;
    const { training, served } = countsOf(Int32Array.from({ length: count }, (_, row) => Math.max(1, row)));
    const many = countsOf(Int32Array.from({ length: count + 2 }, (_, row) => Math.max(1, row)));
    expect([training[0], served[count - 1]]).toEqual([Math.log1p(1), Math.log1p(1)]);
    expect([many.training[0], many.served[count - 1]]).toEqual([0, 0]);
    expect(many.served[0]).toBe(Math.log1p(2));
  });
});

it('a recipe that was stored before counts of single rows were kept gives the numbers that it gave', () => {
  const features = [
    { name: 'target mean of k', from: ['k'], how: 'mean target of the other folds' },
    { name: 'rows with the same k', from: ['k'], how: 'logarithm of their number' },
  ];
  const header = { columns: ['k'], sizes: [4], tables: ['means0', 'counts'] };
  const recipe = restoreRecipe({
    header: {
      steps: [{ transformer: 'targetMeans', features, kept: [0, 1], keys: ['k'], header }],
      keys: [{ name: 'k', size: 4 }],
    },
    tensors: {
      's0:levels': Float64Array.of(0, 2),
      's0:means0': Float64Array.of(0.25, 0.75, 0.5),
      's0:counts': Float64Array.of(1, 2, 0),
    },
  });
  const table = { rows: 4, columns: [categorical('k', Int32Array.of(0, 2, 3, -1))] };
  expect(valuesOf(recipe.transform(table), 'target mean of k')).toEqual(Float64Array.of(0.25, 0.75, 0.5, 0.5));
  expect(valuesOf(recipe.transform(table), 'rows with the same k')).toEqual(Float64Array.of(1, 2, 0, 0));
});
