import { type Column, createRandom, isNumeric, type Table } from '@laurel/tabular';
import { describe, expect, it } from 'vitest';
import { familyOf } from '../families.ts';
import { fitInput, synthetic } from '../models/testing/synthetic.ts';
import type { Config, Family, FitInput } from '../models/types.ts';
import { engineered } from './engineered.ts';
import { targetOutputs } from './outputs.ts';
import { recipeClock } from './recipe/clock.ts';
import { placeReader } from './recipe/keys.ts';
import { targetMeans } from './recipe/target-means.ts';
import { fitRecipe } from './recipe.ts';
import { targetFolds } from './target-encoding.ts';

const count = 400;
const random = createRandom(21);
const number = (name: string): Column => {
  return { name, type: 'numeric', values: Float64Array.from({ length: count }, () => 1 + random.next()) };
};
const category = (name: string, levels: number): Column => ({
  name,
  type: 'categorical',
  codes: Int32Array.from({ length: count }, () => random.int(levels)),
  levels: Array.from({ length: levels }, (_, k) => `${name}${k}`),
});
/** Ten classes, told by the last of 40 categories and by the sum of two numbers. */
const categories = Array.from({ length: 40 }, (_, k) => category(`c${k}`, 6));
const telling = category('telling', 10);
const numbers = Array.from({ length: 4 }, (_, k) => number(`n${k}`));
const table: Table = { rows: count, columns: [...categories, telling, ...numbers] };
const target = Float64Array.from({ length: count }, (_, row) => {
  const known = isNumeric(telling) ? 0 : telling.codes[row]!;
  const sum = numbers.slice(0, 2).reduce((all, column) => all + (isNumeric(column) ? column.values[row]! : 0), 0);
  return random.next() < 0.6 ? known : Math.min(9, Math.floor(5 * (sum - 2)));
});
const rows = Int32Array.from(target, (_, row) => row);

/** A clock that goes on by every look at it. */
function hourGlass(): () => number {
  let ms = 0;
  return () => ++ms;
}

const recipeOf = (config: Config, clock = recipeClock({ deadlineMs: Number.POSITIVE_INFINITY, now: () => 0 })) =>
  fitRecipe({ table, rows, target, task: 'multiclass', classes: 10, config, seed: 3, clock });

describe('the time of a recipe', () => {
  it('ends it at some place, where a fit that repeats it ends too', async () => {
    const keyed = { targetMeans: true, categoryPairs: 8, arithmetic: 8, probes: true };
    const probed = { clusters: 8, arithmetic: 8, probes: true };
    const ends = new Set<string>();
    let rounds = 0;
    for (const [deadlineMs, config] of [
      [600, keyed],
      [1200, keyed],
      [1000, probed],
    ] as const) {
      const first = await recipeOf(config, recipeClock({ deadlineMs, now: hourGlass() }));
      rounds = Math.max(rounds, Number(first.decided?.recipeProbes ?? 0));
      for (const end of Object.keys(first.decided ?? {})) ends.add(end);
      const decided = JSON.parse(JSON.stringify(first.decided ?? {}));
      const again = await recipeOf(config, recipeClock({ deadlineMs: 1, now: hourGlass(), decided }));
      expect(again.decided).toEqual(first.decided);
      expect(again.recipe?.state()).toEqual(first.recipe?.state());
      expect(again.enriched).toEqual(first.enriched);
    }
    expect([...ends].sort()).toEqual(['recipeKeys', 'recipeProbes', 'recipeSteps']);
    expect(rounds).toBeGreaterThan(0);
  });

  it('is not spent on keys where nothing reads them, and leaves them some where it is short', async () => {
    const without = await recipeOf({ arithmetic: 8 }, recipeClock({ deadlineMs: 200, now: hourGlass() }));
    expect(without.decided).toBeUndefined();
    expect(without.recipe!.generated.length).toBeGreaterThan(0);
    const short = await recipeOf({ targetMeans: true }, recipeClock({ deadlineMs: 300, now: hourGlass() }));
    expect(short.decided).toHaveProperty('recipeKeys');
    expect(short.recipe!.generated.length).toBeGreaterThan(0);
  });

  it('keeps everything where it is too short to tell by probes', async () => {
    const now = () => 0;
    const skipped = await recipeOf(
      { arithmetic: 8, probes: true },
      recipeClock({ deadlineMs: 1, now, decided: { recipeProbes: 0 } }),
    );
    const whole = await recipeOf({ arithmetic: 8 });
    expect(skipped.recipe!.generated).toEqual(whole.recipe!.generated);
    expect(skipped.decided).toEqual({ recipeProbes: 0 });
  });

  it.each([{ targetMeans: true }, { arithmetic: 8, probes: true }])('ends with an abort: %o', async (config) => {
    const whole = { looks: 0 };
    const looking = () => ++whole.looks;
    await recipeOf(config, recipeClock({ deadlineMs: Number.POSITIVE_INFINITY, now: looking }));
    const abort = new AbortController();
    let looks = 0;
    const now = () => {
      looks++;
      if (looks === Math.floor(0.7 * whole.looks)) abort.abort(new Error('no longer'));
      return looks;
    };
    const clock = recipeClock({ deadlineMs: Number.POSITIVE_INFINITY, now, signal: abort.signal });
    await expect(recipeOf(config, clock)).rejects.toThrow('no longer');
    expect(looks).toBeLessThan(0.75 * whole.looks);
  });

  it('is part of what a model decided by the clock', async () => {
    const data = synthetic('binary', 200, 3);
    const family = await familyOf('gbm').load();
    const config = { targetMeans: true, arithmetic: 8, missingMarks: true, learningRate: 0.2 };
    const input = fitInput(data, config, { deadlineMs: 100, now: hourGlass() });
    const first = await family.fit(input);
    expect(first.decided).toHaveProperty('recipeKeys');
    const decided = JSON.parse(JSON.stringify(first.decided));
    const again = await family.fit({ ...input, deadlineMs: Number.POSITIVE_INFINITY, decided });
    expect(again.state()).toEqual(first.state());
    expect(again.decided).toEqual(first.decided);
    for (const model of [first, again]) model.dispose();
  });
});

describe('the columns of a recipe', () => {
  it('come from the most telling category first, and leave room for what follows', async () => {
    const { recipe } = await recipeOf({ targetMeans: true, clusters: 24 });
    const names = recipe!.generated.map(({ name }) => name);
    expect(names[0]).toMatch('target mean of telling');
    expect(names.filter((name) => name.startsWith('rows with the same')).length).toBeGreaterThan(5);
    expect(names).toContain('distance to cluster 24');
    expect(names.length).toBeLessThanOrEqual(250);
  });

  it('are made one step at a time', () => {
    const outputs = targetOutputs('multiclass', 10, target, rows);
    const keys = categories.map(({ name }) => ({ name, numbers: null, size: 6 }));
    const read: string[] = [];
    const steps = targetMeans.fit({
      table,
      rows,
      outputs,
      suffixes: outputs.values.map((_, k) => ` ${k}`),
      folds: targetFolds(outputs, 1),
      config: { targetMeans: true },
      seed: 1,
      keys,
      placesOf(key, of = rows) {
        read.push(key.name);
        return placeReader(key)(table, of);
      },
    });
    for (const step of steps) {
      expect(step?.features).toHaveLength(11);
      break;
    }
    expect(read).toEqual(['c0']);
  });

  it('are made for the rows that are used alone', async () => {
    const data = synthetic('binary', 300, 3);
    const seen: FitInput[] = [];
    const family: Family = {
      async fit(input) {
        seen.push(input);
        return (await familyOf('baseline').load()).fit(input);
      },
      restore: () => Promise.reject(new Error('not asked for')),
    };
    const weights = data.target.map((_, row) => 1 + row);
    const blocks = Int32Array.from(data.target, (_, row) => row >> 1);
    const own = fitInput(data, { targetMeans: true, arithmetic: 8 });
    const part = own.train.rows.filter((row) => row % 5 === 2);
    const train = { ...own.train, rows: part, weights, blocks };
    const whole = own.train.rows.length + own.validation!.rows.length;
    await engineered(family).fit({ ...own, train });
    await engineered(family).fit({ ...own, train: { ...own.train, weights, blocks } });
    await engineered(family).fit({ ...own, train, validation: { ...own.validation!, features: { ...data.features } } });
    const [rung, full, apart] = seen as [FitInput, FitInput, FitInput];
    expect(full.train.features.rows).toBe(whole);
    expect(rung.train.features.rows).toBe(part.length + own.validation!.rows.length);
    expect(rung.validation!.features).toBe(rung.train.features);
    expect(apart.train.features.rows).toBe(part.length);
    expect(apart.validation!.features.rows).toBe(own.validation!.rows.length);
    for (const input of [rung, apart]) {
      const column = (of: Table, rowsOf: Int32Array) =>
        rowsOf.map((row) => (isNumeric(of.columns[0]!) ? 1e6 * of.columns[0].values[row]! : 0));
      expect(column(input.train.features, input.train.rows)).toEqual(column(data.features, part));
      expect(column(input.validation!.features, input.validation!.rows)).toEqual(
        column(data.features, own.validation!.rows),
      );
      input.train.rows.forEach((row, i) => {
        expect(input.train.target[row]).toBe(data.target[part[i]!]);
        expect(input.train.weights![row]).toBe(weights[part[i]!]);
        expect(input.train.blocks![row]).toBe(blocks[part[i]!]);
      });
    }
    expect(rung.train.features.columns.map(({ name }) => name)).toContain('target mean of colour');
  });
});
