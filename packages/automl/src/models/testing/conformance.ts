import type { TaskKind } from '@laurel/contracts';
import type { Column, Table } from '@laurel/tabular';
import { createRandom } from '@laurel/tabular';
import { describe, expect, it } from 'vitest';
import type { Config, FamilyInfo, FitInput, FittedModel } from '../types.ts';
import { copyOf, describeEdgeRows, oneRow, printed } from './edge-rows.ts';
import { areaUnderRoc, fitInput, lossMetric, type Synthetic, synthetic } from './synthetic.ts';

/** What every model family must do, whatever it is. Called once per entry of the registry. */
export function describeFamily(info: FamilyInfo): void {
  describe(`family ${info.id}`, () => {
    for (const task of info.tasks) describeTask(info, task);
    describeAwkwardData(info);
    describeEdgeRows(info);
    describeStopping(info);
  });
}

async function fitOn(info: FamilyInfo, data: Synthetic, changes: Partial<FitInput> = {}): Promise<FittedModel> {
  const family = await info.load();
  return family.fit(fitInput(data, quickConfig(info, data), changes));
}

/** The family's default; fewer epochs and members where it has them, so that the suite stays quick. */
function quickConfig(info: FamilyInfo, data: Synthetic): Config {
  const numericFeatures = data.features.columns.filter((column) => 'values' in column).length;
  const facts = {
    task: data.task,
    rows: data.features.rows,
    numericFeatures,
    categoricalFeatures: data.features.columns.length - numericFeatures,
    levels: 10,
    classes: data.classes,
  };
  const { epochs, members } = info.space;
  return { ...info.startingConfigs(facts)[0], ...(epochs ? { epochs: 20 } : {}), ...(members ? { members: 2 } : {}) };
}

function describeTask(info: FamilyInfo, task: TaskKind): void {
  it(`learns a ${task} task better than the baseline's answer`, async () => {
    const data = synthetic(task, 600, 3);
    const model = await fitOn(info, data);
    const input = fitInput(data, {});
    const rows = input.validation!.rows;
    const target = Float64Array.from(rows, (row) => data.target[row]!);
    const loss = input.metric.score(target, model.predict(data.features, rows));
    const { baselineInfo } = await import('../baseline/info.ts');
    const { family: baseline } = await import('../baseline/model.ts');
    expect(baselineInfo.reference).toBe(true);
    const constant = await baseline.fit(input);
    const baselineLoss = input.metric.score(target, constant.predict(data.features, rows));
    if (info.reference) expect(loss).toBeCloseTo(baselineLoss, 10);
    else expect(loss).toBeLessThan(0.75 * baselineLoss);
    expect(model.curve.length).toBeGreaterThan(0);
    expect(model.truncated).toBe(false);
    model.dispose();
  });

  it(`gives the same ${task} predictions after a round trip, row by row, and again with the same seed`, async () => {
    const data = synthetic(task, 200, 5);
    const model = await fitOn(info, data);
    const state = model.state();
    const predictions = model.predict(data.features);
    const width = task === 'regression' ? 1 : data.classes;
    expectSound(predictions, data.features.rows, width, task);
    const restored = await (await info.load()).restore(copyOf(state));
    expect(restored.predict(data.features)).toEqual(predictions);
    expect(printed(restored.state())).toEqual(printed(state));
    for (const row of [0, 7, 199]) {
      const expected = predictions.slice(row * width, (row + 1) * width);
      expect(restored.predict(data.features, Int32Array.of(row))).toEqual(expected);
      expect(restored.predict(oneRow(data.features, row))).toEqual(expected);
    }
    const again = await fitOn(info, data);
    expect(printed(again.state())).toEqual(printed(state));
    for (const one of [model, restored, again]) one.dispose();
  });

  it(`survives odd values in ${task} rows to predict`, async () => {
    const data = synthetic(task, 120, 6);
    const model = await fitOn(info, data);
    const width = task === 'regression' ? 1 : data.classes;
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e308, -1e308, 0]) {
      const odd = mapColumns(data.features, (column) =>
        'values' in column
          ? { ...column, values: new Float64Array(data.features.rows).fill(value) }
          : { ...column, codes: new Int32Array(data.features.rows).fill(-1) },
      );
      expectSound(model.predict(odd), odd.rows, width, task);
    }
    model.dispose();
  });

  it(`lets rows of ${task} count by their weights`, async () => {
    // one category only: a tree of full depth has one row in every leaf otherwise, which counts alone
    const whole = synthetic(task, 300, 19);
    const data = { ...whole, features: { ...whole.features, columns: [whole.features.columns[4]!] } };
    const middle = task === 'regression' ? 100 : 0.5;
    const weights = data.target.map((value) => (value > middle ? 1.6 : 0.2));
    const input = fitInput(data, {});
    const plain = await fitOn(info, data, { validation: null });
    const weighed = await fitOn(info, data, { validation: null, train: { ...input.train, weights } });
    const rows = input.validation!.rows;
    const meanOf = (model: FittedModel) => meanAbove(model.predict(data.features, rows), task, data.classes);
    const deviation = task === 'regression' ? spread(data.target) : 1;
    expect(meanOf(weighed) - meanOf(plain)).toBeGreaterThan(0.03 * deviation);
    for (const model of [plain, weighed]) model.dispose();
  });

  it(`fits ${task} without validation rows`, async () => {
    const data = synthetic(task, 120, 7);
    const model = await fitOn(info, data, { validation: null });
    expectSound(model.predict(data.features), 120, task === 'regression' ? 1 : data.classes, task);
    expect(model.curve).toEqual([]);
    model.dispose();
  });
}

function describeAwkwardData(info: FamilyInfo): void {
  const awkward: Record<string, (data: Synthetic) => Synthetic> = {
    'missing values everywhere in one column': (data) =>
      withColumn(data, {
        name: 'empty',
        type: 'numeric',
        values: new Float64Array(data.features.rows).fill(Number.NaN),
      }),
    'a constant column': (data) =>
      withColumn(data, { name: 'constant', type: 'numeric', values: new Float64Array(data.features.rows).fill(3) }),
    'infinite and huge values': (data) =>
      withColumn(data, {
        name: 'wild',
        type: 'numeric',
        values: Float64Array.from(
          { length: data.features.rows },
          (_, i) => [Infinity, -Infinity, 1e308, -1e308, i][i % 5]!,
        ),
      }),
    'a category of one level': (data) =>
      withColumn(data, { name: 'only', type: 'categorical', codes: new Int32Array(data.features.rows), levels: ['x'] }),
    'a category without values': (data) =>
      withColumn(data, {
        name: 'none',
        type: 'categorical',
        codes: new Int32Array(data.features.rows).fill(-1),
        levels: [],
      }),
    'a category with a level for almost every row': (data) => {
      const codes = Int32Array.from({ length: data.features.rows }, (_, i) => i);
      return withColumn(data, {
        name: 'many',
        type: 'categorical',
        codes,
        levels: Array.from(codes, (i) => `level ${i}`),
      });
    },
    'a text column': (data) => {
      const codes = Int32Array.from({ length: data.features.rows }, (_, i) => i);
      const levels = Array.from(codes, (i) => `Some words, ${data.target[i]! > 0 ? 'good' : 'bad'} number ${i % 7}!`);
      return withColumn(data, { name: 'remark', type: 'text', codes, levels });
    },
    'two equal columns': (data) => withColumn(data, { ...data.features.columns[0]!, name: 'twin' }),
    'one feature': (data) => ({ ...data, features: { ...data.features, columns: data.features.columns.slice(0, 1) } }),
    'a feature that gives the answer': (data) =>
      withColumn(data, { name: 'answer', type: 'numeric', values: data.target.slice() }),
    'columns with names that objects have': (data) =>
      withColumn(data, { ...data.features.columns[4]!, name: '__proto__' }),
  };
  for (const [name, change] of Object.entries(awkward)) {
    it.each(info.tasks.filter((task) => task !== 'multiclass'))(`fits ${name} (%s)`, async (task) => {
      const data = change(synthetic(task, 90, 8));
      const model = await fitOn(info, data);
      const predictions = model.predict(data.features);
      expectSound(predictions, data.features.rows, task === 'regression' ? 1 : 2, task);
      const restored = await (await info.load()).restore(copyOf(model.state()));
      expect(restored.predict(data.features)).toEqual(predictions);
      model.dispose();
      restored.dispose();
    });
  }

  it('fits two rows', async () => {
    for (const task of info.tasks) {
      const data = synthetic(task, 40, 9);
      data.target.set(task === 'regression' ? [3, 4] : [0, 1]);
      const rows = Int32Array.of(0, 1);
      const train = { features: data.features, rows, target: data.target };
      for (const validation of [null, train]) {
        const model = await fitOn(info, data, { train, validation });
        expectSound(model.predict(data.features), 40, task === 'regression' ? 1 : data.classes, task);
        model.dispose();
      }
    }
  });

  it('fits a target that does not vary in training', async () => {
    for (const task of info.tasks) {
      const data = synthetic(task, 40, 10);
      data.target.fill(1, 0, 28);
      const model = await fitOn(info, data);
      expectSound(model.predict(data.features), 40, task === 'regression' ? 1 : data.classes, task);
      model.dispose();
    }
  });

  it('keeps a column for a class that is absent from training', async () => {
    const data = synthetic('multiclass', 150, 12);
    const present = Int32Array.from(data.target.keys()).filter((row) => data.target[row] !== 1);
    const train = { features: data.features, rows: present, target: data.target };
    const model = await fitOn(info, data, { train });
    const predictions = model.predict(data.features);
    expectSound(predictions, 150, 3, 'multiclass');
    model.dispose();
  });

  it.each([20, 40])('fits %d classes', async (classes) => {
    const data = synthetic('multiclass', 300, 13, classes);
    const model = await fitOn(info, data);
    const predictions = model.predict(data.features);
    expectSound(predictions, 300, classes, 'multiclass');
    const restored = await (await info.load()).restore(copyOf(model.state()));
    expect(restored.predict(data.features)).toEqual(predictions);
    model.dispose();
    restored.dispose();
  });

  it('finds nothing in a shuffled target', async () => {
    const data = synthetic('binary', 500, 14);
    const scores: number[] = [];
    for (const seed of [1, 2, 3, 4, 5]) {
      createRandom(seed).shuffle(data.target);
      const half = Int32Array.from({ length: 250 }, (_, i) => i);
      const train = { features: data.features, rows: half, target: data.target };
      const model = await fitOn(info, data, { train, validation: null, seed });
      const rest = half.map((row) => row + 250);
      scores.push(areaUnderRoc(data.target.subarray(250), model.predict(data.features, rest)));
      model.dispose();
    }
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const ones = data.target.reduce((sum, value) => sum + value, 0) / 2;
    const standardError = Math.sqrt((250 + 1) / (12 * ones * (250 - ones)) / scores.length);
    expect(Math.abs(mean - 0.5)).toBeLessThan(3 * standardError);
  });
}

function describeStopping(info: FamilyInfo): void {
  it('gives a usable model when the deadline has passed already', async () => {
    for (const task of info.tasks) {
      const data = synthetic(task, 100, 15);
      const model = await fitOn(info, data, { deadlineMs: 0, now: () => 1 });
      expectSound(model.predict(data.features), 100, task === 'regression' ? 1 : data.classes, task);
      if (!info.reference) expect(model.truncated).toBe(true);
      model.dispose();
    }
  });

  it('gives the best so far when the deadline passes during the fit', async () => {
    let ticks = 0;
    const data = synthetic('multiclass', 300, 16);
    const model = await fitOn(info, data, { deadlineMs: 20, now: () => ticks++ });
    expectSound(model.predict(data.features), 300, 3, 'multiclass');
    model.dispose();
  });

  it('stops with the reason of an abort', async () => {
    const data = synthetic('binary', 100, 17);
    const signal = AbortSignal.abort(new Error('the person cancelled'));
    await expect(fitOn(info, data, { signal })).rejects.toThrow('the person cancelled');
  });

  it('reports the validation scores that its curve has', async () => {
    const data = synthetic('binary', 200, 18);
    const seen: [number, number][] = [];
    const metric = lossMetric('binary', 2);
    const model = await fitOn(info, data, { metric, onIteration: (iteration, score) => seen.push([iteration, score]) });
    expect(seen).toEqual(model.curve);
    model.dispose();
  });
}

function expectSound(predictions: Float64Array, rows: number, width: number, task: TaskKind): void {
  expect(predictions.length).toBe(rows * width);
  expect(predictions.every(Number.isFinite)).toBe(true);
  if (task === 'regression') return;
  expect(predictions.every((p) => p >= 0 && p <= 1)).toBe(true);
  for (let i = 0; i < rows; i++) {
    const sum = predictions.subarray(i * width, (i + 1) * width).reduce((total, p) => total + p, 0);
    expect(Math.abs(sum - 1)).toBeLessThan(1e-9);
  }
}

/** Mean value, or mean probability of all classes but the first. */
function meanAbove(predictions: Float64Array, task: TaskKind, classes: number): number {
  if (task === 'regression') return predictions.reduce((sum, value) => sum + value, 0) / predictions.length;
  const rows = predictions.length / classes;
  let first = 0;
  for (let row = 0; row < rows; row++) first += predictions[row * classes]!;
  return 1 - first / rows;
}

function spread(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

function withColumn(data: Synthetic, column: Column): Synthetic {
  return { ...data, features: { ...data.features, columns: [...data.features.columns, column] } };
}

function mapColumns(table: Table, change: (column: Column) => Column): Table {
  return { rows: table.rows, columns: table.columns.map(change) };
}
