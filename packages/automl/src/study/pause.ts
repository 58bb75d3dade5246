import { budgetLimits } from '@laurel/contracts';
import { describePlan } from '../plan/sentences.ts';
import { specOf } from './propose.ts';
import type { StudyAction, StudyEvent, StudyState } from './types.ts';

export function isPaused(state: StudyState): boolean {
  return typeof state.pausedAtMs === 'number';
}

/**
 * Gives back what runs or waits, and starts nothing more. Only a search that goes on can be paused: the ensemble at the
 * end is short.
 */
export function pause(state: StudyState, atMs: number, actions: StudyAction[]): void {
  if (isPaused(state) || state.status !== 'running' || state.phase !== 'search' || state.stopping !== 'no') return;
  state.pausedAtMs = Math.max(atMs, state.lastEventAtMs ?? atMs);
  state.status = 'paused';
  const active = state.trials.filter((trial) => trial.status === 'queued' || trial.status === 'running');
  for (const trial of active) trial.status = 'queued';
  if (active.length > 0) actions.push({ type: 'release-trials', numbers: active.map((trial) => trial.number) });
}

/** Takes the pause off the budget and starts again what was given back. Without a pause it does nothing. */
export function resume(state: StudyState, atMs: number, actions: StudyAction[]): void {
  if (!isPaused(state)) return;
  // Before the first trial has started no time counts yet, so that there is nothing to take off.
  if (state.startedAtMs !== null) state.pausedMs = (state.pausedMs ?? 0) + Math.max(0, atMs - state.pausedAtMs!);
  state.pausedAtMs = null;
  state.status = 'running';
  for (const trial of state.trials) {
    if (trial.status === 'queued') actions.push({ type: 'run-trial', trial: specOf(state, trial, atMs) });
  }
}

/** Adds to the budget while the search goes on, up to the limits that a request has. A limit it has not stays away. */
export function extend(state: StudyState, event: Extract<StudyEvent, { type: 'extend' }>): void {
  if (state.phase !== 'search' || state.stopping === 'finish' || state.stopping === 'cancel') return;
  const { budget } = state.plan;
  const seconds = added(budget.seconds, event.seconds, budgetLimits.maxSeconds);
  const trials = Math.floor(added(budget.trials, event.trials, budgetLimits.maxTrials));
  if (seconds === 0 && trials === 0) return;
  const plan = {
    ...state.plan,
    budget: {
      seconds: budget.seconds === null ? null : budget.seconds + seconds,
      trials: budget.trials === null ? null : budget.trials + trials,
    },
  };
  state.plan = { ...plan, sentences: describePlan(plan) };
  state.extensions = [...(state.extensions ?? []), { atMs: event.atMs, seconds, trials }];
  // The time was over for a moment: it goes on.
  if (state.stopping === 'budget') state.stopping = 'no';
}

function added(now: number | null, more: number | undefined, most: number): number {
  if (now === null || more === undefined || !(more > 0)) return 0;
  return Math.max(0, Math.min(more, most - now));
}
