import { describe, expect, it } from 'vitest';
import { budgetEndMs, spentMs } from './budget.ts';
import { Executor } from './testing.ts';

function begun(budget: { seconds: number | null; trials: number | null }): Executor {
  const run = new Executor(budget);
  run.send({ type: 'begin', atMs: 0, parallelism: 2 });
  for (const number of [...run.open]) run.send({ type: 'trial-started', number, atMs: 0 });
  return run;
}

describe('pause', () => {
  it('gives back what runs, starts nothing, and goes on with the same trials; the pause does not count', () => {
    const run = begun({ seconds: 10, trials: null });
    run.send({ type: 'pause', atMs: 1000 });
    expect(run.open).toEqual([]);
    expect(run.state.status).toBe('paused');
    run.send({ type: 'trial-started', number: 1, atMs: 1100 });
    for (const atMs of [5000, 50_000, 500_000]) run.send({ type: 'tick', atMs });
    expect(run.open).toEqual([]);
    expect(spentMs(run.state, 500_000)).toBe(1000);
    run.send({ type: 'resume', atMs: 600_000 });
    expect(run.open).toEqual([1, 2]);
    expect(run.state.status).toBe('running');
    expect(spentMs(run.state, 600_500)).toBe(1500);
    expect(budgetEndMs(run.state)).toBe(609_000);
    run.atMs = 600_000;
    run.drain();
    expect(run.ends[0]?.status).toBe('completed');
    expect(run.atMs).toBeLessThanOrEqual(609_000 + 1500);
  });

  it('takes nothing off where no trial had started: no time counted yet', () => {
    const run = new Executor({ seconds: 10, trials: null });
    run.send({ type: 'begin', atMs: 0, parallelism: 1 });
    run.send({ type: 'pause', atMs: 1000 });
    run.send({ type: 'resume', atMs: 600_000 });
    run.send({ type: 'trial-started', number: 1, atMs: 700_000 });
    expect(budgetEndMs(run.state)).toBe(710_000);
  });

  it('changes nothing of a run by number of trials', () => {
    const straight = begun({ seconds: null, trials: 9 });
    straight.drain();
    const paused = begun({ seconds: null, trials: 9 });
    paused.complete(1, 0.87);
    paused.send({ type: 'pause', atMs: 2000 });
    paused.send({ type: 'resume', atMs: 3000 });
    const scores = new Map(straight.state.trials.map(({ number, score }) => [number, score]));
    paused.drain();
    expect(paused.state.trials.map(({ config, seed }) => ({ config, seed }))).toEqual(
      straight.state.trials.map(({ config, seed }) => ({ config, seed })),
    );
    expect(paused.state.trials.every(({ number, score }) => number === 1 || score === scores.get(number))).toBe(true);
  });

  it('keeps a result that arrives while it is paused', () => {
    const run = begun({ seconds: null, trials: 9 });
    run.send({ type: 'pause', atMs: 1000 });
    run.send({ type: 'trial-completed', number: 2, atMs: 1200, score: 0.7, seconds: 1 });
    run.send({ type: 'resume', atMs: 2000 });
    expect(run.open).toEqual([1, 3, 4]);
    expect(run.state.trials[1]).toMatchObject({ status: 'completed', score: 0.7 });
  });

  it('finishes and cancels from a pause', () => {
    const finished = begun({ seconds: 60, trials: null });
    finished.send({ type: 'pause', atMs: 1000 });
    finished.send({ type: 'finish', atMs: 90_000 });
    expect(finished.open).toEqual([1]);
    finished.drain();
    expect(finished.ends[0]?.status).toBe('completed');
    const cancelled = begun({ seconds: 60, trials: null });
    cancelled.send({ type: 'pause', atMs: 1000 });
    cancelled.send({ type: 'cancel', atMs: 90_000 });
    expect(cancelled.ends[0]?.status).toBe('cancelled');
  });
});

describe('extend', () => {
  it('adds seconds, also in the moment after the search was over', () => {
    const run = begun({ seconds: 10, trials: null });
    run.send({ type: 'tick', atMs: 9600 });
    expect(run.state.stopping).toBe('budget');
    run.send({ type: 'extend', atMs: 9650, seconds: 20 });
    expect(run.state).toMatchObject({ stopping: 'no', plan: { budget: { seconds: 30, trials: null } } });
    expect(run.state.extensions).toEqual([{ atMs: 9650, seconds: 20, trials: 0 }]);
    expect(budgetEndMs(run.state)).toBe(30_000);
    expect(run.state.plan.sentences.join(' ')).toContain('30 seconds');
  });

  it('adds trials, but no clock to a run without one', () => {
    const run = begun({ seconds: null, trials: 4 });
    run.send({ type: 'extend', atMs: 10, seconds: 60, trials: 3 });
    expect(run.state.plan.budget).toEqual({ seconds: null, trials: 7 });
    run.drain();
    expect(run.state.trials.filter((trial) => trial.kind === 'model')).toHaveLength(7);
  });

  it('does nothing at the end', () => {
    const run = begun({ seconds: null, trials: 2 });
    run.drain();
    const ended = run.state;
    run.send({ type: 'extend', atMs: 1e6, trials: 5 });
    expect(run.state).toEqual(ended);
  });
});
