import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRecorder, readResults } from './record.ts';
import { renderTable, verdictOf } from './table.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'laurel-record-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const recorder = (more: { again?: boolean; machine?: string; commit?: string } = {}) =>
  createRecorder({ bench: 'try', folder, machine: 'm', commit: 'c', ...more });
const lines = () => readResults(join(folder, 'try.jsonl'));

it('appends one line per measurement, with the ratio to its peer', () => {
  recorder().add({ case: 'start', value: 4, unit: 's', peer: 10, peerName: 'target' });
  expect(lines()).toHaveLength(1);
  expect(lines()[0]).toMatchObject({
    bench: 'try',
    case: 'start',
    value: 4,
    ours: 4,
    unit: 's',
    peer: 10,
    peerName: 'target',
    ratio: 0.4,
    machine: 'm',
    commit: 'c',
    versions: { node: process.version },
  });
});

it('does not measure the same case twice on one machine and one commit, unless asked to', () => {
  recorder().add({ case: 'a', value: 1, unit: 's' });
  expect(recorder().has('a')).toBe(true);
  expect(recorder().has('b')).toBe(false);
  expect(recorder({ machine: 'other' }).has('a')).toBe(false);
  expect(recorder({ commit: 'other' }).has('a')).toBe(false);
  recorder().add({ case: 'a', value: 2, unit: 's' });
  expect(lines().map((line) => line.value)).toEqual([1]);
  const again = recorder({ again: true });
  expect(again.has('a')).toBe(false);
  again.add({ case: 'a', value: 3, unit: 's' });
  expect(lines().map((line) => line.value)).toEqual([1, 3]);
  expect(recorder().table()).toContain('3');
  expect(recorder().table().split('\n')).toHaveLength(2);
});

it('refuses what is no number, and leaves the lines of others as they are', () => {
  writeFileSync(join(folder, 'try.jsonl'), `${JSON.stringify({ case: 'old', machine: 'x', commit: 'y' })}\n`);
  expect(() => recorder().add({ case: 'a', value: Number.NaN, unit: 's' })).toThrow('a: NaN is not a measurement');
  recorder().add({ case: 'a', value: 1, unit: 's' });
  expect(readFileSync(join(folder, 'try.jsonl'), 'utf8').split('\n')[0]).toContain('"old"');
});

it('says how a value compares in the direction of its unit', () => {
  const verdict = (unit: string, value: number, peer: number, peerName = 'rf') =>
    verdictOf({ unit, value, peer, peerName });
  expect(verdict('auc', 0.91, 0.9)).toBe('better');
  expect(verdict('auc', 0.901, 0.9)).toBe('level');
  expect(verdict('logloss', 0.6, 0.5)).toBe('worse');
  expect(verdict('rmse', 100.9, 100)).toBe('level');
  expect(verdict('s', 9, 10, 'target')).toBe('met');
  expect(verdict('r2', 0.96, 0.97, 'target')).toBe('missed');
  expect(verdictOf({ unit: 's', value: 1 })).toBeNull();
});

it('renders nothing but the header without lines', () => {
  expect(renderTable([])).toMatch(/^case +value +unit/);
});
