import { profileTable, selectRows } from '@laurel/tabular';
import { describe, expect, it } from 'vitest';
import { planExperiment } from './plan/plan.ts';
import {
  dataFacts,
  decodePredictions,
  decodePrepared,
  encodePredictions,
  encodePrepared,
  prepareData,
} from './prepare.ts';
import { signalTable, tableOf } from './testing.ts';

const table = signalTable(300);
const profile = profileTable(table);
const plan = planExperiment({ profile, request: { target: 'label', holdout: 0.2 }, seed: 5 });

describe('prepared data', () => {
  it('holds every usable row once: training first, the sealed ones last', () => {
    const prepared = prepareData(table, plan);
    expect([...prepared.rowIds].sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, i) => i));
    expect(prepared.trainingRows).toBe(240);
    expect(prepared.features.rows).toBe(300);
    expect(prepared.folds).toHaveLength(plan.validation.repeats);
    for (const fold of prepared.folds) expect(new Set(fold)).toEqual(new Set([0, 1, 2, 3, 4]));
  });

  it('keeps target and features together', () => {
    const prepared = prepareData(table, plan);
    const again = selectRows(table, prepared.rowIds);
    const label = again.columns.find(({ name }) => name === 'label')!;
    if (!('codes' in label)) throw new Error('label is coded');
    expect(Array.from(prepared.target, (index) => prepared.plan.labels[index])).toEqual(
      Array.from(label.codes, (code) => label.levels[code]),
    );
    expect(prepared.features.columns[0]).toEqual(again.columns[0]);
  });

  it('splits by the seed alone, not by the order of the classes', () => {
    expect(prepareData(table, plan).splitSha256).toBe(prepareData(table, plan).splitSha256);
    expect(prepareData(table, { ...plan, seed: 6 }).splitSha256).not.toBe(prepareData(table, plan).splitSha256);
  });

  it('describes its inputs, levels by frequency', () => {
    const { inputs } = prepareData(table, plan);
    const town = inputs.find(({ name }) => name === 'town')!;
    expect([...town.levels!].sort()).toEqual(['north', 'south', 'west']);
    expect(inputs.find(({ name }) => name === 'x')).toMatchObject({ type: 'numeric', min: expect.any(Number) });
  });

  it('leaves rows without a target out, and completes labels that the profile did not list', () => {
    const rows = 200;
    const many = tableOf({
      x: Array.from({ length: rows }, (_, i) => i % 11),
      code: Array.from({ length: rows }, (_, i) => (i === 7 ? null : `c${i % 60}`)),
    });
    const planned = planExperiment({ profile: profileTable(many), request: { target: 'code' }, seed: 1 });
    const prepared = prepareData(many, planned);
    expect(prepared.plan.labels).toHaveLength(60);
    expect([...prepared.rowIds]).not.toContain(7);
    expect(prepared.plan.rows.usable).toBe(199);
    expect(dataFacts(prepared)).toMatchObject({ classes: 60, rows: 199 });
  });

  it('keeps rows of labels that are longer than a profile shows, the rarer one as the positive class', () => {
    const long = ['a', 'b'].map((end) => `${'x'.repeat(300)} ${end}`);
    const of = tableOf({
      x: Array.from({ length: 90 }, (_, i) => i % 11),
      y: Array.from({ length: 90 }, (_, i) => long[i % 3 === 0 ? 0 : 1]!),
    });
    const request = { target: 'y' };
    const planned = planExperiment({ profile: profileTable(of), request, seed: 1 });
    const prepared = prepareData(of, planned);
    expect(prepared.plan).toMatchObject({ labels: long, positiveClass: long[0], rows: { usable: 90 } });
    const asked = planExperiment({ profile: profileTable(of), request: { ...request, positiveClass: 'x' }, seed: 1 });
    expect(() => prepareData(of, asked)).toThrow('"x" is no value of "y"');
  });

  it('survives its file', () => {
    const prepared = prepareData(table, plan);
    expect(decodePrepared(encodePrepared(prepared))).toEqual(prepared);
    const stored = { outputs: 2, oof: Float32Array.of(0.5, Number.NaN), holdout: new Float32Array(0) };
    expect(decodePredictions(encodePredictions(stored))).toEqual(stored);
  });

  it('uses one split where that was asked for', () => {
    const single = planExperiment({ profile, request: { target: 'value', validation: { kind: 'holdout' } }, seed: 1 });
    const { folds } = prepareData(table, single);
    expect(folds).toHaveLength(1);
    expect(folds[0]!.filter((fold) => fold === 0)).toHaveLength(60);
    expect(folds[0]!.filter((fold) => fold === -1)).toHaveLength(240);
  });
});
