import { expect, it } from 'vitest';
import { overheadBySlot } from './overhead.ts';

const trial = (startedAtMs: number, finishedAtMs: number, ownMs: number) => ({ startedAtMs, finishedAtMs, ownMs });

it('counts what is around a trial and between two on one slot', () => {
  const { around, between, total } = overheadBySlot([trial(0, 100, 90), trial(105, 200, 80), trial(230, 250, 20)], 1);
  expect(around).toEqual([10, 15, 0]);
  expect(between).toEqual([5, 30]);
  expect(total).toEqual([20, 30]);
});

it('gives a trial to the slot that was freed last', () => {
  // slots: 0-100, 110-300 and 0-200, 203-250
  const trials = [trial(0, 100, 100), trial(0, 200, 200), trial(110, 300, 190), trial(203, 250, 47)];
  expect(overheadBySlot(trials, 2).between).toEqual([10, 3]);
});
