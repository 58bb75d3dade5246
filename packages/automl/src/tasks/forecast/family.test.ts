import { describe, expect, it } from 'vitest';
import type { Family, FitInput } from '../../models/types.ts';
import { forecastFamily } from './family.ts';
import { forecastFeatures } from './features.ts';

/** What a family of rows is given to stop by, after a fit on so many dates, one step before each. */
async function stoppingRows(dates: number): Promise<{ training: number; stopping: number | null }> {
  const values = Float64Array.from({ length: dates + 4 }, (_, i) => Math.sin(i));
  const history = { values: [values], starts: Int32Array.of(0), seasons: [], horizon: 2 };
  const origins = Int32Array.from({ length: dates }, (_, i) => i + 3);
  const rows = { series: new Int32Array(dates), origins, steps: new Int32Array(dates).fill(1) };
  const step = { unit: 'number' as const, count: 1 };
  const features = {
    rows: dates,
    columns: forecastFeatures(history, rows, { step, phase: 0, horizon: 2, seasons: [], series: null, taken: [] }),
  };
  let given: FitInput | undefined;
  const fitted = {
    predict: () => new Float64Array(0),
    curve: [],
    iterations: 1,
    truncated: false,
    state: () => ({ header: null, tensors: {} }),
    dispose: () => {},
  };
  const family: Family = {
    fit: async (input) => {
      given = input;
      return fitted;
    },
    restore: async () => fitted,
  };
  const last = dates - 3;
  const data = { features, target: values.subarray(4) };
  const model = await forecastFamily({ tasks: ['regression'], load: async () => family });
  await model.fit({
    task: 'forecast',
    classes: 0,
    train: { ...data, rows: Int32Array.from({ length: last }, (_, i) => i) },
    validation: { ...data, rows: Int32Array.of(last, last + 1, last + 2) },
    config: {},
    history,
    seed: 1,
    metric: { higherIsBetter: false, score: () => 0 },
    deadlineMs: Number.POSITIVE_INFINITY,
    now: () => 0,
  });
  return { training: given!.train.rows.length, stopping: given!.validation?.rows.length ?? null };
}

describe('a family of rows in a forecast', () => {
  it('is stopped by an eighth of its dates, which it does not learn from', async () => {
    const { training, stopping } = await stoppingRows(203);
    expect(stopping).toBeGreaterThan(20);
    expect(stopping).toBeLessThan(30);
    expect(training + stopping!).toBe(200);
  });

  it('is stopped by nothing where those are too few, and never by what it learns from', async () => {
    expect(await stoppingRows(43)).toEqual({ training: 40, stopping: null });
  });
});
