import type { RunEvent, RunEventData } from '@laurel/contracts';
import { expect, it } from 'vitest';
import { applyEvents, emptyRun } from './run-state.ts';

let id = 0;
const event = (data: RunEventData): RunEvent => ({
  id: ++id,
  at: new Date(1_700_000_000_000 + id * 1000).toISOString(),
  experimentId: 'exp_1',
  ...data,
});
const trial = (status: 'running' | 'completed' | 'queued', score: number | null = null): RunEventData => ({
  type: 'trial',
  trialId: 'trl_1',
  number: 1,
  family: 'linear',
  name: 'Linear',
  status,
  score,
  modelId: score === null ? null : 'mdl_1',
  failure: null,
});

it('replays to the same state, whatever was seen before', () => {
  id = 0;
  const events = [
    event({ type: 'status', status: 'running', message: null }),
    event(trial('running')),
    event({ type: 'trial-progress', trialId: 'trl_1', fold: 2, folds: 5, worker: 'w', curve: [[1, 0.5]] }),
    event(trial('completed', 0.9)),
    event({ type: 'status', status: 'completed', message: null }),
  ];
  const whole = applyEvents(emptyRun, events);
  expect(whole.status).toBe('completed');
  expect(whole.trials.get('trl_1')).toMatchObject({
    status: 'completed',
    score: 0.9,
    endedAtMs: Date.parse(events[3]!.at),
  });
  expect(whole.progress.size).toBe(0);
  expect(whole.startedAtMs).toBe(Date.parse(events[0]!.at));
  for (let cut = 0; cut <= events.length; cut++) {
    const first = applyEvents(emptyRun, events.slice(0, cut));
    expect(applyEvents(first, events)).toEqual(whole);
    expect(applyEvents(first, [...events].reverse())).toEqual(whole);
  }
});

it('shows a trial that was lost as queued again', () => {
  id = 0;
  const running = applyEvents(emptyRun, [event(trial('running'))]);
  const progressed = applyEvents(running, [
    event({ type: 'trial-progress', trialId: 'trl_1', fold: 1, folds: 5, worker: 'w', curve: [] }),
  ]);
  expect(progressed.progress.get('trl_1')?.fold).toBe(1);
  const lost = applyEvents(progressed, [event(trial('queued'))]);
  expect(lost.trials.get('trl_1')?.status).toBe('queued');
});
