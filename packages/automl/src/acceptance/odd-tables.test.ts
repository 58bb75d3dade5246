import { type DatasetProfile, maxArtifactBytes } from '@laurel/contracts';
import { createRandom, profileTable, type Table } from '@laurel/tabular';
import { describe, expect, it } from 'vitest';
import { loadModel } from '../artifact.ts';
import { families } from '../families.ts';
import { type PlanRequest, planWithTable } from '../plan/plan.ts';
import { dataFacts, prepareData } from '../prepare.ts';
import { runTrial } from '../trial/trial.ts';

/** Tables that break tools: every family has to give a usable model. */

const numbers = (rows: number, seed: number) => {
  const random = createRandom(seed);
  return Float64Array.from({ length: rows }, () => random.normal());
};
const numeric = (name: string, values: Float64Array) => ({ name, type: 'numeric' as const, values });
const coded = (name: string, codes: Int32Array, levels: string[]) => ({
  name,
  type: 'categorical' as const,
  codes,
  levels,
});

interface Odd {
  name: string;
  table: Table;
  request: PlanRequest;
  /** codes of the plan's warnings or reasons of left out columns that have to be there */
  says?: string[];
}

function rareClass(): Odd {
  const rows = 2000;
  const x = numbers(rows, 1);
  const codes = Int32Array.from({ length: rows }, (_, i) => (i % 200 === 0 ? 1 : 0));
  x.forEach((value, i) => {
    if (codes[i] === 1) x[i] = value + 2;
  });
  const table = { rows, columns: [numeric('x', x), numeric('z', numbers(rows, 2)), coded('y', codes, ['no', 'yes'])] };
  return { name: 'half a percent of positives', table, request: { target: 'y' } };
}

function manyClasses(): Odd {
  const rows = 1000;
  const codes = Int32Array.from({ length: rows }, (_, i) => i % 200);
  const x = numbers(rows, 3).map((value, i) => value + codes[i]!);
  const levels = Array.from({ length: 200 }, (_, i) => `class ${i}`);
  const table = { rows, columns: [numeric('x', x), numeric('z', numbers(rows, 4)), coded('y', codes, levels)] };
  return { name: '200 classes of five rows', table, request: { target: 'y', task: 'multiclass' } };
}

function emptyColumns(): Odd {
  const rows = 300;
  const x = numbers(rows, 5);
  const codes = Int32Array.from(x, (value) => (value > 0 ? 1 : 0));
  const nothing = new Float64Array(rows).fill(Number.NaN);
  const columns = [
    numeric(
      'x',
      x.map((value, i) => (i % 3 === 0 ? Number.NaN : value + Math.sin(i))),
    ),
    numeric('nothing', nothing),
    numeric('same', new Float64Array(rows).fill(7)),
    coded('none', new Int32Array(rows).fill(-1), ['a']),
    coded('y', codes, ['no', 'yes']),
  ];
  return {
    name: 'columns without a value, and with one value',
    table: { rows, columns },
    request: { target: 'y' },
    says: ['ALL_MISSING', 'CONSTANT'],
  };
}

function wide(): Odd {
  const rows = 150;
  const columns = Array.from({ length: 5000 }, (_, i) => numeric(`x${i}`, numbers(rows, 10 + i)));
  const first = columns[0]!.values;
  const value = numeric(
    'y',
    numbers(rows, 6).map((noise, i) => 3 * first[i]! + 0.1 * noise),
  );
  return { name: '5000 columns of 150 rows', table: { rows, columns: [...columns, value] }, request: { target: 'y' } };
}

function allMissing(): Odd {
  const rows = 60;
  const columns = [
    numeric(
      'x',
      numbers(rows, 7).map((value, i) => (i < 3 ? value : Number.NaN)),
    ),
    coded(
      'c',
      Int32Array.from({ length: rows }, (_, i) => (i < 2 ? i : -1)),
      ['a', 'b'],
    ),
    numeric('y', numbers(rows, 8)),
  ];
  return { name: 'almost nothing but missing values', table: { rows, columns }, request: { target: 'y' } };
}

const capMs = 1500;
const context = { now: () => performance.now() };

describe.each([rareClass(), manyClasses(), emptyColumns(), wide(), allMissing()])('$name', (odd) => {
  const profile: DatasetProfile = profileTable(odd.table);
  const budget = { seconds: 30 };
  const validation = { kind: 'holdout' };
  const plan = planWithTable({ profile, table: odd.table, request: { budget, validation, ...odd.request }, seed: 1 });
  const prepared = prepareData(odd.table, plan);
  const facts = dataFacts(prepared);

  it('is planned, with what is odd in words', () => {
    const codes = [...plan.warnings, ...plan.excluded].map(({ code }) => code);
    for (const code of odd.says ?? []) expect(codes).toContain(code);
    for (const { message } of plan.warnings) expect(message).toMatch(/\.$/);
    expect(plan.features.length).toBeGreaterThan(0);
  });

  const competing = families.filter((family) => !family.combines && family.tasks.includes(plan.task));
  it.each(competing.map((family) => family.id))('%s gives a model that predicts', async (family) => {
    const config = competing.find(({ id }) => id === family)!.startingConfigs(facts)[0]!;
    const spec = { number: 1, kind: 'model' as const, family, config, seed: 3, capMs };
    const outcome = await runTrial(prepared, spec, context);
    if (outcome.status === 'failed') throw new Error(`${outcome.failure.kind}: ${outcome.failure.message}`);
    if (outcome.status === 'pruned') throw new Error(outcome.reason);
    expect(Number.isFinite(outcome.score)).toBe(true);
    expect(outcome.artifact.length).toBeLessThan(maxArtifactBytes);
    const model = await loadModel(outcome.artifact);
    const predictions = model.predict(odd.table);
    model.dispose();
    const outputs = plan.task === 'regression' ? 1 : prepared.plan.labels.length;
    expect(predictions.length).toBe(odd.table.rows * outputs);
    expect(predictions.every(Number.isFinite)).toBe(true);
  });
});
