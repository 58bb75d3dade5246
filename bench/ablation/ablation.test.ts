import { expect, it } from 'vitest';
import type { ResultLine } from '../record.ts';
import { cellsOf, gainOf, report } from './summary.ts';

const line = (name: string, value: number, unit = 'logloss') =>
  ({ case: `${name}, fold 0, 30 s: whole`, value, unit }) as ResultLine;
const without = (name: string, part: string, value: number, unit = 'logloss') =>
  ({ case: `${name}, fold 0, 30 s: ${part}`, value, unit }) as ResultLine;

it('says by how much the error grows without a part, an AUC counted by what it lacks', () => {
  const lines = [
    line('a', 0.2),
    without('a', 'no search', 0.4),
    line('b', 0.9, 'auc'),
    without('b', 'no search', 0.95, 'auc'),
    line('c', 0.3),
  ];
  const [a, b, c] = cellsOf(lines);
  expect(gainOf(a!, 'no search')).toBeCloseTo(Math.log(2));
  expect(gainOf(b!, 'no search')).toBeCloseTo(-Math.log(2));
  expect(gainOf(c!, 'no search')).toBeNull();
  const text = report(lines);
  expect(text).toContain('| a, fold 0, 30 s | logloss | 0.2000 |  | 0.4000 |  |  |');
  expect(text).toContain('| no search | 0.0 % | -50.0 % to 100.0 % | 1 | 0 | 1 |');
});

it('does not take noise about nothing for a gain', () => {
  const [cell] = cellsOf([line('a', 0.00002), without('a', 'no ensemble', 0.0004)]);
  expect(gainOf(cell!, 'no ensemble')).toBe(0);
});
