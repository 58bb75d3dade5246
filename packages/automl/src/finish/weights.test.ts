import { createRandom } from '@laurel/tabular';
import { expect, it } from 'vitest';
import { loadModel } from '../artifact.ts';
import { automl } from '../automl.ts';
import { evaluateModel } from '../evaluate.ts';
import { decodePrepared, encodePrepared } from '../prepare.ts';
import { tableOf } from '../testing.ts';

/** One row in twelve is a `yes`, which x tells of; rows of the last third say the opposite and weigh nothing. */
function rare(rows: number) {
  const random = createRandom(5);
  const x = Array.from({ length: rows }, () => random.normal());
  const yes = x.map((value, i) => value + 0.5 * random.normal() > 1.6 !== i > (2 * rows) / 3);
  return tableOf({
    x,
    noise: x.map(() => random.normal()),
    counts: x.map((_, i) => (i > (2 * rows) / 3 ? 0 : 1 + (i % 3))),
    answer: yes.map((value) => (value ? 'yes' : 'no')),
  });
}

const context = { now: () => 0 };
const families = ['linear', 'gbm'];

it('lets rows count by a column, in fits and in scores', async () => {
  const table = rare(600);
  const common = { table, target: 'answer', positiveClass: 'yes', families: ['linear'], trials: 2, seed: 1, context };
  const plain = await automl({ ...common, features: { exclude: ['counts'] } });
  const weighed = await automl({ ...common, roles: { weight: 'counts' } });
  expect(weighed.plan.features.map(({ column }) => column)).toEqual(['x', 'noise']);
  expect(weighed.plan.sentences.join(' ')).toContain('Every row counts by its value in "counts"');
  // rows that contradict the others weigh nothing
  expect(weighed.trials.get(2)!.score).toBeGreaterThan(0.85);
  expect(plain.trials.get(2)!.score).toBeLessThan(0.75);
  expect(decodePrepared(encodePrepared(weighed.prepared)).weights).toEqual(weighed.prepared.weights);
  for (const run of [plain, weighed]) run.model.dispose();
});

it('optimises F1 through a threshold, tries class weights, and answers with its labels', async () => {
  const table = rare(900);
  const rows = { ...table, rows: 600, columns: table.columns.map((column) => cut(column, 600)) };
  const run = await automl({ table: rows, target: 'answer', metric: 'f1', families, trials: 4, seed: 2, context });
  expect(run.plan.classWeights).toBe('auto');
  const { model, prepared } = run;
  const { threshold } = model.finishing;
  expect(threshold).toBeLessThan(0.5);
  const predictions = model.predict(prepared.features);
  const called = Array.from(model.decide(predictions)).filter((label) => label === 1).length;
  const likely = Array.from(predictions.keys()).filter((i) => i % 2 === 1 && predictions[i]! >= 0.5).length;
  expect(called).toBeGreaterThan(likely);
  const best = run.trials.get(run.winner)!;
  const evaluated = evaluateModel({ prepared, predictions: best.oof, split: 'oof', threshold });
  // chosen on all rows it is a little better than cross-fitted
  expect(evaluated.metrics.f1!.value!).toBeGreaterThanOrEqual(best.score - 0.03);
  expect(evaluated.classification!.threshold).toBe(threshold);
  const again = await loadModel(run.artifact);
  expect(again.decide(again.predict(prepared.features))).toEqual(model.decide(predictions));
  for (const one of [model, again]) one.dispose();
});

function cut<C extends { values?: Float64Array; codes?: Int32Array }>(column: C, rows: number): C {
  return {
    ...column,
    ...(column.values ? { values: column.values.slice(0, rows) } : {}),
    ...(column.codes ? { codes: column.codes.slice(0, rows) } : {}),
  };
}
