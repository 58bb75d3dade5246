import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoadedModel, loadModel } from '@laurel/automl';
import type { BatchReport, ExperimentPlan } from '@laurel/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { train } from '../testing/trained.ts';
import { scoreFile } from './score.ts';

const day = 86_400_000;
const start = Date.UTC(1960, 0, 1);
const soldOn = (i: number) => 100 + 10 * (i % 7) + (i % 3);
const dateOf = (i: number) => new Date(start + i * day).toISOString().slice(0, 10);
const rounded = (value: number) => Math.round(value * 1e6) / 1e6;
const trained = 120;
let model: LoadedModel;
let plan: ExperimentPlan;
let directory: string;

beforeAll(async () => {
  const dates = Float64Array.from({ length: trained }, (_, i) => start + i * day);
  const run = await train(
    {
      rows: trained,
      columns: [
        { name: 'day', type: 'datetime', values: dates, dateFormat: 'YYYY-MM-DD' },
        { name: 'sold', type: 'numeric', values: Float64Array.from({ length: trained }, (_, i) => soldOn(i)) },
      ],
    },
    'sold',
    [{ family: 'seasonal-naive' }],
    { task: 'forecast', validation: { kind: 'time', folds: 3 } },
  );
  plan = run.prepared.plan;
  model = await loadModel(run.models[0]!.artifact);
  directory = await mkdtemp(join(tmpdir(), 'laurel score '));
});
afterAll(async () => {
  model.dispose();
  await rm(directory, { recursive: true });
});

async function scored(lines: string[]): Promise<{ report: BatchReport; cells: string[][] }> {
  const inputPath = join(directory, 'input.csv');
  const outputPath = join(directory, 'output.csv');
  await writeFile(inputPath, `${lines.join('\n')}\n`);
  const report = await scoreFile({ artifact: { sha256: '' }, plan, inputPath, outputPath }, model);
  const text = await readFile(outputPath, 'utf8');
  return {
    report,
    cells: text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')),
  };
}

describe('scoring the file of a forecast', () => {
  it('goes on from the values of the file, however long it is, and scores them in the units of its plan', async () => {
    const known = 20_100;
    const rows = Array.from({ length: known + 7 }, (_, i) => trained + i);
    const lines = rows.map((i, row) => `${dateOf(i)},${row < known ? soldOn(i) : ''}`);
    const { report, cells } = await scored(['day,SOLD', ...lines]);
    const predicted = cells.map((row) => Number(row[2]));
    // the same weekday of the week before, which the file tells of
    expect(predicted.slice(-7).map(rounded)).toEqual(rows.slice(-7).map((i) => soldOn(i - 7)));
    const errors = rows.slice(0, known).map((i, row) => Math.abs(soldOn(i) - predicted[row]!));
    const mase = errors.reduce((sum, error) => sum + error) / known / plan.forecast!.scale!;
    expect(report).toMatchObject({ matched: ['day', 'sold'], unused: [], score: { metric: 'mase', rows: known } });
    expect(report.score!.value).toBeCloseTo(mase, 9);
    expect(plan.forecast!.scale).not.toBe(1);
  });

  it('gives no score where the file has no values', async () => {
    const { report, cells } = await scored(['day', dateOf(trained), dateOf(trained + 1)]);
    expect(report.score).toBeNull();
    expect(cells.map((row) => rounded(Number(row[1])))).toEqual([soldOn(trained - 7), soldOn(trained - 6)]);
  });
});
