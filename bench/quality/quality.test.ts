import { expect, it } from 'vitest';
import { keyOf, type QualityLine } from './run.ts';
import { report } from './summary.ts';

const line = (tool: string, dataset: string, score: number, more: Partial<QualityLine> = {}): QualityLine => ({
  tool,
  dataset,
  fold: 0,
  budget: 60,
  machine: 'm',
  code: `${tool} 1`,
  metric: 'auc',
  score,
  fitSeconds: 60,
  wallSeconds: 61,
  predictSeconds: 1,
  peakMb: 100,
  versions: {},
  busyBefore: 0.01,
  date: '2026-01-01T00:00:00Z',
  ...more,
});

it('ranks tools on what all of them were measured on, lists losses, and takes the newest line', () => {
  const lines = [
    line('laurel', 'a', 0.1),
    line('laurel', 'a', 0.9, { date: '2026-01-02T00:00:00Z', code: 'laurel 2' }),
    line('peer', 'a', 0.8),
    line('laurel', 'b', 0.5, { fold: 1 }),
    line('peer', 'b', 0.6, { fold: 1, fitSeconds: 70 }),
    line('peer', 'c', 0.7),
  ];
  const text = report(lines, ['laurel', 'peer']);
  expect(text).toContain('| a | 0 | auc | **0.9000** | 0.8000 |');
  expect(text).toContain('| laurel | 1.50 | 1.00 to 2.00 | 1 of 2 |');
  expect(text).toContain('| peer | 1 | 0 | 1 |');
  expect(text).toContain('- b, fold 1: 0.5000 against 0.6000 of peer (auc)');
  expect(text).toContain('| peer | 3 | 6 | 70 | 1 of 3 | 100 |');
  expect(text).toContain('Not measured by every tool, so in no mean rank: c fold 0.');
});

it('shares ranks of equal scores, and lower is better for losses', () => {
  const loss = { metric: 'logloss' };
  const text = report(
    [line('laurel', 'a', 0.5, loss), line('p', 'a', 0.5, loss), line('q', 'a', 0.6, loss)],
    ['laurel', 'p', 'q'],
  );
  expect(text).toContain('| laurel | 1.50 |');
  expect(text).toContain('| q | 3.00 |');
  expect(text).toContain('No losses beyond what is level.');
});

it('tells measurements apart by tool, set, fold, budget, machine and code', () => {
  const one = line('laurel', 'a', 1);
  expect(keyOf({ ...one, code: 'other' })).not.toBe(keyOf(one));
  expect(keyOf({ ...one, score: 2 } as QualityLine)).toBe(keyOf(one));
});
