import type { Table } from '@laurel/tabular';
import { describe, expect, it } from 'vitest';
import type { SeriesHistory } from '../../models/types.ts';
import { answerForecast, type ForecastModel, type PredictRows } from './answer.ts';
import { numbers, rowsBySeries } from './family.ts';
import { keys } from './features.ts';

const horizon = 3;
const step = { unit: 'number' as const, count: 1 };

/** Series of numbered steps whose last value is at step 0; one without a name where there is one alone. */
function modelOf(...values: number[][]): ForecastModel {
  const names = values.map((_, s) => `shop ${s}`);
  const series = values.length > 1 ? { name: 'shop', levels: names } : null;
  const history: SeriesHistory = {
    values: values.map((own) => Float64Array.from(own)),
    starts: Int32Array.from(values, (own) => 1 - own.length),
    seasons: [],
    horizon,
  };
  return {
    date: 'at',
    ...(series ? { series: 'shop' } : {}),
    known: [],
    target: 'sold',
    columns: Object.values(keys).map((name) => ({ name, type: 'numeric' })),
    data: { history, features: { step, phase: 0, horizon, seasons: [], series, taken: [] } },
  };
}

function rowsOf(at: number[], { sold, shops }: { sold?: (number | null)[]; shops?: number[] } = {}): Table {
  return {
    rows: at.length,
    columns: [
      { name: 'at', type: 'numeric', values: Float64Array.from(at) },
      ...(sold
        ? [{ name: 'sold', type: 'numeric' as const, values: Float64Array.from(sold, (value) => value ?? Number.NaN) }]
        : []),
      ...(shops
        ? [
            {
              name: 'shop',
              type: 'categorical' as const,
              codes: Int32Array.from(shops),
              levels: Array.from({ length: Math.max(...shops) + 1 }, (_, s) => `shop ${s}`),
            },
          ]
        : []),
    ],
  };
}

/** The last value, and a tenth for every step after it. */
const drift: PredictRows = (features, history) => {
  const rows = Int32Array.from({ length: features.rows }, (_, row) => row);
  const out = new Float64Array(features.rows);
  for (const own of rowsBySeries(features, rows, history)) {
    for (const row of own) out[row.out] = history.values[row.s]![row.at]! + row.step / 10;
  }
  return out;
};

const rounded = (values: Float64Array) => Array.from(values, (value) => Math.round(value * 1e6) / 1e6);

describe('answers of a forecast', () => {
  it('go on from what rows tell: the mean of one date, and the value before where there is none', () => {
    const table = rowsOf([4, 2, 2, 5, 1], { sold: [20, 10, 14, null, null] });
    // known are then 7 at 0 and 1, 12 at 2 and 3, 20 at 4
    expect(rounded(answerForecast(table, modelOf([5, 6, 7]), drift))).toEqual([12.1, 7.1, 7.1, 20.1, 7.1]);
  });

  it('leave what the model knows as it was', () => {
    const table = rowsOf([0, 1], { sold: [100, null] });
    expect(rounded(answerForecast(table, modelOf([4, 5, 6, 7]), drift))).toEqual([6.1, 7.1]);
  });

  it('go on from forecasts beyond the horizon, of all series with one question for each horizon', () => {
    const shops = Array.from({ length: 40 }, (_, s) => s);
    const model = modelOf(...shops.map((s) => [s, s, s]));
    let questions = 0;
    const counted: PredictRows = (features, history) => {
      questions++;
      return drift(features, history);
    };
    const table = rowsOf([...shops.map(() => 8), 2], { shops: [...shops, 0] });
    const expected = [...shops.map((s) => s + 0.8), 0.2];
    expect(rounded(answerForecast(table, model, counted))).toEqual(rounded(Float64Array.from(expected)));
    expect(questions).toBeLessThan(7);
  });

  it('are the same for many rows as for each', () => {
    const table = rowsOf(Array.from({ length: 21_000 }, (_, i) => 1 + (i % 40)));
    const answers = answerForecast(table, modelOf([5, 6, 7]), drift);
    expect(answers.every((value, row) => Math.abs(value - (7 + (1 + (row % 40)) / 10)) < 1e-9)).toBe(true);
    expect(() => answerForecast(rowsOf([61]), modelOf([5, 6, 7]), drift)).toThrow('Ask for at most 60');
  });

  it('refuse a series that too little is known of, and dates that are not remembered', () => {
    const few = modelOf([1, 2, 3, 4], [9, 9]);
    expect(() => answerForecast(rowsOf([1], { shops: [1] }), few, drift)).toThrow('knows 2 values');
    expect(() => answerForecast(rowsOf([-1], { shops: [0] }), few, drift)).toThrow('dates from 0 on');
    expect(() => answerForecast(rowsOf([3e9], { shops: [0] }), few, drift)).toThrow('the model looks 3 ahead');
  });

  it('are asked of models with where each row belongs', () => {
    let seen: number[][] = [];
    const looking: PredictRows = (features, history) => {
      seen = [keys.series, keys.origin, keys.step].map((name) => [...numbers(features, name)]);
      return drift(features, history);
    };
    answerForecast(rowsOf([3, 0], { shops: [1, 0] }), modelOf([1, 2, 3, 4], [7, 8, 9]), looking);
    expect(seen).toEqual([
      [1, 0],
      [0, -1],
      [3, 1],
    ]);
  });
});
