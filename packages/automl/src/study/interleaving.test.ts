import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { budgetEndMs } from './budget.ts';
import { step } from './study.ts';
import { families, scoreOf, study } from './testing.ts';
import type { StudyEvent, StudyState } from './types.ts';

describe('any interleaving of events', () => {
  const number = fc.integer({ min: 1, max: 12 });
  const failure = fc.constant({ kind: 'oom' as const, message: 'Too much memory.' });
  const event = (atMs: number): fc.Arbitrary<StudyEvent> =>
    fc.oneof(
      fc.record({ type: fc.constant('trial-started' as const), number, atMs: fc.constant(atMs) }),
      {
        weight: 3,
        arbitrary: fc.record({
          type: fc.constant('trial-completed' as const),
          number,
          atMs: fc.constant(atMs),
          score: fc.double({ min: 0, max: 1, noNaN: true }),
          seconds: fc.constant(1),
        }),
      },
      fc.record({
        type: fc.constant('trial-failed' as const),
        number,
        atMs: fc.constant(atMs),
        seconds: fc.constant(1),
        failure,
      }),
      fc.record({
        type: fc.constant('trial-pruned' as const),
        number,
        atMs: fc.constant(atMs),
        score: fc.double({ min: 0, max: 1, noNaN: true }),
        foldScores: fc.constant<number[]>([0.5, 0.5]),
        seconds: fc.constant(1),
        cause: fc.constantFrom('race' as const, 'time' as const),
        reason: fc.constant('Given up.'),
      }),
      fc.record({
        type: fc.constant('selected' as const),
        atMs: fc.constant(atMs),
        score: fc.double({ min: 0, max: 1 }),
        members: fc.constant<{ trialNumber: number; weight: number }[]>([{ trialNumber: 1, weight: 1 }]),
      }),
      fc.record({ type: fc.constant('trial-lost' as const), number, atMs: fc.constant(atMs) }),
      fc.record({ type: fc.constant('tick' as const), atMs: fc.constant(atMs) }),
      {
        weight: 1,
        arbitrary: fc.constantFrom<StudyEvent>(
          { type: 'begin', atMs, parallelism: 3 },
          { type: 'finish', atMs },
          { type: 'pause', atMs },
          { type: 'resume', atMs },
          { type: 'extend', atMs, seconds: 2, trials: 1 },
        ),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom<StudyEvent>(
          { type: 'cancel', atMs },
          { type: 'tick', atMs },
          { type: 'tick', atMs },
          { type: 'tick', atMs },
        ),
      },
    );
  const events = fc.array(fc.integer({ min: 0, max: 1500 }), { maxLength: 40 }).chain((gaps) => {
    let atMs = 0;
    return fc.tuple(
      ...gaps.map((gap) => {
        atMs += gap;
        return event(atMs);
      }),
    );
  });
  const budget = fc.constantFrom(
    { seconds: 10, trials: null },
    { seconds: null, trials: 9 },
    { seconds: 20, trials: 5 },
  );

  it('ends exactly once, counts no trial twice, and is deaf afterwards', () => {
    fc.assert(
      fc.property(budget, events, fc.integer({ min: 1, max: 4 }), (limits, list, parallelism) => {
        let state: StudyState = { ...study(limits), selections: [] };
        let ends = 0;
        const results = new Map<number, string>();
        const open = new Set<number>();
        const send = (sent: StudyEvent): void => {
          const wasEnded = state.phase === 'ended';
          const next = step(state, sent, families);
          if (wasEnded) expect(next).toEqual({ state, actions: [] });
          state = next.state;
          for (const action of next.actions) {
            if (action.type === 'end') ends++;
            if (action.type === 'run-trial') {
              open.add(action.trial.number);
              const end = budgetEndMs(state);
              const hasModel = state.trials.some((trial) => trial.status === 'completed');
              if (end !== null && hasModel && action.trial.kind === 'model') expect(sent.atMs).toBeLessThan(end);
            }
            if (action.type === 'stop-trials' || action.type === 'release-trials')
              for (const stopped of action.numbers) open.delete(stopped);
          }
          for (const trial of state.trials) {
            const settled = `${trial.status} ${trial.score}`;
            if (results.has(trial.number)) expect(settled).toBe(results.get(trial.number));
            if (['completed', 'pruned', 'failed', 'cancelled'].includes(trial.status)) {
              results.set(trial.number, settled);
              open.delete(trial.number);
            }
          }
          if (state.status === 'paused') expect(open.size).toBe(0);
          const soFar = state.selections!.map(({ score }) => score);
          expect(soFar).toEqual([...new Set(soFar)].sort((a, b) => a - b));
          expect(new Set(state.trials.map((trial) => trial.number)).size).toBe(state.trials.length);
          const models = state.trials.filter((trial) => trial.kind === 'model').length;
          const added = (state.extensions ?? []).reduce((sum, extension) => sum + extension.trials, 0);
          if (limits.trials !== null) expect(models).toBeLessThanOrEqual(limits.trials + added);
        };
        send({ type: 'begin', atMs: 0, parallelism });
        for (const sent of list) {
          send(sent);
          send(sent);
        }
        send({ type: 'resume', atMs: 99_000 });
        for (let guard = 0, atMs = 100_000; state.phase !== 'ended' && guard < 500; guard++, atMs += 1000) {
          const active = state.trials.find((trial) => trial.status === 'queued' || trial.status === 'running');
          if (active) expect(open.has(active.number)).toBe(true);
          if (active)
            send({ type: 'trial-completed', number: active.number, atMs, score: scoreOf(active.number), seconds: 1 });
          else send({ type: 'tick', atMs });
        }
        expect(ends).toBe(1);
        expect(state.phase).toBe('ended');
      }),
      { numRuns: 150 },
    );
  });
});
