import { describe, expect, it } from 'vitest';
import { familyOf } from '../../families.ts';
import { fitInput, lossMetric, synthetic } from '../testing/synthetic.ts';
import type { Config, FitInput } from '../types.ts';

const boosted = ['gbm', 'gbm-depth'];
const forests = ['random-forest', 'extra-trees'];

async function fitFamily(id: string, input: FitInput) {
  return (await familyOf(id).load()).fit(input);
}

describe.each([...boosted, ...forests])('%s', (id) => {
  it.each([1e-200, 1e9, 1e200])('learns a target in units of %d as well as in any other', async (unit) => {
    const data = synthetic('regression', 300, 22);
    const plain = await fitFamily(id, fitInput(data, {}));
    const target = data.target.map((value) => value * unit);
    const metric = {
      higherIsBetter: false,
      score: (truth: Float64Array, predictions: Float64Array) =>
        lossMetric('regression', 1).score(
          truth.map((value) => value / unit),
          predictions.map((value) => value / unit),
        ),
    };
    const scaled = await fitFamily(id, fitInput({ ...data, target }, {}, { metric }));
    const rows = fitInput(data, {}).validation!.rows;
    const expected = plain.predict(data.features, rows);
    const found = scaled.predict(data.features, rows);
    for (const [i, value] of found.entries()) expect(value / unit).toBeCloseTo(expected[i]!, 1);
  });

  it('keeps small differences of large numbers', async () => {
    const data = synthetic('regression', 300, 23);
    const target = data.target.map((value) => 1e12 + value);
    const model = await fitFamily(id, fitInput({ ...data, target }, {}));
    const rows = fitInput(data, {}).validation!.rows;
    const found = model.predict(data.features, rows);
    const mean = rows.reduce((sum, row) => sum + target[row]! - 1e12, 0) / rows.length;
    const squares = (predicted: (i: number) => number) =>
      rows.reduce((sum, row, i) => sum + (target[row]! - 1e12 - predicted(i)) ** 2, 0);
    expect(squares((i) => found[i]! - 1e12)).toBeLessThan(0.75 * squares(() => mean));
  });

  it('learns from a table without a column that says anything', async () => {
    const data = synthetic('binary', 60, 24);
    const when = { name: 'when', type: 'datetime', values: new Float64Array(60).fill(1.6e12) } as const;
    const model = await fitFamily(id, fitInput({ ...data, features: { rows: 60, columns: [when] } }, {}));
    const predictions = model.predict({ rows: 2, columns: [{ ...when, values: Float64Array.of(0, Number.NaN) }] });
    expect(predictions[0]).toBeGreaterThan(0);
    expect(predictions.subarray(0, 2)).toEqual(predictions.subarray(2));
  });
});

describe.each(boosted)('%s', (id) => {
  it('raises the learning rate when the time left allows few trees', async () => {
    const data = synthetic('regression', 300, 21);
    const config: Config = { learningRate: 0.005 };
    let tick = 0;
    const hurried = await fitFamily(id, fitInput(data, config, { now: () => tick++, deadlineMs: 200 }));
    const [rounds, score] = hurried.curve.at(-1)!;
    expect(hurried.truncated).toBe(true);
    expect(rounds).toBeLessThan(200);
    const steady = await fitFamily(id, fitInput(data, config));
    expect(score).toBeLessThan(steady.curve.find(([round]) => round === rounds)![1]);
  });
});

describe.each(forests)('%s', (id) => {
  it('scores itself with more and more trees, and last as it predicts', async () => {
    const data = synthetic('multiclass', 300, 25);
    const input = fitInput(data, {});
    const model = await fitFamily(id, input);
    const { rows } = input.validation!;
    const target = Float64Array.from(rows, (row) => data.target[row]!);
    expect(model.curve.map(([trees]) => trees)).toEqual([1, 2, 5, 10, 20, 50, 100, 200, 300]);
    expect(model.curve.at(-1)![1]).toBeCloseTo(input.metric.score(target, model.predict(data.features, rows)), 9);
    expect(model.curve.at(-1)![1]).toBeLessThan(model.curve[0]![1]);
  });

  it('rules no class out', async () => {
    const data = synthetic('multiclass', 200, 26);
    const target = Float64Array.from(data.target, (_, row) =>
      (data.features.columns[0] as { values: Float64Array }).values[row]! > 0 ? 1 : 0,
    );
    const model = await fitFamily(id, fitInput({ ...data, target }, {}));
    const predictions = model.predict(data.features);
    expect(Math.min(...predictions)).toBeGreaterThan(1e-5);
    expect(Math.max(...predictions)).toBeGreaterThan(0.95);
  });
});
