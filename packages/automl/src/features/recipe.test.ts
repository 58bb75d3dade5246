import { type Column, createRandom, isNumeric, selectRows, type Table } from '@laurel/tabular';
import { describe, expect, it } from 'vitest';
import { readContainer, type Tensors, writeContainer } from '../container.ts';
import { familyOf } from '../families.ts';
import { areaUnderRoc, fitInput, synthetic } from '../models/testing/synthetic.ts';
import type { Config } from '../models/types.ts';
import { type RecipeClock, recipeClock } from './recipe/clock.ts';
import { type Recipe, restoreRecipe } from './recipe/stored.ts';
import { fitRecipe } from './recipe.ts';
import { recipeSpace } from './recipe-space.ts';
import { transformers } from './registry.ts';

const everything: Config = {
  targetMeans: true,
  categoryPairs: 24,
  arithmetic: 8,
  missingMarks: true,
  dateGaps: true,
  textTopics: 32,
  clusters: 8,
};
const count = 900;
const arithmeticOfTwo = /^[ab] − [ab]$/;
const training = Int32Array.from({ length: 600 }, (_, i) => i);

/** Codes, categories, numbers whose difference matters, two dates, a text, and missing values. */
function example(seed = 5): { table: Table; target: Float64Array } {
  const random = createRandom(seed);
  const numbers = (draw: () => number) => Float64Array.from({ length: count }, draw);
  const [a, b] = [numbers(() => 1 + 4 * random.next()), numbers(() => 1 + 4 * random.next())];
  const department = numbers(() => 1000 + 7 * random.int(40));
  const town = Int32Array.from({ length: count }, () => random.int(6));
  const street = Int32Array.from({ length: count }, () => random.int(9));
  const [begin, end] = [numbers(() => 1.5e12 + 1e9 * random.int(400)), numbers(() => 1.6e12 + 1e9 * random.int(400))];
  const words = ['red', 'green', 'blue', 'stone', 'river', 'cloud', 'paper', 'glass', 'wood', 'iron', 'sand', 'salt'];
  const texts = Array.from({ length: count }, () =>
    Array.from({ length: 8 }, () => words[random.int(words.length)]!).join(' '),
  );
  const kind = department.map((value) => ((value * 31) % 13 > 6 ? 1 : 0));
  const signal = (i: number) =>
    (Math.abs(a[i]! - b[i]!) < 1.2 ? 2 : 0) + kind[i]! + ((town[i]! + street[i]!) % 2) + 0.3 * random.normal();
  const target = Float64Array.from({ length: count }, (_, i) => (signal(i) > 1.9 ? 1 : 0));
  for (let i = 0; i < count; i += 7) a[i] = Number.NaN;
  for (let i = 0; i < count; i += 11) town[i] = -1;
  const levels = [...new Set(texts)].sort();
  const place = new Map(levels.map((level, code) => [level, code]));
  const columns: Column[] = [
    { name: 'a', type: 'numeric', values: a },
    { name: 'b', type: 'numeric', values: b },
    { name: 'department', type: 'numeric', values: department },
    { name: 'town', type: 'categorical', codes: town, levels: Array.from('uvwxyz') },
    { name: 'street', type: 'categorical', codes: street, levels: Array.from('abcdefghi') },
    { name: 'begin', type: 'datetime', values: begin },
    { name: 'end', type: 'datetime', values: end },
    { name: 'note', type: 'text', codes: Int32Array.from(texts, (text) => place.get(text)!), levels },
  ];
  return { table: { rows: count, columns }, target };
}

async function made(
  { table, target }: ReturnType<typeof example>,
  config = everything,
  dropped: string[] = [],
  clock?: RecipeClock,
) {
  const fitted = await fitRecipe({
    table,
    rows: training,
    target,
    task: 'binary',
    classes: 2,
    config,
    seed: 3,
    dropped,
    ...(clock ? { clock } : {}),
  });
  return { ...fitted, recipe: fitted.recipe as Recipe };
}

/** Values of the made columns, one array each. */
function madeOf(table: Table, enriched: Table): Float64Array[] {
  return enriched.columns.slice(table.columns.length).map((column) => {
    if (!isNumeric(column)) throw new Error(`${column.name} is not a number.`);
    return column.values;
  });
}

function stored(recipe: Recipe): Recipe {
  const bytes = writeContainer(recipe.state() as { header: unknown; tensors: Tensors });
  return restoreRecipe(readContainer(bytes, 'recipe') as ReturnType<Recipe['state']>);
}

describe('fitRecipe', () => {
  it('makes something by every transformer, with names, columns and words', async () => {
    const data = example();
    const { recipe, enriched } = await made(data);
    const names = recipe.generated.map(({ name }) => name);
    for (const name of [
      'target mean of department',
      'rows with the same town',
      'a is missing',
      'values missing',
      'days from begin to end',
      'note (topic 1)',
      'distance to cluster 1',
    ]) {
      expect(names).toContain(name);
    }
    expect(names.some((name) => /^target mean of (town and street|street and town)/.test(name))).toBe(true);
    expect(names.some((name) => arithmeticOfTwo.test(name))).toBe(true);
    expect(new Set(names).size).toBe(names.length);
    const columns = data.table.columns.map(({ name }) => name);
    for (const { from, how } of recipe.generated) {
      expect(how.length).toBeGreaterThan(3);
      expect(columns).toEqual(expect.arrayContaining(from));
    }
    expect(enriched.columns).toHaveLength(columns.length + names.length);
    expect(Object.keys(recipeSpace)).toEqual(expect.arrayContaining(transformers.map(({ id }) => id)));
  });

  it('learns nothing from rows it does not train on', async () => {
    const data = example();
    const other = example(6);
    const swapped = {
      target: data.target.map((value, row) => (row < training.length ? value : 1 - value)),
      table: {
        rows: count,
        columns: data.table.columns.map((column, c): Column => {
          const strange = other.table.columns[c]!;
          if (isNumeric(column) && isNumeric(strange)) {
            return {
              ...column,
              values: column.values.map((v, row) => (row < training.length ? v : strange.values[row]! + 1)),
            };
          }
          if (isNumeric(column) || isNumeric(strange)) throw new Error('The two examples differ in types.');
          return {
            ...column,
            codes: column.codes.map((v, row) => (row < training.length ? v : (v + 1) % column.levels.length)),
          };
        }),
      },
    };
    const [before, after] = [await made(data), await made(swapped)];
    expect(after.recipe.state()).toEqual(before.recipe.state());
    const part = (made: Float64Array[]) => made.map((values) => values.subarray(0, training.length));
    expect(part(madeOf(data.table, after.enriched))).toEqual(part(madeOf(data.table, before.enriched)));
  });

  it('gives the same numbers when stored, and for one row as for many', async () => {
    const { table, target } = example();
    const { recipe } = await made({ table, target });
    const whole = madeOf(table, recipe.transform(table));
    expect(madeOf(table, stored(recipe).transform(table))).toEqual(whole);
    for (const row of [0, 7, 650, 899]) {
      const alone = madeOf(table, stored(recipe).transform(selectRows(table, [row])));
      expect(alone.map((values) => values[0])).toEqual(whole.map((values) => values[row]));
    }
  });

  it('answers for unseen levels, missing values and empty texts', async () => {
    const { table, target } = example();
    const { recipe } = await made({ table, target });
    const empty: Table = {
      rows: 2,
      columns: table.columns.map(
        (column): Column =>
          isNumeric(column)
            ? { ...column, values: Float64Array.of(Number.NaN, 123.5) }
            : { ...column, codes: Int32Array.of(-1, 0), levels: [''] },
      ),
    };
    const values = madeOf(table, recipe.transform(empty));
    const means = recipe.generated.findIndex(({ name }) => name === 'target mean of department');
    expect(values[means]![0]).toBe(values[means]![1]);
    expect(values.every((own) => own.length === 2)).toBe(true);
    expect(values[recipe.generated.findIndex(({ name }) => name === 'a is missing')]).toEqual(Float64Array.of(1, 0));
  });

  it('never makes what was dropped, and is the same for the same seed', async () => {
    const data = example();
    const dropped = ['town is missing', 'target mean of department', 'distance to cluster 3'];
    const [first, second] = [await made(data, everything, dropped), await made(data, everything, dropped)];
    const names = first.recipe.generated.map(({ name }) => name);
    for (const name of dropped) expect(names).not.toContain(name);
    expect(names).toContain('distance to cluster 4');
    expect(second.recipe.state()).toEqual(first.recipe.state());
  });

  it('leaves out made columns that do no better than noise', async () => {
    const data = example();
    const all = await made(data);
    const { recipe, enriched } = await made(data, { ...everything, probes: true });
    expect(recipe.generated.length).toBeLessThan(all.recipe.generated.length);
    expect(recipe.generated.some(({ name }) => arithmeticOfTwo.test(name))).toBe(true);
    expect(madeOf(data.table, stored(recipe).transform(data.table))[0]!.subarray(600)).toEqual(
      madeOf(data.table, enriched)[0]!.subarray(600),
    );
  });

  it('makes nothing where nothing is asked for, and stops where time ends', async () => {
    const data = example();
    expect(await made(data, {})).toMatchObject({ recipe: null, enriched: data.table });
    const whole = (await made(data)).recipe.generated.map(({ name }) => name);
    const early = recipeClock({ deadlineMs: Number.POSITIVE_INFINITY, now: () => 0, decided: { recipeSteps: 6 } });
    const cut = await made(data, everything, [], early);
    const names = cut.recipe.generated.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(0);
    expect(names.length).toBeLessThan(whole.length);
    expect(names).toEqual(whole.slice(0, names.length));
  });

  it('gives trees nothing to hold on to in a category of 5,000 levels of noise', async () => {
    const random = createRandom(12);
    const rows = 12_000;
    const x = Float64Array.from({ length: rows }, () => random.normal());
    const codes = Int32Array.from({ length: rows }, () => random.int(5000));
    const target = x.map((value) => (value + random.normal() > 0 ? 1 : 0));
    const levels = Array.from({ length: 5000 }, (_, i) => `n${String(i).padStart(4, '0')}`);
    const number: Column = { name: 'x', type: 'numeric', values: x };
    const area = async (columns: Column[], config: Config) => {
      const data = { task: 'binary' as const, classes: 2, features: { rows, columns }, target };
      const family = await familyOf('gbm').load();
      const input = fitInput(data, { learningRate: 0.1, maxLeaves: 15, minDataInLeaf: 20, ...config });
      const model = await family.fit(input);
      const tested = input.validation!.rows;
      const result = areaUnderRoc(
        Float64Array.from(tested, (row) => target[row]!),
        model.predict(data.features, tested),
      );
      model.dispose();
      return result;
    };
    const without = await area([number], {});
    const noise: Column = { name: 'noise', type: 'categorical', codes, levels };
    const encoded = await area([number, noise], { targetMeans: true });
    expect(Math.abs(encoded - without)).toBeLessThan(0.01);
    expect(encoded - without).toBeLessThanOrEqual(0.002);
  });
});

describe('engineered families', () => {
  it.each(['gbm', 'linear'])('%s predicts the same when stored, with features made of the columns', async (id) => {
    const data = synthetic('binary', 400, 3);
    const family = await familyOf(id).load();
    const input = fitInput(data, { targetMeans: true, arithmetic: 8, missingMarks: true, learningRate: 0.2 });
    const model = await family.fit(input);
    expect(model.generated!.length).toBeGreaterThan(2);
    const predictions = model.predict(data.features);
    const again = await family.restore(model.state());
    expect(again.predict(data.features)).toEqual(predictions);
    expect(again.predict(data.features, Int32Array.of(5))).toEqual(predictions.slice(10, 12));
    const off = await family.fit({ ...input, features: { off: true, dropped: [] } });
    expect(off.generated).toBeUndefined();
    for (const each of [model, again, off]) each.dispose();
  });
});
