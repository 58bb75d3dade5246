import { createRandom, profileTable, type Table } from '@laurel/tabular';
import { beforeAll, expect, it } from 'vitest';
import { runEnsemble } from '../ensemble.ts';
import { planWithTable } from '../plan/plan.ts';
import { prepareData } from '../prepare.ts';
import type { PreparedData, TrialResult } from '../types.ts';
import { completedFacts } from './facts.ts';
import { runTrial } from './trial.ts';

const random = createRandom(3);
const rows = 240;
const x = Float64Array.from({ length: rows }, () => random.normal());
const y = Float64Array.from({ length: rows }, () => random.normal());
const table: Table = {
  rows,
  columns: [
    { name: 'x', type: 'numeric', values: x },
    { name: 'y', type: 'numeric', values: y },
    {
      name: 'rare',
      type: 'categorical',
      codes: Int32Array.from({ length: rows }, (_, i) => (x[i]! + y[i]! + random.normal() > 1.8 ? 1 : 0)),
      levels: ['no', 'yes'],
    },
  ],
};

let prepared: PreparedData;
const results = new Map<string, TrialResult>();

beforeAll(async () => {
  const request = { target: 'rare', metric: 'f1', budget: { trials: 3 }, validation: { kind: 'kfold', repeats: 3 } };
  prepared = prepareData(table, planWithTable({ profile: profileTable(table), table, request, seed: 1 }));
  const context = { now: () => 0 };
  for (const [i, family] of ['linear', 'gbm'].entries()) {
    const spec = { number: i + 1, kind: 'model' as const, family, config: {}, seed: i, capMs: 1e9 };
    const outcome = await runTrial(prepared, spec, context);
    if (outcome.status === 'completed') results.set(family, outcome);
  }
  const members = [...results.values()].map((result, i) => ({ ...result, trialNumber: i + 1 }));
  const spec = { number: 3, kind: 'ensemble' as const, family: 'ensemble', config: {}, seed: 9, capMs: 1e9 };
  results.set('ensemble', await runEnsemble(prepared, spec, members, context));
});

it('scores the folds of all models by the same rule: what the model answers after everything that was learnt', () => {
  expect([...results.keys()]).toEqual(['linear', 'gbm', 'ensemble']);
  for (const { foldScores, score } of results.values()) {
    expect(foldScores).toHaveLength(15);
    // every repeat has the same averaged predictions, only other rows together: their means are near the whole
    const means = [0, 1, 2].map((repeat) => foldScores.slice(5 * repeat, 5 * repeat + 5).reduce((a, b) => a + b) / 5);
    for (const mean of means) expect(Math.abs(mean - score)).toBeLessThan(0.08);
  }
});

it('races later trials against the folds by themselves, each at its own best threshold, as they are while they run', () => {
  const result = results.get('gbm')!;
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
  expect(result.raceScores).toHaveLength(15);
  expect(mean(result.raceScores!)).toBeGreaterThan(mean(result.foldScores));
  expect(completedFacts(result).foldScores).toEqual(result.raceScores);
  const ensemble = results.get('ensemble')!;
  expect(completedFacts(ensemble).foldScores).toEqual(ensemble.foldScores);
});
