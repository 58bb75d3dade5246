import type { ExperimentPlan } from '@laurel/contracts';
import { validationFraction } from '../plan/validation.ts';
import type { StudyState } from './types.ts';

/**
 * The cap of a trial without a time limit: 11 days. A whole number that timers accept and JSON keeps, unlike Infinity.
 */
export const noCapMs = 1_000_000_000;

/** Rows that the selection of an ensemble looks at, at most, several times over. */
const mostSelectionRows = 40_000;

/** True when only the number of trials limits the run: then no clock decides, but for limits of milliseconds per row. */
export function countsTrialsOnly(plan: ExperimentPlan): boolean {
  return plan.budget.seconds === null;
}

/** Kept at the end for what comes after the last model where there is no ensemble. */
const noEnsembleReserveMs = 500;
/** Least and most of the budget that is kept for the ensemble, and the most in any case. */
const leastReserveShare = 0.04;
const mostReserveShare = 0.1;
const mostReserveMs = 30_000;
/** What an ensemble takes besides its selection: a child that is ready, reading, intervals and calibration, writing. */
const ensembleStartMs = 1000;
/** Milliseconds for each prediction of each model: 0.003 by log loss, 0.016 by ROC AUC, which sorts (measured). */
const ensembleMsPerPrediction = 0.012;

/**
 * Time kept for the ensemble at the end of a seconds budget, by what it will have to combine: rows that were validated,
 * classes, models so far. It cuts its work down to what it is given, so that this need not be exact.
 */
export function reserveMs({ plan, trials }: Pick<StudyState, 'plan' | 'trials'>): number {
  if (plan.ensemble === 'off') return noEnsembleReserveMs;
  const totalMs = (plan.budget.seconds ?? 0) * 1000;
  const models = trials.filter((trial) => trial.status === 'completed' && trial.kind === 'model').length;
  const single = plan.validation.folds === 1;
  const rows = plan.rows.training * (single ? validationFraction(plan.rows.training) : 1);
  const predictions = Math.min(rows, mostSelectionRows) * Math.max(1, plan.labels.length) * Math.max(8, models);
  const neededMs = ensembleStartMs + ensembleMsPerPrediction * predictions;
  const most = Math.min(mostReserveMs, Math.max(1000, mostReserveShare * totalMs));
  return Math.round(Math.min(most, Math.max(500, leastReserveShare * totalMs, neededMs)));
}

/** When the search has to be over, on the executor's clock; null while nothing has started or without a time limit. */
export function searchEndMs(state: StudyState): number | null {
  const end = budgetEndMs(state);
  return end === null ? null : end - reserveMs(state);
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

/** Longest wait for the ensemble past the time it was given, in milliseconds. */
const mostEnsembleWaitMs = 6000;

/**
 * Lateness that is accepted of an ensemble: all of the models were trained for it, and a busy machine may take its time.
 * With it a run is still ready within 1.02 times its budget and two seconds.
 */
function ensembleGraceMs(plan: ExperimentPlan): number {
  return Math.min(mostEnsembleWaitMs, 1500 + (plan.budget.seconds ?? 0) * 20);
}

/**
 * When an ensemble is given up, on the executor's clock; null without a time limit. A run that was finished early has
 * time of its budget left, and a busy machine may need some of it.
 */
export function lateEnsembleMs(state: StudyState): number | null {
  const { ensembleByMs } = state;
  if (ensembleByMs === null) return null;
  const late = ensembleByMs + ensembleGraceMs(state.plan);
  const end = budgetEndMs(state);
  if (state.stopping !== 'finish' || end === null) return late;
  return Math.max(late, Math.min(end, ensembleByMs + mostEnsembleWaitMs));
}

/** Time left for the search; the whole of it while nothing has started. */
export function searchLeftMs(state: StudyState, atMs: number): number {
  const end = searchEndMs(state);
  if (end !== null) return end - atMs;
  return state.plan.budget.seconds === null ? noCapMs : state.plan.budget.seconds * 1000 - reserveMs(state);
}

/** From here on a trial may use all that is left: halves of little are no models. */
const lateShare = 0.15;

/**
 * Soft limit of a model trial that starts now: half of what is left, so that one trial does not use up everything; but
 * all of it at the end, or when that is what its family is known to need; and never more than the plan allows a trial.
 */
export function modelCapMs(state: StudyState, family: string, atMs: number): number {
  const { budget, trialSeconds } = state.plan;
  const mostMs = trialSeconds === undefined ? noCapMs : Math.round(trialSeconds * 1000);
  if (budget.seconds === null) return mostMs;
  const leftMs = searchLeftMs(state, atMs);
  const neededMs = (quickestSeconds(state, family) ?? 0) * 1000 * 1.25;
  const isLate = leftMs < lateShare * budget.seconds * 1000;
  const ownMs = isLate ? leftMs : Math.max(leftMs / 2, Math.min(leftMs, neededMs));
  return Math.max(100, Math.floor(Math.min(mostMs, ownMs)));
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
