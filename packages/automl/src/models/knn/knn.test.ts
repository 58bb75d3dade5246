import { createRandom } from '@laurel/tabular';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fitInput, lossMetric, synthetic } from '../testing/synthetic.ts';
import { family } from './model.ts';
import { createNearest, type Power } from './search.ts';

it('finds what a search through all points finds, ties by index', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 0, max: 19 }),
      fc.integer({ min: 1, max: 70 }),
      fc.constantFrom<Power>(1, 1.5, 2),
      fc.nat(),
      (rows, width, count, power, seed) => {
        const random = createRandom(seed);
        // few different numbers: many ties
        const values = Float32Array.from({ length: rows * width }, () => random.int(4) / 2);
        const query = Float32Array.from({ length: width }, () => random.int(5) / 2);
        const all = Array.from({ length: rows }, (_, row) => {
          let sum = 0;
          for (let j = 0; j < width; j++) sum += Math.abs(values[row * width + j]! - query[j]!) ** power;
          return { row, sum };
        });
        all.sort((a, b) => Math.round(1e6 * (a.sum - b.sum)) || a.row - b.row);
        const found = createNearest({ rows, width, values }, power).find(query, 0, count);
        const wanted = all.slice(0, Math.min(count, rows));
        expect(found.found).toBe(wanted.length);
        for (const [i, { sum }] of wanted.entries()) expect(found.sums[i]).toBeCloseTo(sum, 5);
        if (power !== 1.5) expect(Array.from(found.indexes)).toEqual(wanted.map(({ row }) => row));
      },
    ),
    { seed: 4, numRuns: 300 },
  );
});

it('keeps fewer points where the model may take less, and again by what it decided', async () => {
  const data = synthetic('multiclass', 900, 3);
  const small = await family.fit(fitInput(data, {}, { modelLimitBytes: 20_000 }));
  const bytes = Object.entries(small.state().tensors).reduce(
    (sum, [name, values]) => sum + (name.startsWith('neighbours') ? values.byteLength : 0),
    0,
  );
  expect(bytes).toBeLessThanOrEqual(20_000);
  // a clock on which every look takes long
  let ticks = 0;
  const slow = await family.fit(fitInput(data, {}, { deadlineMs: 2000, now: () => (ticks += 40) }));
  const again = await family.fit(fitInput(data, {}, { decided: slow.decided! }));
  expect(again.predict(data.features)).toEqual(slow.predict(data.features));
});

it('never says that something is impossible, and is closest to itself', async () => {
  const data = synthetic('binary', 300, 4);
  const model = await family.fit(fitInput(data, { neighbours: 1 }));
  const predictions = model.predict(data.features);
  expect(predictions.every((p) => p > 0 && p < 1)).toBe(true);
  const { rows } = fitInput(data, {}).train;
  for (const row of rows.subarray(0, 20)) expect(predictions[2 * row + data.target[row]!]).toBeGreaterThan(0.5);
});

it('weighs near rows more', async () => {
  const data = synthetic('regression', 600, 5);
  const loss = async (weighting: string) => {
    const input = fitInput(data, { neighbours: 60, weighting });
    const model = await family.fit(input);
    const { rows } = input.validation!;
    const target = Float64Array.from(rows, (row) => data.target[row]!);
    return lossMetric('regression', 1).score(target, model.predict(data.features, rows));
  };
  expect(await loss('distance')).toBeLessThan(await loss('uniform'));
});
