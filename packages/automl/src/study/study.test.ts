import { describe, expect, it } from 'vitest';
import { capAtStartMs, modelCapMs, noCapMs } from './budget.ts';
import { bestTrial } from './choice.ts';
import { createStudy, step } from './study.ts';
import { Executor, facts, families, plan, scoreOf, study } from './testing.ts';

describe('the order of trials', () => {
  it('starts with the reference, then every family by cost, then the rest of the portfolio in turns', () => {
    const run = new Executor({ seconds: null, trials: 5 });
    run.send({ type: 'begin', atMs: 0, parallelism: 1 });
    run.drain();
    expect(run.order.map((line) => line.split(' ')[1])).toEqual(['base', 'quick', 'slow', 'quick', 'slow', 'ensemble']);
    expect(run.order[3]).toContain('"rate":0.2');
    expect(run.ends).toEqual([
      { type: 'end', status: 'completed', winner: bestTrial(run.state)?.number, message: null },
    ]);
  });

  it('proposes the same trials for any parallelism and order of results when trials are counted', () => {
    const orders = [1, 2, 7].map((parallelism) => {
      const run = new Executor({ seconds: null, trials: 11 });
      run.send({ type: 'begin', atMs: 0, parallelism });
      while (run.ends.length === 0) {
        const number = parallelism === 2 ? run.open.at(-1)! : run.open[0]!;
        run.atMs += 1000 * parallelism;
        run.send({ type: 'trial-started', number, atMs: run.atMs });
        run.complete(number, scoreOf(number));
      }
      return run.order;
    });
    expect(orders[1]).toEqual(orders[0]);
    expect(orders[2]).toEqual(orders[0]);
    expect(orders[0]).toHaveLength(12);
  });

  it('never proposes the same configuration twice', () => {
    const run = new Executor({ seconds: null, trials: 40 });
    run.send({ type: 'begin', atMs: 0, parallelism: 1 });
    run.drain();
    const configs = run.order.map((line) => line.slice(line.indexOf(' ')));
    expect(new Set(configs).size).toBe(configs.length);
  });
});

const ownSeconds = (family: string): number => (family === 'slow' ? 4 : 0.9);

describe('a budget of seconds', () => {
  it('keeps every slot busy, ends the search in time, and leaves the reserve to the ensemble', () => {
    const run = new Executor({ seconds: 10, trials: null });
    run.send({ type: 'begin', atMs: 0, parallelism: 2 });
    expect(run.open).toHaveLength(2);
    run.drain();
    expect(run.ends).toHaveLength(1);
    expect(run.ends[0]?.status).toBe('completed');
    expect(run.atMs).toBeLessThanOrEqual(10 * 1020 + 3000);
    expect(run.order.at(-1)).toContain('ensemble');
  });

  it('gives a trial at most half of what is left, and less when it starts late', () => {
    const state = step(study({ seconds: 60, trials: null }), { type: 'begin', atMs: 0, parallelism: 1 }, families);
    const action = state.actions[0];
    if (action?.type !== 'run-trial') throw new Error('nothing was started');
    expect(action.trial.capMs).toBe(28_800);
    const started = step(state.state, { type: 'trial-started', number: 1, atMs: 1000 }, families).state;
    expect(capAtStartMs(started, action.trial, 50_000)).toBe(8600);
  });

  it('gives no trial more than the plan allows one, and the last ones all that is left', () => {
    const limited = { ...study({ seconds: 60, trials: null }), startedAtMs: 0, status: 'running' as const };
    limited.plan = { ...limited.plan, trialSeconds: 4 };
    expect(modelCapMs(limited, 'quick', 0)).toBe(4000);
    const late = { ...limited, plan: plan({ seconds: 60, trials: null }) };
    expect(modelCapMs(late, 'quick', 55_000)).toBe(2600);
  });

  it('has no slot without work until the search is over, and ends the run with the budget', () => {
    const seconds = 20;
    const run = new Executor({ seconds, trials: null });
    const endsAt = new Map<number, number>();
    let idleMs = 0;
    run.send({ type: 'begin', atMs: 0, parallelism: 2 });
    for (; run.ends.length === 0 && run.atMs < 40_000; run.atMs += 50) {
      for (const number of [...run.open]) {
        const trial = run.state.trials.find((candidate) => candidate.number === number)!;
        if (trial.status === 'queued') {
          run.send({ type: 'trial-started', number, atMs: run.atMs });
          const ownMs = trial.kind === 'ensemble' ? 300 : trial.family === 'slow' ? 4000 : 900;
          endsAt.set(number, run.atMs + Math.min(ownMs, capAtStartMs(run.state, run.specs.get(number)!, run.atMs)));
        }
        if (run.atMs >= endsAt.get(number)!) run.complete(number, scoreOf(number), ownSeconds(trial.family));
      }
      if (run.state.phase === 'search') idleMs += 50 * (2 - Math.min(2, run.open.length));
      run.send({ type: 'tick', atMs: run.atMs });
    }
    expect(run.ends[0]?.status).toBe('completed');
    expect(idleMs).toBeLessThanOrEqual(0.02 * seconds * 1000 * 2);
    expect(run.atMs).toBeGreaterThanOrEqual(0.94 * seconds * 1000);
    expect(run.atMs).toBeLessThanOrEqual(1.02 * seconds * 1000);
  });

  it('stops a trial that does not end, and ends with what there is', () => {
    const run = new Executor({ seconds: 10, trials: null });
    run.send({ type: 'begin', atMs: 0, parallelism: 2 });
    run.send({ type: 'trial-started', number: 1, atMs: 0 });
    run.send({ type: 'trial-started', number: 2, atMs: 0 });
    run.complete(1, 0.5);
    for (run.atMs = 0; run.ends.length === 0; run.atMs += 200) run.send({ type: 'tick', atMs: run.atMs });
    expect(run.ends[0]).toMatchObject({ status: 'completed', winner: 1 });
    expect(run.atMs).toBeLessThanOrEqual(13_000);
  });

  it('ends early, and says so, when more models would be chosen by luck', () => {
    const run = new Executor({ seconds: 3600, trials: null });
    run.send({ type: 'begin', atMs: 0, parallelism: 1 });
    run.drain();
    expect(run.ends[0]?.message).toMatch(/before the time was over, after 40 models/);
  });

  it('does not count the time without a worker', () => {
    const idle = createStudy(plan({ seconds: 10, trials: null }), { facts, families, idleGapMs: 15_000 });
    let state = step(idle, { type: 'begin', atMs: 0, parallelism: 1 }, families).state;
    state = step(state, { type: 'trial-started', number: 1, atMs: 0 }, families).state;
    state = step(state, { type: 'tick', atMs: 1000 }, families).state;
    state = step(state, { type: 'tick', atMs: 100_000 }, families).state;
    expect(state.idleMs).toBe(99_000);
    expect(state.phase).toBe('search');
  });
});

describe('failures', () => {
  const failure = { kind: 'crash', message: 'It broke.' } as const;

  it('leaves a family alone after three failures in a row', () => {
    const run = new Executor({ seconds: null, trials: 30 });
    run.send({ type: 'begin', atMs: 0, parallelism: 1 });
    while (run.ends.length === 0) {
      const number = run.open[0]!;
      const trial = run.state.trials.find((candidate) => candidate.number === number)!;
      if (trial.family === 'slow') {
        run.close(number);
        run.send({ type: 'trial-failed', number, atMs: 0, seconds: 1, failure });
      } else run.complete(number, scoreOf(number));
    }
    const slow = run.state.trials.filter((trial) => trial.family === 'slow');
    expect(slow.length).toBeGreaterThanOrEqual(3);
    // The third failure may come in a generation whose others were proposed already.
    expect(slow.length).toBeLessThanOrEqual(6);
    expect(run.ends[0]?.status).toBe('completed');
  });

  it('fails the run only when nothing completed, and says why', () => {
    const run = new Executor({ seconds: null, trials: 3 });
    run.send({ type: 'begin', atMs: 0, parallelism: 1 });
    for (const number of [1, 2, 3]) run.send({ type: 'trial-failed', number, atMs: 0, seconds: 1, failure });
    expect(run.ends).toEqual([
      { type: 'end', status: 'failed', winner: null, message: 'No model could be trained. It broke.' },
    ]);
  });

  it('tries a model once more on half of the rows when its process was ended for its memory', () => {
    const run = new Executor({ seconds: null, trials: 1 });
    run.state.plan = { ...run.state.plan, rows: { total: 50_000, usable: 50_000, training: 50_000, holdout: 0 } };
    run.send({ type: 'begin', atMs: 0, parallelism: 1 });
    const oom = { kind: 'oom', message: 'Too much memory.' } as const;
    run.close(1);
    const failed = { type: 'trial-failed', number: 1, atMs: 0, seconds: 1, failure: oom } as const;
    run.send(failed);
    run.send(failed);
    expect(run.open).toEqual([1]);
    expect(run.specs.get(1)).toMatchObject({ rowLimit: 20_000 });
    run.send({ type: 'trial-started', number: 1, atMs: 0 });
    run.send(failed);
    expect(run.state.trials[0]).toMatchObject({ status: 'failed', failure: oom });
  });

  it('counts a score that is not a number as a failure', () => {
    const run = new Executor({ seconds: null, trials: 1 });
    run.send({ type: 'begin', atMs: 0, parallelism: 1 });
    run.complete(1, Number.NaN);
    expect(run.state.trials[0]).toMatchObject({ status: 'failed', failure: { kind: 'nan' } });
  });

  it('gives a lost trial back three times, and then up', () => {
    const run = new Executor({ seconds: null, trials: 1 });
    run.send({ type: 'begin', atMs: 0, parallelism: 1 });
    for (let attempt = 0; attempt < 4; attempt++) {
      run.send({ type: 'trial-started', number: 1, atMs: 0 });
      run.close(1);
      run.send({ type: 'trial-lost', number: 1, atMs: 0 });
      run.send({ type: 'trial-lost', number: 1, atMs: 0 });
    }
    expect(run.order).toHaveLength(4);
    expect(run.ends[0]?.message).toContain('lost 4 times');
  });

  it('ends with the best single model when the ensemble fails', () => {
    const run = new Executor({ seconds: null, trials: 2 });
    run.send({ type: 'begin', atMs: 0, parallelism: 1 });
    run.complete(1, 0.5);
    run.complete(2, 0.8);
    run.send({ type: 'trial-failed', number: 3, atMs: 0, seconds: 1, failure });
    expect(run.ends[0]).toMatchObject({ status: 'completed', winner: 2 });
    expect(run.state.warnings).toEqual([{ code: 'ENSEMBLE_MISSING', message: 'There is no ensemble. It broke.' }]);
  });
});

describe('a plan without an ensemble', () => {
  it('ends with the best single model right after the search, which has the time of the ensemble', () => {
    const run = new Executor({ seconds: 100, trials: null }, { ensemble: 'off' });
    run.send({ type: 'begin', atMs: 0, parallelism: 1 });
    run.send({ type: 'trial-started', number: 1, atMs: 0 });
    run.complete(1, 0.5);
    run.send({ type: 'trial-started', number: 2, atMs: 1000 });
    run.complete(2, 0.8);
    run.send({ type: 'tick', atMs: 99_000 });
    expect(run.state.phase).toBe('search');
    run.send({ type: 'tick', atMs: 99_500 });
    run.send({ type: 'tick', atMs: 103_000 });
    expect(run.ends[0]).toMatchObject({ status: 'completed', winner: 2 });
    expect(run.state.warnings).toEqual([]);
    expect(run.order.some((line) => line.includes('ensemble'))).toBe(false);
  });
});

describe('finish and cancel', () => {
  it('finishes with the best so far: the running ones are stopped, then the ensemble', () => {
    const run = new Executor({ seconds: 600, trials: null });
    run.send({ type: 'begin', atMs: 0, parallelism: 3 });
    for (const number of [1, 2, 3]) run.send({ type: 'trial-started', number, atMs: 0 });
    run.complete(1, 0.5);
    run.complete(2, 0.7);
    run.send({ type: 'finish', atMs: 2000 });
    expect(run.open).toHaveLength(1);
    run.drain();
    expect(run.ends).toHaveLength(1);
    expect(run.state.trials.filter((trial) => trial.status === 'cancelled').length).toBeGreaterThan(0);
  });

  it('waits for an ensemble that is late while the budget lasts, but not for ever', () => {
    const given = (seconds: number, lateMs: (byMs: number) => number) => {
      const run = new Executor({ seconds, trials: null });
      run.send({ type: 'begin', atMs: 0, parallelism: 2 });
      for (const number of [1, 2]) run.send({ type: 'trial-started', number, atMs: 0 });
      for (const number of [1, 2]) run.complete(number, 0.5 + number / 10);
      run.send({ type: 'finish', atMs: 2000 });
      const late = lateMs(run.state.ensembleByMs ?? 0);
      run.send({ type: 'tick', atMs: late - 1 });
      expect(run.ends).toEqual([]);
      run.send({ type: 'tick', atMs: late });
      expect(run.ends).toMatchObject([{ status: 'completed', winner: 2 }]);
      expect(run.state.warnings.map(({ code }) => code)).toContain('ENSEMBLE_MISSING');
    };
    given(600, (byMs) => byMs + 6000);
    given(8, () => 8000);
  });

  it('lets the oldest trial end when nothing has completed yet', () => {
    const run = new Executor({ seconds: 600, trials: null });
    run.send({ type: 'begin', atMs: 0, parallelism: 3 });
    run.send({ type: 'finish', atMs: 10 });
    expect(run.open).toEqual([1]);
    run.complete(1, 0.5);
    expect(run.ends[0]).toMatchObject({ status: 'completed', winner: 1 });
  });

  it('cancels at once, whatever the phase', () => {
    const run = new Executor({ seconds: null, trials: 4 });
    run.send({ type: 'begin', atMs: 0, parallelism: 2 });
    run.complete(1, 0.5);
    run.send({ type: 'cancel', atMs: 10 });
    expect(run.open).toEqual([]);
    expect(run.ends[0]).toMatchObject({ status: 'cancelled', winner: null });
  });

  it('has no time limit for a counted trial that JSON or a timer would lose', () => {
    expect(JSON.parse(JSON.stringify({ cap: noCapMs })).cap).toBe(noCapMs);
    expect(noCapMs * 1.25 + 5000).toBeLessThan(2 ** 31);
  });
});
