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

describe('wrong calls', { timeout: 60_000 }, () => {
  it.each([
    [['train', 'things.csv', '--target', 'nope'], 'no column "nope"'],
    [['train', 'things.csv', '--target', 'kind', '--budget', '0'], 'cannot be the budget'],
    [['train', 'things.csv', '--target', 'kind', '--metric', 'rmse'], 'roc_auc'],
    [['train', 'missing.csv', '--target', 'kind'], 'no file'],
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
