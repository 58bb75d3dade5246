import { execFileSync, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { loaderFor } from './child-process.ts';
import { resultOf, toTrialFailure } from './failure.ts';
import { createPool, type Pool, type PoolOptions } from './pool.ts';
import type { TestProtocol } from './testing/child.ts';

const entry = fileURLToPath(new URL('./testing/child.ts', import.meta.url));
const pools: Pool<TestProtocol>[] = [];

function poolOf(options: Partial<PoolOptions> = {}): Pool<TestProtocol> {
  const pool = createPool<TestProtocol>({ entry, size: 1, memoryLimitMb: 400, parentEnv: process.env, ...options });
  pools.push(pool);
  return pool;
}
async function echo(pool: Pool<TestProtocol>, value: unknown) {
  return resultOf(await pool.run({ kind: 'echo', value }));
}
const paths: string[] = [];
function newPath(): string {
  const path = join(tmpdir(), `laurel-pool-${randomUUID()}`);
  paths.push(path);
  return path;
}
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
async function until(what: () => boolean, ms = 30_000): Promise<void> {
  for (const end = Date.now() + ms; !what(); ) {
    if (Date.now() > end) throw new Error('it never became true');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
  for (const path of paths.splice(0)) rmSync(path, { force: true });
});

describe('runs', () => {
  it('hands typed arrays over and uses a child again', async () => {
    const pool = poolOf();
    const first = await echo(pool, new Float64Array([1, Number.NaN, 3]));
    expect(first.value).toEqual(new Float64Array([1, Number.NaN, 3]));
    expect((await echo(pool, null)).pid).toBe(first.pid);
  });

  it('replaces a child after 50 of 1,000 quick jobs each and loses none', async () => {
    const pool = poolOf();
    const pids = new Set<number>();
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, i) => echo(pool, i)));
    for (const { pid } of answers) pids.add(pid);
    expect(answers.map(({ value }) => value)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(pids.size).toBe(20);
  }, 60_000);

  it('sends a request to the child that already holds its data', async () => {
    const pool = poolOf({ size: 2 });
    const path = newPath();
    const run = async (key: string) => {
      let pid = 0;
      await pool.run({ kind: 'waitFor', path }, { keys: [key], onStart: (of) => (pid = of) });
      return pid;
    };
    const both = Promise.all([run('a'), run('b')]);
    await until(() => pool.status().busy === 2);
    writeFileSync(path, '');
    const [a, b] = await both;
    expect(a).not.toBe(b);
    for (let i = 0; i < 3; i++) {
      expect(await run('a')).toBe(a);
      expect(await run('b')).toBe(b);
    }
  });

  it('forwards events and stops early at the soft deadline', async () => {
    const events: number[] = [];
    const outcome = await poolOf().run(
      { kind: 'sleep', ms: 5000 },
      { softMs: 100, onEvent: (event) => events.push(event) },
    );
    expect(resultOf(outcome)).toBe('stopped early');
    expect(events.length).toBeGreaterThan(0);
  });

  it('never runs more than its size at a time', async () => {
    const pool = poolOf({ size: 2 });
    const path = newPath();
    const runs = Array.from({ length: 6 }, () => pool.run({ kind: 'waitFor', path }));
    await until(() => pool.status().busy === 2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(pool.status()).toMatchObject({ busy: 2, waiting: 4 });
    writeFileSync(path, '');
    for (const outcome of await Promise.all(runs)) expect(outcome.status).toBe('completed');
    expect(pool.status().children).toBeLessThanOrEqual(3);
  });
});

describe('failures', () => {
  it('tells a kill -9 in mid-job from everything else, and goes on', async () => {
    const pool = poolOf();
    const outcome = await pool.run(
      { kind: 'loop' },
      { onStart: (pid) => setTimeout(() => process.kill(pid, 'SIGKILL'), 100) },
    );
    expect(outcome).toMatchObject({ status: 'failed', failure: { kind: 'crash', signal: 'SIGKILL', exitCode: null } });
    expect((await echo(pool, 1)).value).toBe(1);
  });

  it('fails the run of a child that had done others before, and hands on the ones that wait', async () => {
    const pool = poolOf({ size: 2 });
    await Promise.all([echo(pool, 1), echo(pool, 2), echo(pool, 3)]);
    const kill = (pid: number) => setTimeout(() => process.kill(pid, 'SIGKILL'), 50);
    const killed = [1, 2, 3, 4].map(() => pool.run({ kind: 'loop' }, { onStart: kill }));
    for (const outcome of await Promise.all(killed)) expect(outcome).toMatchObject({ failure: { signal: 'SIGKILL' } });
    expect((await echo(pool, 4)).value).toBe(4);
  });

  it('does without the idle children that something killed', async () => {
    const pool = poolOf({ size: 2, idleMs: 400 });
    await Promise.all([echo(pool, 1), echo(pool, 2)]);
    for (const pid of pool.status().pids) process.kill(pid, 'SIGKILL');
    await until(() => pool.status().children === 0);
    await echo(pool, 3);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await Promise.all([echo(pool, 4), echo(pool, 5)]);
    await until(() => pool.status().children === 0);
  });

  it('tells a child what memory it may use, for each run anew', async () => {
    const pool = poolOf({ memoryLimitMb: 300 });
    expect((await echo(pool, 1)).processLimitBytes).toBe(300 * 1_048_576);
    const other = resultOf(await pool.run({ kind: 'echo', value: 1 }, { memoryLimitMb: 500 }));
    expect(other.processLimitBytes).toBe(500 * 1_048_576);
  });

  it('names the exit code of a child that ends by itself', async () => {
    const outcome = await poolOf().run({ kind: 'exit', code: 7 });
    expect(outcome).toMatchObject({ status: 'failed', failure: { kind: 'crash', exitCode: 7, signal: null } });
    expect(outcome.status === 'failed' && outcome.failure.message).toContain('exit code 7');
  });

  it('kills a child over its memory limit and leaves the sibling alone', async () => {
    const pool = poolOf({ size: 2, memoryLimitMb: 300 });
    const sibling = pool.run({ kind: 'sleep', ms: 1500 });
    const outcome = await pool.run({ kind: 'allocate', mb: 4096 });
    expect(outcome).toMatchObject({ status: 'failed', failure: { kind: 'oom', limitMb: 300 } });
    expect(outcome.peakMb).toBeGreaterThan(300);
    if (outcome.status === 'failed') expect(toTrialFailure(outcome.failure).kind).toBe('oom');
    expect((await sibling).status).toBe('completed');
  });

  it('kills an infinite loop at the hard deadline', async () => {
    const outcome = await poolOf().run({ kind: 'loop' }, { softMs: 50, hardMs: 300 });
    expect(outcome).toMatchObject({ status: 'failed', failure: { kind: 'timeout', afterMs: 300 } });
  });

  it('cancels a running and a waiting request at once', async () => {
    const pool = poolOf();
    const controller = new AbortController();
    let pid = 0;
    const running = pool.run({ kind: 'loop' }, { signal: controller.signal, onStart: (of) => (pid = of) });
    const waiting = pool.run({ kind: 'sleep', ms: 10 }, { signal: controller.signal });
    await until(() => pid > 0);
    controller.abort();
    expect(await running).toMatchObject({ status: 'failed', failure: { kind: 'cancelled' } });
    expect(await waiting).toMatchObject({ status: 'failed', failure: { kind: 'cancelled' }, seconds: 0 });
    await until(() => !isAlive(pid));
  });

  it('brings an AppError over with code and details, and starts afresh', async () => {
    const pool = poolOf();
    const before = await echo(pool, 0);
    const outcome = await pool.run({ kind: 'fail', code: 'EMPTY_FILE' });
    expect(() => resultOf(outcome)).toThrow('The file is empty. Upload another.');
    expect(outcome).toMatchObject({ failure: { error: { code: 'EMPTY_FILE', details: { line: 0 } } } });
    expect((await echo(pool, 0)).pid).not.toBe(before.pid);
  });

  it('calls an unexpected error a crash of the trial, with its text', async () => {
    const outcome = await poolOf().run({ kind: 'fail', code: null });
    const failure = outcome.status === 'failed' ? toTrialFailure(outcome.failure) : null;
    expect(failure).toMatchObject({ kind: 'crash' });
    expect(failure?.message).toContain('x is not a function');
  });

  it('fails the request, and not for ever, when the program cannot start', async () => {
    const pool = poolOf({ execArgv: ['--import', './nowhere.mjs'] });
    const outcome = await pool.run({ kind: 'echo', value: 1 });
    expect(outcome).toMatchObject({ status: 'failed', failure: { kind: 'crash' } });
    await until(() => pool.status().children === 0);
  });
});

describe('children', () => {
  it('get nothing of the parent environment but what they need', async () => {
    const pool = poolOf({ parentEnv: { PATH: '/usr/bin', DATABASE_URL: 'postgres://secret', HOME: '/root' } });
    const { env } = await echo(pool, 0);
    expect(env).toMatchObject({ PATH: '/usr/bin', HOME: '/nonexistent' });
    expect(JSON.stringify(env)).not.toContain('secret');
  });

  it('run behind the other processes', async () => {
    const { pid } = await echo(poolOf(), 0);
    expect(Number(execFileSync('ps', ['-o', 'nice=', '-p', String(pid)], { encoding: 'utf8' }))).toBeGreaterThan(0);
  });

  it('end when they are idle', async () => {
    const pool = poolOf({ idleMs: 50 });
    await echo(pool, 0);
    await until(() => pool.status().children === 0);
    expect((await echo(pool, 1)).value).toBe(1);
  });

  it('die with a parent that was killed, even in a busy loop', async () => {
    const parentEntry = fileURLToPath(new URL('./testing/parent.ts', import.meta.url));
    const parent = fork(parentEntry, [entry], { execArgv: loaderFor(parentEntry) });
    const [pid] = (await once(parent, 'message')) as [number];
    expect(isAlive(pid)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 300));
    parent.kill('SIGKILL');
    await until(() => !isAlive(pid));
  });

  it('are gone after close, and later runs are refused', async () => {
    const pool = poolOf();
    const { pid } = await echo(pool, 0);
    const running = pool.run({ kind: 'loop' });
    await pool.close();
    expect(await running).toMatchObject({ failure: { kind: 'cancelled' } });
    expect(isAlive(pid)).toBe(false);
    expect(await pool.run({ kind: 'loop' })).toMatchObject({ failure: { kind: 'cancelled' } });
  });
});
