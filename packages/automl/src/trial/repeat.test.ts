import { profileTable, type Table } from '@laurel/tabular';
import { describe, expect, it } from 'vitest';
import { families } from '../families.ts';
import { planWithTable } from '../plan/plan.ts';
import { prepareData } from '../prepare.ts';
import { noCapMs } from '../study/budget.ts';
import type { TrialResult, TrialSpec } from '../types.ts';
import { runTrial } from './trial.ts';

const rows = 400;
const x = Float64Array.from({ length: rows }, (_, i) => ((i * 7919) % 1009) / 100);
const z = Float64Array.from({ length: rows }, (_, i) => ((i * 104_729) % 887) / 90);
const noise = Float64Array.from({ length: rows }, (_, i) => ((i * 6007) % 1013) / 300);
const table: Table = {
  rows,
  columns: [
    { name: 'x', type: 'numeric', values: x },
    { name: 'z', type: 'numeric', values: z },
    {
      name: 'colour',
      type: 'categorical',
      codes: Int32Array.from({ length: rows }, (_, i) => i % 5),
      levels: [...'abcde'],
    },
    { name: 'sum', type: 'numeric', values: x.map((value, i) => value * z[i]! + noise[i]! + (i % 5)) },
    {
      name: 'kind',
      type: 'categorical',
      codes: Int32Array.from(x, (value, i) => (value + z[i]! + noise[i]! > 12 ? 1 : 0)),
      levels: ['low', 'high'],
    },
  ],
};
const preparedFor = (target: string, exclude: string) => {
  const request = { target, features: { exclude: [exclude] }, budget: { seconds: 10 }, validation: { folds: 2 } };
  return prepareData(table, planWithTable({ profile: profileTable(table), table, request, seed: 3 }));
};
/** Quick to fit without a clock. */
const few = { epochs: 2, width: 32, members: 2, copies: 4 };
const tasks = { classes: preparedFor('kind', 'sum'), values: preparedFor('sum', 'kind') };
const fitted = families.filter(({ combines, tasks }) => !combines && tasks.includes('binary'));

/** A clock that goes on by every look at it, so that a trial is always cut at the same place. */
const hourGlass = () => {
  let ms = 0;
  return () => (ms += 1);
};

describe.each(fitted.map((family) => [family.id] as const))('%s', (family) => {
  it.each(Object.entries(tasks))(
    'is repeated to the same bytes, for %s, wherever the clock cut it',
    async (_, prepared) => {
      for (const [capMs, config] of [
        [40, {}],
        [400, {}],
        [noCapMs, few],
      ] as const) {
        const spec: TrialSpec = { number: 1, kind: 'model', family, config, seed: 8, capMs };
        const first = await runTrial(prepared, spec, { now: hourGlass() });
        expect(first.status).toBe('completed');
        const { artifact, score, fits } = first as TrialResult;
        // what is stored of it is JSON
        const repeat = JSON.parse(JSON.stringify(fits));
        const again = await runTrial(prepared, { ...spec, capMs: noCapMs, repeat }, { now: hourGlass() });
        expect(again).toMatchObject({ status: 'completed', score });
        expect(Buffer.from((again as TrialResult).artifact).equals(artifact)).toBe(true);
      }
    },
  );
});

it('uses the same rows again where a trial could not afford all', async () => {
  const large: Table = {
    rows: 20_000,
    columns: [
      { name: 'x', type: 'numeric', values: Float64Array.from({ length: 20_000 }, (_, i) => ((i * 7919) % 1009) / 7) },
      { name: 'y', type: 'numeric', values: Float64Array.from({ length: 20_000 }, (_, i) => ((i * 6007) % 1013) / 9) },
    ],
  };
  const request = { target: 'y', budget: { seconds: 10 } };
  const prepared = prepareData(large, planWithTable({ profile: profileTable(large), table: large, request, seed: 1 }));
  const spec: TrialSpec = { number: 1, kind: 'model', family: 'linear', config: {}, seed: 1, capMs: 0.3 };
  const first = (await runTrial(prepared, spec, { now: () => 0 })) as TrialResult;
  expect(first.fits[0]).toMatchObject({ rows: 5000, truncated: true });
  const again = await runTrial(prepared, { ...spec, capMs: 1e9, repeat: first.fits }, { now: () => 0 });
  expect((again as TrialResult).artifact).toEqual(first.artifact);
});
