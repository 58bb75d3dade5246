import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodePredictions, decodePrepared, loadModel } from '@laurel/automl';
import { decodeTable } from '@laurel/tabular';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineProtocol, PreparedSummary, StoredMember, TrialAnswer, TrialProgress } from './engine.ts';
import { trialKeys } from './engine.ts';
import { resultOf } from './failure.ts';
import { createPool, type Pool } from './pool.ts';

let folder: string;
let pool: Pool<EngineProtocol>;
let prepared: PreparedSummary;
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laurel-pool-'));
  await writeFile(file('flowers.csv'), flowers(400));
  const entry = fileURLToPath(new URL('./child/entry.ts', import.meta.url));
  pool = createPool<EngineProtocol>({ entry, size: 2, memoryLimitMb: 1500, parentEnv: process.env });
});
afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true, force: true });
});

/** Two classes that two numbers and a colour tell apart, not quite. */
function flowers(rows: number): string {
  const lines = ['width,height,colour,kind'];
  for (let i = 0; i < rows; i++) {
    const width = (i * 37) % 100;
    const height = (i * 61) % 100;
    const colour = ['red', 'white', 'blue'][i % 3];
    const noise = (i * 7919) % 13 === 0;
    lines.push(
      `${width},${height},${colour},${width + height + (colour === 'red' ? 30 : 0) > 110 !== noise ? 'tall' : 'flat'}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

const trial = (number: number, family: string) => ({
  preparedPath: file('prepared'),
  preparedKey: prepared.splitSha256,
  spec: { number, kind: 'model' as const, family, config: {}, seed: number, capMs: 20_000 },
  budgetLeftMs: null,
});
async function store(number: number, answer: TrialAnswer): Promise<StoredMember> {
  if (answer.status !== 'completed') throw new Error(`the trial ${answer.status}`);
  const member = { predictionsPath: file(`predictions${number}`), artifactPath: file(`artifact${number}`) };
  await writeFile(member.predictionsPath, answer.predictions);
  await writeFile(member.artifactPath, answer.artifact);
  const { name, score, predictMsPerRow } = answer;
  return { trialNumber: number, name, score, predictMsPerRow, ...member };
}

describe('the engine in child processes', () => {
  const members: StoredMember[] = [];

  it('profiles an uploaded file and prepares an experiment on it', async () => {
    const tablePath = file('table');
    const profile = resultOf(
      await pool.run({
        kind: 'profile',
        sourcePath: file('flowers.csv'),
        outTablePath: tablePath,
        contentType: 'text/csv',
      }),
    );
    expect(profile).toMatchObject({ rows: 400 });
    expect(decodeTable(await readFile(tablePath)).rows).toBe(400);
    const request = { target: 'kind', budget: { trials: 3 }, holdout: 0.2 };
    prepared = resultOf(
      await pool.run({ kind: 'prepare', tablePath, profile, request, seed: 3, outPath: file('prepared') }),
    );
    expect(prepared.plan).toMatchObject({
      task: 'binary',
      labels: ['flat', 'tall'],
      rows: { training: 320, holdout: 80 },
    });
    expect(prepared.facts).toMatchObject({ rows: 320, classes: 2 });
    expect(decodePrepared(await readFile(file('prepared'))).splitSha256).toBe(prepared.splitSha256);
  });

  it('leaves out a column that is the target in other words', async () => {
    const leaky = flowers(400).replaceAll('tall', 'tall,T').replaceAll('flat', 'flat,F').replace('kind', 'kind,letter');
    await writeFile(file('leaky.csv'), leaky);
    const tablePath = file('leaky');
    const profile = resultOf(
      await pool.run({ kind: 'profile', sourcePath: file('leaky.csv'), outTablePath: tablePath }),
    );
    const request = { target: 'kind', budget: { trials: 3 } };
    const outPath = file('leaky-prepared');
    const { plan } = resultOf(await pool.run({ kind: 'prepare', tablePath, profile, request, seed: 3, outPath }));
    expect(plan.excluded).toEqual([expect.objectContaining({ column: 'letter', code: 'LEAK' })]);
  });

  it('refuses a request that cannot be run, with its code', async () => {
    const profile = resultOf(
      await pool.run({ kind: 'profile', sourcePath: file('flowers.csv'), outTablePath: file('again') }),
    );
    const request = { target: 'nothing' };
    const outcome = await pool.run({
      kind: 'prepare',
      tablePath: file('again'),
      profile,
      request,
      seed: 1,
      outPath: file('no'),
    });
    expect(() => resultOf(outcome)).toThrow(expect.objectContaining({ code: 'TARGET_NOT_FOUND' }));
    await expect(stat(file('no'))).rejects.toThrow('ENOENT');
    await writeFile(file('empty.csv'), '');
    const empty = await pool.run({ kind: 'profile', sourcePath: file('empty.csv'), outTablePath: file('no') });
    expect(empty).toMatchObject({ failure: { kind: 'error', error: { code: 'EMPTY_FILE' } } });
  });

  it('fits trials, with progress, predictions and a model that can be loaded', async () => {
    for (const [number, family] of [
      [1, 'baseline'],
      [2, 'gbm'],
    ] as const) {
      const events: TrialProgress[] = [];
      const request = { kind: 'trial' as const, ...trial(number, family) };
      const outcome = await pool.run(request, { keys: trialKeys(request), onEvent: (event) => events.push(event) });
      const answer = resultOf(outcome);
      members.push(await store(number, answer));
      if (answer.status !== 'completed') throw new Error('not completed');
      expect(events[0]).toMatchObject({ fold: 0 });
      expect(outcome.peakMb).toBeGreaterThan(30);
      expect(decodePredictions(answer.predictions)).toMatchObject({
        outputs: 2,
        oof: { length: 640 },
        holdout: { length: 160 },
      });
      expect(answer.holdoutMetrics?.[prepared.plan.metric]?.value).toBeTypeOf('number');
      expect(answer.holdoutMetrics?.[prepared.plan.metric]?.ciLow).toBeTypeOf('number');
      expect((await loadModel(answer.artifact)).labels).toEqual(['flat', 'tall']);
    }
    expect(members[1]!.score).toBeGreaterThan(members[0]!.score);
  });

  it('gives the same result in another child', async () => {
    const again = resultOf(await pool.run({ kind: 'trial', ...trial(2, 'gbm') }));
    expect(again).toMatchObject({ status: 'completed', score: members[1]!.score });
  });

  it('selects the best of stored members so far', async () => {
    const { preparedPath, preparedKey } = trial(3, 'ensemble');
    const selected = resultOf(await pool.run({ kind: 'select', preparedPath, preparedKey, members }));
    expect(selected.members.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1);
    expect(selected.score).toBeGreaterThanOrEqual(members[1]!.score - 1e-6);
  });

  it('builds an ensemble from stored members', async () => {
    const request = { ...trial(3, 'ensemble'), members };
    request.spec = { ...request.spec, kind: 'ensemble' as never };
    const answer = resultOf(await pool.run({ kind: 'ensemble', ...request }));
    if (answer.status !== 'completed') throw new Error(`the ensemble ${answer.status}`);
    expect(answer.members.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1);
    expect((await loadModel(answer.artifact)).family).toBe('ensemble');
  });

  it('cuts a cap to what is left of the budget', async () => {
    const answer = resultOf(await pool.run({ kind: 'trial', ...trial(4, 'gbm'), budgetLeftMs: 0 }));
    if (answer.status === 'completed') expect(answer.fitSeconds).toBeLessThan(20);
    else if (answer.status === 'failed') expect(answer.failure.kind).toBe('timeout');
    else expect(answer.cause).toBe('time');
  });

  it('reads a table to predict', async () => {
    const summary = resultOf(
      await pool.run({ kind: 'read-table', sourcePath: file('flowers.csv'), outTablePath: file('rows') }),
    );
    expect(summary).toMatchObject({
      rows: 400,
      columns: ['width', 'height', 'colour', 'kind'],
      parse: { format: 'csv' },
    });
    expect(decodeTable(await readFile(file('rows'))).rows).toBe(400);
  });
});
