import type { ExperimentPlan } from '@laurel/contracts';
import type { StudyState } from './types.ts';

/**
 * The cap of a trial without a time limit: 11 days. A whole number that timers accept and JSON keeps, unlike Infinity.
 */
export const noCapMs = 1_000_000_000;

/** True when only the number of trials limits the run: then no clock takes part in any decision. */
export function countsTrialsOnly(plan: ExperimentPlan): boolean {
  return plan.budget.seconds === null;
}

/** Time kept for the ensemble at the end of a seconds budget: a tenth, 1 to 30 s. */
export function reserveMs(plan: ExperimentPlan): number {
  return Math.min(30_000, Math.max(1000, (plan.budget.seconds ?? 0) * 100));
}

/** When the search has to be over, on the executor's clock; null while nothing has started or without a time limit. */
export function searchEndMs(state: StudyState): number | null {
  const end = budgetEndMs(state);
  return end === null ? null : end - reserveMs(state.plan);
}

/** When the seconds of the budget are over. */
export function budgetEndMs(state: StudyState): number | null {
  const { seconds } = state.plan.budget;
  if (seconds === null || state.startedAtMs === null) return null;
  return state.startedAtMs + state.idleMs + (state.pausedMs ?? 0) + seconds * 1000;
}

/** Time of the budget that is used up: pauses and times without a worker do not count. */
export function spentMs(state: StudyState, atMs: number): number {
  if (state.startedAtMs === null) return 0;
  const now = state.pausedAtMs ?? atMs;
  return Math.max(0, now - state.startedAtMs - state.idleMs - (state.pausedMs ?? 0));
}

/** Lateness that is accepted before running work is stopped: a child needs a moment to end by itself. */
export function graceMs(plan: ExperimentPlan): number {
  return Math.min(1500, 300 + (plan.budget.seconds ?? 0) * 20);
}

/** Time left for the search; the whole of it while nothing has started. */
export function searchLeftMs(state: StudyState, atMs: number): number {
  const end = searchEndMs(state);
  if (end !== null) return end - atMs;
  return state.plan.budget.seconds === null ? noCapMs : state.plan.budget.seconds * 1000 - reserveMs(state.plan);
}

/**
 * Soft limit of a model trial that starts now: half of what is left, so that one trial does not use up everything; but
 * all of it when that is what its family is known to need.
 */
export function modelCapMs(state: StudyState, family: string, atMs: number): number {
  if (countsTrialsOnly(state.plan)) return noCapMs;
  const leftMs = searchLeftMs(state, atMs);
  const neededMs = (quickestSeconds(state, family) ?? 0) * 1000 * 1.25;
  return Math.max(100, Math.floor(neededMs > leftMs / 2 ? Math.min(leftMs, neededMs) : leftMs / 2));
}

/** Time of the family's quickest completed trial; null before there is one. */
export function quickestSeconds(state: StudyState, family: string): number | null {
  const seconds = state.trials
    .filter((trial) => trial.family === family && trial.status === 'completed')
    .map((trial) => trial.seconds)
    .filter((value) => value !== null);
  return seconds.length === 0 ? null : Math.min(...seconds);
}

/**
 * The limit of a trial that really starts now: its cap was set when it was queued, and time may have passed.
 * Executors hand this to the child.
 */
export function capAtStartMs(state: StudyState, trial: { kind: string; capMs: number }, atMs: number): number {
  if (countsTrialsOnly(state.plan)) return trial.capMs;
  const end = trial.kind === 'ensemble' ? state.ensembleByMs : searchEndMs(state);
  return end === null ? trial.capMs : Math.max(100, Math.min(trial.capMs, Math.floor(end - atMs)));
}

/** Below this much time left no further model is started. */
export function leastUsefulMs(plan: ExperimentPlan): number {
  return Math.max(300, (plan.budget.seconds ?? 0) * 20);
}

/**
 * How many models are compared at most under a seconds budget, by training rows. Choosing among many on few rows
 * picks luck; AutoGluon limits its count for the same reason, more tightly.
 */
export function maxModels(trainingRows: number): number {
  if (trainingRows <= 200) return 30;
  if (trainingRows <= 1000) return 40;
  if (trainingRows <= 2500) return 60;
  if (trainingRows <= 10_000) return 100;
  if (trainingRows <= 100_000) return 200;
  return 1000;
}
