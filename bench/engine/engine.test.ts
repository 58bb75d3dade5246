import { expect, it } from 'vitest';
import { type LoadedSet, splitFold, toCsv } from './datasets.ts';
import { bestPeer } from './peers.ts';

const set: LoadedSet = {
  info: { name: 'try', task: 'binary', target: 'y' },
  header: ['a', 'y', 'b'],
  rows: [
    ['1', 'no', 'x, y'],
    ['2', 'yes', 'said "so"'],
    ['', 'no', 'two\nlines'],
  ],
  folds: '010',
};

it('keeps the target and the rows of the fold out of what is predicted from', () => {
  const { train, test } = splitFold(set, 1);
  expect(test).toBe('a,b\n2,"said ""so"""\n');
  expect(train).toBe('a,y,b\n1,no,"x, y"\n,no,"two\nlines"\n');
});

it('writes a row of one empty cell as a row', () => {
  expect(toCsv([['a'], [''], ['1']])).toBe('a\n""\n1\n');
});

it('takes the best peer in the direction of the metric', () => {
  const peer = (tool: string, metric: string, score: number) => ({
    tool,
    metric,
    score,
    dataset: 'd',
    fold: 0,
    fitSeconds: 1,
  });
  expect(bestPeer([peer('a', 'auc', 0.8), peer('b', 'auc', 0.9)])?.tool).toBe('b');
  expect(bestPeer([peer('a', 'rmse', 2), peer('b', 'rmse', 3)])?.tool).toBe('a');
  expect(bestPeer([])).toBeNull();
});
