import { type Column, createRandom, isNumeric, profileTable, type Table } from '@laurel/tabular';
import { describe, expect, it } from 'vitest';
import { foldRows } from '../folds.ts';
import { planWithTable } from '../plan/plan.ts';
import { dataFacts, prepareData } from '../prepare.ts';
import { fitInput } from '../trial/fold.ts';
import { fitExpansion } from './expand.ts';
import { targetOutputs } from './outputs.ts';
import { fitRecipe } from './recipe.ts';
import { targetFolds } from './target-encoding.ts';

/** Patients with some rows each; `age` tells the patient, and the target is the patient's own, drawn at random. */
function patients(count: number, each: number): { table: Table; target: Float64Array; patient: Int32Array } {
  const random = createRandom(4);
  const patient = Int32Array.from({ length: count * each }, (_, row) => Math.floor(row / each));
  const outcome = Float64Array.from({ length: count }, () => random.int(2));
  const codes = patient.slice();
  const columns: Column[] = [
    { name: 'age', type: 'numeric', values: Float64Array.from(patient, (who) => 20 + ((who * 37) % count)) },
    { name: 'ward', type: 'categorical', codes, levels: Array.from({ length: count }, (_, who) => `w${who}`) },
    { name: 'noise', type: 'numeric', values: Float64Array.from(patient, () => random.normal()) },
  ];
  return {
    table: { rows: patient.length, columns },
    target: Float64Array.from(patient, (who) => outcome[who]!),
    patient,
  };
}

const { table, target, patient } = patients(60, 10);
const rows = Int32Array.from(target, (_, row) => row);

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (of: Float64Array) => of.reduce((sum, value) => sum + value, 0) / of.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb);
    aa += (a[i]! - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

describe('codes of the target', () => {
  it('keep the rows of a block in one fold, with the classes even and no fold empty', () => {
    const outputs = targetOutputs('binary', 2, target, rows, patient);
    const folds = targetFolds(outputs, 3);
    for (const row of rows) expect(folds[row]).toBe(folds[row - (row % 10)]);
    const ones = [0, 1, 2, 3, 4].map((fold) => rows.filter((row) => folds[row] === fold && target[row] === 1).length);
    expect(Math.max(...ones) - Math.min(...ones)).toBeLessThanOrEqual(10);
    expect(targetFolds(outputs, 3)).toEqual(folds);
    expect(targetFolds(outputs, 4)).not.toEqual(folds);
  });

  it('are made of single rows where all rows are one block, and of as many folds as there are blocks', () => {
    const one = targetFolds(targetOutputs('binary', 2, target, rows, new Int32Array(rows.length)), 3);
    expect(one).toEqual(targetFolds(targetOutputs('binary', 2, target, rows), 3));
    const halves = patient.map((who) => (who < 30 ? -1 : 1));
    const two = targetFolds(targetOutputs('binary', 2, target, rows, halves), 3);
    expect(new Set(two.subarray(0, 300)).size).toBe(1);
    expect(two[0]).not.toBe(two[599]);
  });

  it('do not tell the answer of a group from its other rows', async () => {
    const meansOf = async (blocks?: Int32Array) => {
      const config = { targetMeans: true };
      const { enriched } = await fitRecipe({
        table,
        rows,
        target,
        task: 'binary',
        classes: 2,
        blocks,
        config,
        seed: 1,
      });
      return enriched.columns.filter(({ name }) => name.startsWith('target mean of')).map(valuesOf);
    };
    for (const means of await meansOf(patient)) expect(Math.abs(correlation(means, target))).toBeLessThan(0.3);
    const leaking = (await meansOf()).map((means) => correlation(means, target));
    expect(Math.max(...leaking)).toBeGreaterThan(0.9);
  });

  it('do not tell it from the levels of a long category either', () => {
    const options = { cyclicDates: false, words: 0, levelLimit: 20, levelMinCount: 1, seed: 1 };
    const { training } = fitExpansion(table, rows, targetOutputs('binary', 2, target, rows, patient), options);
    for (const values of training.numeric) expect(Math.abs(correlation(values, target))).toBeLessThan(0.3);
  });
});

describe('a run that is validated by group', () => {
  it('tells its fits and its facts which rows belong together', () => {
    const columns: Column[] = [
      ...table.columns,
      { name: 'patient', type: 'numeric', values: Float64Array.from(patient) },
      { name: 'ill', type: 'categorical', codes: Int32Array.from(target), levels: ['no', 'yes'] },
    ];
    const whole = { rows: table.rows, columns };
    const plan = planWithTable({
      profile: profileTable(whole),
      table: whole,
      request: { target: 'ill', features: { exclude: ['ward'] }, validation: { kind: 'group', column: 'patient' } },
      seed: 3,
    });
    const prepared = prepareData(whole, plan);
    const { training, validation } = foldRows(prepared, { repeat: 0, number: 0 });
    const request = { config: {}, seed: 1, training, validation, models: 1 };
    const { input } = fitInput(prepared, request, { now: () => 0 });
    expect(input.train.blocks).toEqual(prepared.blocks!.subarray(0, prepared.trainingRows));
    expect(input.labels).toEqual(prepared.plan.labels);
    const { blocks: _, ...alone } = prepared;
    expect(dataFacts(alone).made!.keys).toBeGreaterThan(dataFacts(prepared).made!.keys);
  });
});

function valuesOf(column: Column): Float64Array {
  if (!isNumeric(column)) throw new Error(`${column.name} is not a number.`);
  return column.values;
}
