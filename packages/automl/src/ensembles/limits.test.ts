import { maxArtifactBytes } from '@laurel/contracts';
import { expect, it } from 'vitest';
import { ensembleLimits, membersWithin } from './limits.ts';

const mb = 2 ** 20;
const member = (trialNumber: number, sizeBytes: number, predictMsPerRow = 0.1) => ({
  trialNumber,
  sizeBytes,
  predictMsPerRow,
  artifact: new Uint8Array(0),
});
const numbers = (members: { trialNumber: number }[]) => members.map(({ trialNumber }) => trialNumber);

it('keeps all that fit together, without a look at their use', () => {
  const all = [member(1, 100 * mb), member(2, 100 * mb)];
  const kept = membersWithin(all, ensembleLimits(), () => {
    throw new Error('not asked');
  });
  expect(numbers(kept)).toEqual([1, 2]);
});

it('drops the least useful until the rest fits, and takes smaller ones that still do', () => {
  const all = [member(1, 120 * mb), member(2, 120 * mb), member(3, 120 * mb), member(4, 5 * mb)];
  const kept = membersWithin(all, ensembleLimits(), () => [0.1, 0.5, 0.4, 0]);
  expect(numbers(kept)).toEqual([2, 3, 4]);
  expect(kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBeLessThan(maxArtifactBytes);
});

it('keeps to the limits of the plan, and always one model', () => {
  const all = [member(1, 10 * mb, 0.6), member(2, 1 * mb, 0.3), member(3, 1 * mb, 0.3)];
  expect(numbers(membersWithin(all, ensembleLimits({ maxModelBytes: 3 * mb }), () => [0.8, 0.1, 0.1]))).toEqual([2, 3]);
  expect(numbers(membersWithin(all, ensembleLimits({ maxPredictMsPerRow: 1 }), () => [0.8, 0.1, 0.1]))).toEqual([1, 2]);
  expect(numbers(membersWithin(all, ensembleLimits({ maxModelBytes: 10 }), () => [0.2, 0.8, 0]))).toEqual([2]);
});
