import { profileTable, type Table } from '@laurel/tabular';
import { describe, expect, it } from 'vitest';
import { loadModel } from '../../artifact.ts';
import { modelImportance } from '../../explain/importance.ts';
import { familyOf } from '../../families.ts';
import { foldRows } from '../../folds.ts';
import { type PlanRequest, planExperiment, planWithTable } from '../../plan/plan.ts';
import { decodePrepared, encodePrepared, prepareData } from '../../prepare.ts';
import { tableOf } from '../../testing.ts';
import { runTrial } from '../../trial/trial.ts';
import type { TrialResult } from '../../types.ts';
import { numbers } from './family.ts';
import { keys } from './features.ts';

/** Months with growth and a season in proportion to it; `skip` leaves months out. */
function monthly(count: number, change: (i: number) => number = () => 0, skip: readonly number[] = []): Table {
  const months = Array.from({ length: count }, (_, i) => i).filter((i) => !skip.includes(i));
  return tableOf({
    month: months.map((i) => new Date(Date.UTC(2000, i, 1)).toISOString().slice(0, 10)),
    sold: months.map((i) => level(i) + change(i)),
  });
}
const level = (i: number) => (100 + 2 * i) * (1 + 0.3 * Math.sin((2 * Math.PI * i) / 12));
const wobble = (i: number) => 6 * Math.sin(i * i * 1.7);

function prepare(table: Table, request: Partial<PlanRequest> = {}) {
  const asked = { target: 'sold', task: 'forecast', ...request };
  return prepareData(table, planExperiment({ profile: profileTable(table), request: asked, seed: 3 }));
}

async function train(table: Table, family: string, config: object = {}, request: Partial<PlanRequest> = {}) {
  const prepared = prepare(table, request);
  const spec = { number: 1, kind: 'model' as const, family, config: { ...config }, seed: 4, capMs: 1e9 };
  const outcome = await runTrial(prepared, spec, { now: () => 0 });
  if (outcome.status !== 'completed') throw new Error(JSON.stringify(outcome));
  return { prepared, result: outcome as TrialResult };
}

const future = (dates: string[], others: Record<string, (string | number | null)[]> = {}): Table => {
  const found = tableOf({ month: dates, ...others });
  return {
    rows: dates.length,
    columns: found.columns.map((column) =>
      column.name === 'month'
        ? { name: 'month', type: 'datetime', values: Float64Array.from(dates, (date) => Date.parse(date)) }
        : column,
    ),
  };
};

describe('the plan of a forecast', () => {
  it('finds date, step, season, horizon and backtests', () => {
    const { plan } = prepare(monthly(120, wobble));
    expect(plan).toMatchObject({
      task: 'forecast',
      metric: 'mase',
      labels: [],
      validation: { kind: 'time', folds: 4, repeats: 1, column: 'month' },
      forecast: { date: 'month', horizon: 12, season: 12, step: { unit: 'month', count: 1 }, windows: 1, known: [] },
    });
    expect(plan.forecast!.scale).toBeGreaterThan(0);
    expect(plan.sentences.join(' ')).toContain('12 months ahead');
    expect(plan.sentences.join(' ')).toContain('every 12 months');
  });

  it('is the same with and without the table at hand', () => {
    const table = monthly(90, wobble, [40]);
    const request = { target: 'sold', task: 'forecast' };
    const withTable = planWithTable({ profile: profileTable(table), table, request, seed: 3 });
    expect(prepareData(table, withTable).plan).toEqual(prepare(table).plan);
  });

  it.each<[string, Partial<PlanRequest>, string]>([
    ['VALIDATION_INVALID', { validation: { kind: 'kfold' } }, 'later dates alone'],
    ['VALIDATION_INVALID', { validation: { gap: 2 } }, 'gap'],
    ['VALIDATION_INVALID', { validation: { folds: 15 } }, 'Use 1 to'],
    ['VALIDATION_INVALID', { roles: { group: 'month' } }, 'series'],
    ['VALIDATION_INVALID', { horizon: 0 }, 'horizon of 0'],
    ['TOO_FEW_ROWS', { horizon: 60 }, 'too short'],
    ['COLUMN_NOT_FOUND', { series: 'shop' }, '"shop"'],
    ['COLUMN_NOT_FOUND', { features: { include: ['price'] } }, '"price"'],
    ['VALIDATION_INVALID', { series: 'month' }, 'series apart'],
    ['VALIDATION_INVALID', { roles: { time: 'month' }, validation: { column: 'sold' } }, 'Name one'],
    ['PARAMETER_INVALID', { features: { include: ['month'], exclude: ['month'] } }, 'one of the two'],
    ['PARAMETER_INVALID', { roles: { time: 'month' }, features: { exclude: ['month'] } }, 'one of the two'],
    ['METRIC_NOT_FOR_TASK', { metric: 'roc_auc' }, 'mase'],
    ['FAMILY_UNKNOWN', { families: ['baseline'] }, 'seasonal-naive'],
  ])('%s for %j', (code, request, words) => {
    const run = () => prepare(monthly(100), request);
    expect(run).toThrow(words);
    expect(run).toThrow(expect.objectContaining({ code }));
  });

  it('seals no more than half, also where windows of one horizon do not fit into it', () => {
    const { plan } = prepare(monthly(300), { horizon: 40, holdout: 0.5 });
    expect(plan.rows).toMatchObject({ training: 180, holdout: 120 });
  });

  it('refuses two rows of one date, and says what to do', () => {
    const twice = monthly(60);
    const doubled = tableOf({
      month: [
        ...Array.from({ length: 60 }, (_, i) => new Date(Date.UTC(2000, i, 1)).toISOString().slice(0, 10)),
        '2001-01-01',
      ],
      sold: [...Array.from({ length: 60 }, (_, i) => level(i)), 5],
    });
    expect(() => prepare(twice)).not.toThrow();
    expect(() => prepare(doubled)).toThrow('name the column that tells several series apart');
  });

  it('fills missing dates with a warning, and learns none of them as a target', () => {
    const prepared = prepare(monthly(100, wobble, [30, 31, 70]));
    expect(prepared.plan.warnings.map(({ code }) => code)).toEqual(['DATES_MISSING']);
    const dates = numbers(prepared.features, keys.origin).map(
      (origin, i) => origin + numbers(prepared.features, keys.step)[i]!,
    );
    for (const gap of [30, 31, 70]) expect(dates).not.toContain(30 * 12 + gap);
  });
});

describe('rows of a forecast', () => {
  const prepared = prepare(monthly(140, wobble), { holdout: 0.2, validation: { folds: 3 } });
  const origins = numbers(prepared.features, keys.origin);
  const dates = origins.map((origin, i) => origin + numbers(prepared.features, keys.step)[i]!);

  it('train on dates up to the origin of their fold alone; the sealed dates come last', () => {
    const firstSealed = Math.min(...dates.subarray(prepared.trainingRows));
    expect(prepared.plan.rows.holdout).toBe(24);
    const seen = new Set<string>();
    for (const number of [0, 1, 2]) {
      const { training, validation } = foldRows(prepared, { repeat: 0, number });
      const firstOrigin = Math.min(...Array.from(validation, (row) => origins[row]!));
      expect(Math.max(...Array.from(training, (row) => dates[row]!))).toBe(firstOrigin);
      expect(Math.max(...Array.from(validation, (row) => dates[row]!))).toBeLessThan(firstSealed);
      for (const row of validation) {
        expect(seen.has(`${dates[row]}`)).toBe(false);
        seen.add(`${dates[row]}`);
      }
    }
    expect(seen.size).toBe(36);
  });

  it('look at nothing after their origin', () => {
    // Another future leaves every row as it was whose origin lies before it.
    const change = prepared.plan.rows.training - 20;
    const other = prepare(
      monthly(140, (i) => wobble(i) + (i >= change ? 500 : 0)),
      { holdout: 0.2, validation: { folds: 3 } },
    );
    const place = 30 * 12 + change;
    prepared.features.columns.forEach((column, c) => {
      if (!('values' in column)) return;
      const changed = other.features.columns[c]!;
      if (!('values' in changed)) throw new Error('columns differ');
      column.values.forEach((value, row) => {
        if (origins[row]! < place) expect(changed.values[row]).toBe(value);
      });
    });
  });

  it('survive the file of the experiment', () => {
    expect(decodePrepared(encodePrepared(prepared))).toEqual(prepared);
  });
});

describe('families of forecasts', { timeout: 30_000 }, () => {
  it('score 1 by repeating the season where the scale is its own error', async () => {
    const constantGrowth = await train(
      tableOf({
        month: Array.from({ length: 96 }, (_, i) => new Date(Date.UTC(2000, i, 1)).toISOString().slice(0, 10)),
        sold: Array.from({ length: 96 }, (_, i) => 3 * i + 40 * Math.sin((2 * Math.PI * i) / 12)),
      }),
      'seasonal-naive',
    );
    expect(constantGrowth.result.score).toBeCloseTo(1, 9);
  });

  it.each([
    ['exponential-smoothing', { trend: 'straight', season: 'multiplied' }, 0.15],
    ['linear', {}, 0.5],
    ['gbm', {}, 0.9],
  ])('%s beats it where there is growth and a season', async (family, config, most) => {
    const { result } = await train(monthly(132), family, config);
    expect(result.score).toBeLessThan(most);
  });

  it.each(['seasonal-naive', 'exponential-smoothing', 'linear'])(
    '%s answers from its artifact as in its trial',
    async (family) => {
      const table = monthly(132, wobble);
      const { prepared, result } = await train(table, family, {}, { holdout: 0.1 });
      const model = await loadModel(result.artifact);
      const sealed = {
        rows: prepared.target.length - prepared.trainingRows,
        columns: prepared.features.columns.map((column) =>
          'values' in column
            ? { ...column, values: column.values.slice(prepared.trainingRows) }
            : { ...column, codes: column.codes.slice(prepared.trainingRows) },
        ),
      };
      const values = model.predictPrepared(sealed, prepared.forecast!.history);
      expect(Array.from(values, Math.fround)).toEqual([...result.holdout]);
      model.dispose();
    },
  );
});

describe('a trained forecast', { timeout: 30_000 }, () => {
  const artifact = train(monthly(132), 'exponential-smoothing', { trend: 'straight', season: 'multiplied' });
  const model = async () => loadModel((await artifact).result.artifact);

  it('answers future dates in any order, as far as twenty horizons', async () => {
    const answers = (await model()).predict(future(['2012-03-01', '2011-01-01', '2011-06-15']));
    const truth = [146, 132, 137].map(level);
    for (const [i, answer] of answers.entries()) expect(Math.abs(answer / truth[i]! - 1)).toBeLessThan(0.05);
    await expect(async () => (await model()).predict(future(['2095-01-01']))).rejects.toThrow(
      'the model looks 12 ahead',
    );
    await expect(async () => (await model()).predict(future(['1990-01-01']))).rejects.toThrow(
      'before what the model remembers',
    );
  });

  it('goes on from new values where rows bring them', async () => {
    const loaded = await model();
    const [plain] = loaded.predict(future(['2011-04-01']));
    const news = future(['2011-01-01', '2011-02-01', '2011-03-01', '2011-04-01'], { sold: [500, 520, 560, null] });
    const answers = loaded.predict(news);
    expect(answers[3]!).toBeGreaterThan(plain! * 1.1);
    expect(answers[0]).toBe(loaded.predict(future(['2011-01-01']))[0]);
  });

  it('has intervals that are wider further ahead and hold its answer', async () => {
    const noisy = await train(monthly(160, wobble), 'linear', {}, { validation: { folds: 6 } });
    const loaded = await loadModel(noisy.result.artifact);
    const table = future(['2013-05-01', '2014-04-01']);
    const answers = loaded.predict(table);
    const ends = loaded.intervals(answers, 0.9, table)!;
    answers.forEach((answer, i) => {
      expect(ends[2 * i]!).toBeLessThanOrEqual(answer);
      expect(ends[2 * i + 1]!).toBeGreaterThanOrEqual(answer);
      expect(ends[2 * i + 1]! - ends[2 * i]!).toBeGreaterThan(1);
    });
    expect(loaded.intervals(new Float64Array(0), 0.9)).toHaveLength(0);
  });

  it('says what of the past and the calendar matters', async () => {
    const { prepared, result } = await train(monthly(132, wobble), 'linear');
    const { features } = modelImportance(await loadModel(result.artifact), prepared, { split: 'oof', repeats: 2 });
    expect(features.map(({ feature }) => feature)).not.toContain(keys.base);
    const strongest = features.slice(0, 6).map(({ feature }) => feature);
    expect(strongest.some((name) => name.startsWith('same time') || name === 'month')).toBe(true);
  });

  it('lists the date and the target as inputs, the target optional', async () => {
    expect((await model()).inputs.map(({ name, optional }) => [name, optional ?? false])).toEqual([
      ['month', false],
      ['sold', true],
    ]);
  });
});

describe('several series', { timeout: 30_000 }, () => {
  const shops = ['north', 'south', 'west'];
  const table = tableOf({
    month: shops.flatMap(() =>
      Array.from({ length: 72 }, (_, i) => new Date(Date.UTC(2000, i, 1)).toISOString().slice(0, 10)),
    ),
    shop: shops.flatMap((shop) => Array.from({ length: 72 }, () => shop)),
    holiday: shops.flatMap(() => Array.from({ length: 72 }, (_, i) => (i % 7 === 0 ? 1 : 0))),
    sold: shops.flatMap((_, s) =>
      Array.from({ length: 72 }, (_, i) => 10 ** s * (level(i) + wobble(i + s) + (i % 7 === 0 ? 40 : 0))),
    ),
  });
  const request = { series: 'shop', features: { include: ['holiday'] }, horizon: 6 };

  it('share one model that is scaled to each, with what is known beforehand', async () => {
    const { prepared, result } = await train(table, 'linear', {}, request);
    expect(prepared.plan.forecast).toMatchObject({ series: 'shop', known: ['holiday'], horizon: 6 });
    const naive = await train(table, 'seasonal-naive', {}, request);
    expect(result.score).toBeLessThan(0.8 * naive.result.score);
    const loaded = await loadModel(result.artifact);
    const rows = future(['2006-01-01', '2006-01-01'], { shop: ['north', 'west'], holiday: [0, 0] });
    const [north, west] = loaded.predict(rows);
    expect(west! / north!).toBeGreaterThan(60);
    expect(() => loaded.predict(future(['2006-01-01'], { shop: ['east'], holiday: [0] }))).toThrow('"east"');
  });
});

it('is a family like the others: known, listed, without a search where it is the reference', () => {
  expect(familyOf('seasonal-naive')).toMatchObject({ reference: true, tasks: ['forecast'] });
  expect(familyOf('exponential-smoothing').reference).toBe(false);
});
