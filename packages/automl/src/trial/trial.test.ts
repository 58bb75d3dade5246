import { maxArtifactBytes } from '@laurel/contracts';
import { profileTable, type Table } from '@laurel/tabular';
import { expect, it } from 'vitest';
import { familyOf } from '../families.ts';
import type { FamilyInfo, FitInput } from '../models/types.ts';
import { planWithTable } from '../plan/plan.ts';
import { prepareData } from '../prepare.ts';
import type { EngineContext } from '../types.ts';
import { runTrial } from './trial.ts';

const rows = 20_000;
const table: Table = {
  rows,
  columns: [
    { name: 'x', type: 'numeric', values: Float64Array.from({ length: rows }, (_, i) => ((i * 7919) % 1009) / 7) },
    { name: 'y', type: 'numeric', values: Float64Array.from({ length: rows }, (_, i) => ((i * 6007) % 1013) / 9) },
    {
      name: 'kind',
      type: 'categorical',
      codes: Int32Array.from({ length: rows }, (_, i) => i % 4),
      levels: [...'abcd'],
    },
  ],
};
const request = { target: 'kind', budget: { seconds: 10 } };
const prepared = prepareData(table, planWithTable({ profile: profileTable(table), table, request, seed: 1 }));

/** A trial of a family like the baseline whose fit is looked at first. */
function trial(
  changes: Partial<FamilyInfo>,
  onFit: (input: FitInput) => void,
  capMs: number,
  context: Partial<EngineContext> = {},
) {
  const baseline = familyOf('baseline');
  const info: FamilyInfo = {
    ...baseline,
    ...changes,
    load: async () => {
      const family = await baseline.load();
      return { ...family, fit: (input) => Promise.resolve(onFit(input)).then(() => family.fit(input)) };
    },
  };
  const spec = { number: 1, kind: 'model' as const, family: 'baseline', config: {}, seed: 1, capMs };
  return runTrial(prepared, spec, { now: () => 0, ...context }, { lookup: () => info });
}

it('gives a costly family fewer rows where the time is short, and fewer still when it pays for every class', async () => {
  const seen: number[] = [];
  const look = (input: FitInput) => void seen.push(input.train.rows.length);
  await trial({ relativeCost: 1, costByClass: false }, look, 1e9);
  const all = seen[0]!;
  seen.length = 0;
  await trial({ relativeCost: 100, costByClass: false }, look, 400);
  await trial({ relativeCost: 25, costByClass: true }, look, 400);
  expect(new Set(seen).size).toBe(1);
  expect(seen[0]).toBeLessThan(all);
});

it('lets a fit take half of its process, and the models of all folds together less than an artifact', async () => {
  const seen: FitInput[] = [];
  await trial({}, (input) => void seen.push(input), 1e9, { processLimitBytes: 1e9 });
  const folds = seen.length;
  expect(seen[0]).toMatchObject({ memoryLimitBytes: 5e8 });
  expect(folds * seen[0]!.modelLimitBytes!).toBeLessThan(maxArtifactBytes);
  await trial({}, (input) => void seen.push(input), 1e9);
  expect(seen.at(-1)).toMatchObject({ memoryLimitBytes: 2 ** 31 });
});

it('says that memory lacked when a family knew so before it began', async () => {
  const refuse = () => {
    throw Object.assign(new Error('The fit needs 9,000 MB of memory; 4,000 MB are allowed.'), { code: 'MEMORY_LIMIT' });
  };
  expect(await trial({}, refuse, 1e9)).toMatchObject({ status: 'failed', failure: { kind: 'oom' } });
});

it('draws the rows of a rung evenly over the classes, the same ones again', async () => {
  const seen: FitInput[] = [];
  const spec = { number: 1, kind: 'model' as const, family: 'baseline', config: {}, seed: 1, capMs: 1e9 };
  const info = { ...familyOf('baseline') };
  const lookup = () => ({
    ...info,
    load: async () => {
      const family = await info.load();
      return { ...family, fit: (input: FitInput) => family.fit(input).finally(() => seen.push({ ...input })) };
    },
  });
  const outcomes = [];
  for (let i = 0; i < 2; i++) {
    outcomes.push(await runTrial(prepared, { ...spec, rungRows: 1003 }, { now: () => 0 }, { lookup }));
  }
  const counts = [0, 1, 2, 3].map((k) => seen[0]!.train.rows.filter((row) => seen[0]!.train.target[row] === k).length);
  expect(seen[0]!.train.rows.length).toBe(1003);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  expect(seen[seen.length / 2]!.train.rows).toEqual(seen[0]!.train.rows);
  expect(outcomes[0]).toMatchObject({ status: 'completed', truncated: false });
  expect((outcomes[0] as { stopReason?: string }).stopReason).toMatch(/^A first look, on 1,003 of /);
});

it('halves the rows of a fit that memory is too small for, and says so', async () => {
  const sizes: number[] = [];
  const memoryBytes = ({ rows: count }: { rows: number }) => count * 100_000;
  const outcome = await trial({ memoryBytes }, (input) => void sizes.push(input.train.rows.length), 1e9, {
    processLimitBytes: 1e9,
  });
  const whole = prepared.trainingRows * (1 - 1 / sizes.length);
  expect(sizes.every((size) => size * 100_000 <= 5e8 && size > whole / 8)).toBe(true);
  expect(outcome).toMatchObject({ status: 'completed' });
  expect((outcome as { stopReason?: string }).stopReason).toContain('more memory than its process may use');
});
