import { describe, expect, it } from 'vitest';
import { forecastFeatures } from '../../tasks/forecast/features.ts';
import type { SeriesHistory } from '../types.ts';
import { family } from './model.ts';

const season = 6;
/** Above zero until a strike at place 30. */
const values = Float64Array.from({ length: 40 }, (_, i) =>
  i === 30 ? 0 : 20 + i + 5 * Math.sin(i * i) + 8 * (i % season),
);
const history: SeriesHistory = { values: [values], starts: Int32Array.of(0), seasons: [season], horizon: 4 };

async function answers(shape: { trend: string; season: string }, origins: number[]): Promise<number[]> {
  const model = await family.restore({
    header: { ...shape, cycle: season },
    tensors: { weights: Float64Array.of(0.4, 0.2, 0.3, 0.9) },
  });
  const rows = {
    series: new Int32Array(origins.length),
    origins: Int32Array.from(origins),
    steps: new Int32Array(origins.length).fill(3),
  };
  const step = { unit: 'number' as const, count: 1 };
  const plan = { step, phase: 0, horizon: 4, seasons: [season], series: null, taken: [] };
  const features = { rows: origins.length, columns: forecastFeatures(history, rows, plan) };
  return [...model.predict(features, undefined, history)];
}

describe('exponential smoothing', () => {
  it.each([
    { trend: 'damped', season: 'multiplied' },
    { trend: 'straight', season: 'added' },
    { trend: 'straight', season: 'none' },
  ])('answers an origin alike, whatever later ones are asked with it: %o', async (shape) => {
    const origins = [39, 2, 4, 4, 8, 9, 10, 11, 12, 20, 29, 30, 31];
    const together = await answers(shape, origins);
    for (const [i, origin] of origins.entries()) expect([together[i]]).toEqual(await answers(shape, [origin]));
  });
});
