import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { laurelIn, thingsCsv } from '../testing/laurel.ts';

let dir: string;
const laurel = (...args: string[]) => laurelIn(dir, ...args);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'laurel cli '));
  await writeFile(join(dir, 'things.csv'), thingsCsv(120));
  await writeFile(join(dir, 'new.csv'), thingsCsv(10, false));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('train and predict', { timeout: 60_000 }, () => {
  it('trains a classifier, writes a bundle, and predicts labels and probabilities', async () => {
    const trained = await laurel(
      'train',
      'things.csv',
      '--target',
      'kind',
      '--exclude',
      'weight',
      '--trials',
      '3',
      '--families',
      'linear,gbm',
    );
    expect(trained.err).toContain('Leaderboard by ROC AUC');
    expect(trained).toMatchObject({ code: 0, out: '' });
    const description = JSON.parse(await readFile(join(dir, 'things-model/model.json'), 'utf8'));
    expect(description).toMatchObject({ schemaVersion: 1, metric: 'roc_auc', seed: 0, plan: { target: 'kind' } });
    expect(description.leaderboard.map((row: { family: string }) => row.family)).toContain('baseline');
    expect(description.leaderboard.map((row: { family: string }) => row.family)).toContain('ensemble');

    const labels = await laurel('predict', 'things-model', 'new.csv');
    const lines = labels.out.trimEnd().split('\n');
    expect(lines[0]).toBe('label');
    expect(lines).toHaveLength(11);
    expect(new Set(lines.slice(1))).toEqual(new Set(['"big, heavy"', 'small']));

    const probabilities = await laurel('predict', 'things-model', 'new.csv', '--probabilities');
    const [header, ...rows] = probabilities.out.trimEnd().split('\n');
    expect(header).toBe('"big, heavy",small');
    for (const [i, row] of rows.entries()) {
      const [big, small] = row.split(',').map(Number) as [number, number];
      expect(big + small).toBeCloseTo(1, 9);
      expect(lines[i + 1]).toBe(big > small ? '"big, heavy"' : 'small');
    }
  });

  it('gives the same model for the same seed, whatever the number of processes', async () => {
    const args = ['train', 'things.csv', '--target', 'weight', '--trials', '4', '--families', 'linear', '--seed', '9'];
    process.env.LAUREL_WORKERS = '1';
    await laurel(...args, '--out', 'one');
    process.env.LAUREL_WORKERS = '2';
    await laurel(...args, '--out', 'two');
    delete process.env.LAUREL_WORKERS;
    expect(await readFile(join(dir, 'two/model.laurel'))).toEqual(await readFile(join(dir, 'one/model.laurel')));
    const predicted = await laurel('predict', 'one', 'things.csv');
    expect(predicted.out.split('\n')[0]).toBe('value');
    const refused = await laurel('predict', 'one', 'things.csv', '--probabilities');
    expect(refused).toMatchObject({ code: 1, out: '' });
  });

  it('names a column that lacks, and writes nothing to standard output', async () => {
    await laurel('train', 'things.csv', '--target', 'kind', '--trials', '1', '--families', 'linear', '--out', 'm');
    await writeFile(join(dir, 'short.csv'), 'size\n1\n2\n');
    const { code, out, err } = await laurel('predict', 'm', 'short.csv');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('"colour"');
    expect(err).not.toContain('    at ');
  });
});

describe('validation and forecasts', { timeout: 60_000 }, () => {
  const dates = (count: number) =>
    Array.from({ length: count }, (_, i) => new Date(Date.UTC(2010, i, 1)).toISOString().slice(0, 10));

  it('splits by time as asked, and says so', async () => {
    const rows = dates(120).map((date, i) => `${date},${(i * 37) % 11},${(i * 37) % 11 > 5 ? 'high' : 'low'}`);
    await writeFile(join(dir, 'dated.csv'), `when,x,kind\n${rows.join('\n')}\n`);
    const args = ['--target', 'kind', '--time', 'when', '--folds', '3', '--gap', '1', '--trials', '2'];
    const { code, err } = await laurel('train', 'dated.csv', ...args, '--families', 'linear', '--out', 'dated');
    expect(code).toBe(0);
    expect(err).toContain('in the order of "when"');
    expect(err).toContain('with a gap of one time between');
    const { plan } = JSON.parse(await readFile(join(dir, 'dated/model.json'), 'utf8'));
    expect(plan.validation).toEqual({ kind: 'time', folds: 3, repeats: 1, column: 'when', gap: 1 });
  });

  it('forecasts the dates of a file, with intervals', async () => {
    const rows = dates(96).map((date, i) => `${date},${(200 + i + 50 * Math.sin((2 * Math.PI * i) / 12)).toFixed(2)}`);
    await writeFile(join(dir, 'months.csv'), `month,sold\n${rows.join('\n')}\n`);
    await writeFile(join(dir, 'next.csv'), 'month\n2018-01-01\n2018-02-01\n2018-12-01\n');
    const args = ['--target', 'sold', '--task', 'forecast', '--horizon', '6', '--trials', '4'];
    const trained = await laurel('train', 'months.csv', ...args, '--families', 'linear', '--out', 'months');
    expect(trained.code, trained.err).toBe(0);
    expect(trained.err).toContain('6 months ahead');
    expect(trained.err).toContain('Leaderboard by MASE');
    const { out } = await laurel('predict', 'months', 'next.csv', '--intervals');
    const [header, ...lines] = out.trimEnd().split('\n');
    expect(header).toBe('value,low,high');
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      const [value, low, high] = line.split(',').map(Number) as [number, number, number];
      expect(value).toBeGreaterThan(200);
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
    }
  });
});

describe('wrong calls', { timeout: 60_000 }, () => {
  it.each([
    [['train', 'things.csv', '--target', 'nope'], 'no column "nope"'],
    [['train', 'things.csv', '--target', 'kind', '--budget', '0'], 'cannot be the budget'],
    [['train', 'things.csv', '--target', 'kind', '--metric', 'rmse'], 'roc_auc'],
    [['train', 'missing.csv', '--target', 'kind'], 'no file'],
    [['train', 'things.csv', '--target', 'kind', '--folds', 'many'], '--folds'],
    [['train', 'things.csv', '--target', 'kind', '--group', 'nope'], '"nope"'],
    [['train', 'things.csv'], '--target'],
    [['train', 'things.csv', '--target', 'kind', '--colour', 'red'], '--colour'],
    [['predict', 'nowhere', 'things.csv'], 'no model.laurel'],
  ])('%j', async (args, words) => {
    const { code, out, err } = await laurel(...args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(words);
    expect(err).not.toContain('    at ');
  });
});
