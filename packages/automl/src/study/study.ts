import type { ExperimentPlan } from '@laurel/contracts';
import { families } from '../models/registry.ts';
import type { DataFacts, FamilyInfo } from '../models/types.ts';
import { askSelection, keepSelection, membersNow } from './anytime.ts';
import { budgetEndMs, countsTrialsOnly, graceMs, lateEnsembleMs, maxModels, reserveMs, searchEndMs } from './budget.ts';
import { bestScored, bestTrial, keepsLimits } from './choice.ts';
import { extend, isPaused, pause, resume } from './pause.ts';
import { addTrial, propose, specOf } from './propose.ts';
import { startStrategy } from './strategy.ts';
import type { StudyAction, StudyEvent, StudyState, StudyStep, StudyTrial } from './types.ts';

/** Attempts that may be lost with their worker before the trial counts as failed. */
const maxLost = 3;
/** A trial is not tried on fewer rows of a fold than these. */
const fewestRows = 1000;

export interface StudyOptions {
  facts: DataFacts;
  /** where model families come from; the registered ones unless a test brings its own */
  families?: readonly FamilyInfo[];
  /** see `StudyState.idleGapMs`; the platform uses 15,000, an executor in one process null */
  idleGapMs?: number | null;
  /** the executor carries out `select`: then there is a best so far in every tenth of the budget */
  selects?: boolean;
}

/** A study that has not begun. The state is plain JSON. */
export function createStudy(plan: ExperimentPlan, options: StudyOptions): StudyState {
  const state: StudyState = {
    schemaVersion: 1,
    plan,
    facts: options.facts,
    phase: 'search',
    status: 'queued',
    parallelism: 1,
    startedAtMs: null,
    lastEventAtMs: null,
    idleGapMs: options.idleGapMs ?? null,
    idleMs: 0,
    ensembleByMs: null,
    nextNumber: 1,
    trials: [],
    strategy: null,
    stopping: 'no',
    warnings: [],
    ...(options.selects ? { selections: [] } : {}),
  };
  return { ...state, strategy: startStrategy(state, options.families ?? families) };
}

/**
 * One step of the study. Pure: the same state and event give the same answer, and neither is changed.
 * Events may come twice, late or out of order; what no longer applies changes nothing. After `end` there are no actions.
 */
export function step(before: StudyState, event: StudyEvent, known: readonly FamilyInfo[] = families): StudyStep {
  if (before.phase === 'ended') return { state: before, actions: [] };
  const state: StudyState = { ...before, trials: before.trials.map((trial) => ({ ...trial })) };
  const actions: StudyAction[] = [];
  countIdleTime(state, event.atMs);
  apply(state, event, actions);
  advance(state, event.atMs, actions, known);
  return { state, actions };
}

function countIdleTime(state: StudyState, atMs: number): void {
  const last = state.lastEventAtMs;
  // A pause does not count in any case: `resume` takes it off.
  if (isPaused(state)) {
    state.lastEventAtMs = Math.max(last ?? atMs, atMs);
    return;
  }
  if (last !== null && state.idleGapMs !== null && state.startedAtMs !== null && atMs - last > state.idleGapMs) {
    state.idleMs += atMs - last;
    if (state.ensembleByMs !== null) state.ensembleByMs += atMs - last;
  }
  state.lastEventAtMs = Math.max(last ?? atMs, atMs);
}

function apply(state: StudyState, event: StudyEvent, actions: StudyAction[]): void {
  switch (event.type) {
    case 'begin':
      state.parallelism = Math.max(1, Math.floor(event.parallelism));
      if (state.status === 'queued') state.status = 'running';
      return;
    case 'tick':
      return;
    case 'finish':
      resume(state, event.atMs, actions);
      if (state.phase === 'search') state.stopping = 'finish';
      return;
    case 'selected':
      keepSelection(state, event);
      return;
    case 'pause':
      pause(state, event.atMs, actions);
      return;
    case 'resume':
      resume(state, event.atMs, actions);
      return;
    case 'extend':
      extend(state, event);
      return;
    case 'cancel':
      state.stopping = 'cancel';
      return;
    default:
      applyToTrial(state, event, actions);
  }
}

type TrialEvent = Extract<StudyEvent, { number: number }>;

function applyToTrial(state: StudyState, event: TrialEvent, actions: StudyAction[]): void {
  const trial = state.trials.find((candidate) => candidate.number === event.number);
  if (!trial || !isActive(trial)) return;
  if (event.type === 'trial-started') {
    // The start of an attempt that was given back by the pause.
    if (isPaused(state)) return;
    trial.status = 'running';
    state.startedAtMs ??= event.atMs;
  } else if (event.type === 'trial-lost') {
    // Only an attempt that started can be lost; a second report of the same loss finds the trial queued.
    if (trial.status !== 'running') return;
    trial.lost++;
    if (trial.lost > maxLost) {
      fail(trial, { kind: 'crash', message: `The worker of this trial was lost ${trial.lost} times.` }, null);
    } else {
      trial.status = 'queued';
      actions.push({ type: 'run-trial', trial: specOf(state, trial, event.atMs) });
    }
  } else if (event.type === 'trial-failed') {
    // The second report of a failure that was answered with another try, which has not begun.
    if (trial.rowLimit !== undefined && trial.status === 'queued') return;
    const rowLimit = event.failure.kind === 'oom' ? fewerRows(state, trial) : null;
    if (rowLimit === null) {
      fail(trial, event.failure, event.seconds);
      return;
    }
    Object.assign(trial, { status: 'queued', rowLimit });
    if (!isPaused(state)) actions.push({ type: 'run-trial', trial: specOf(state, trial, event.atMs) });
  } else if (!Number.isFinite(event.score)) {
    fail(trial, { kind: 'nan', message: 'The score of this trial is not a number.' }, event.seconds);
  } else if (event.type === 'trial-pruned') {
    const { score, foldScores, seconds, cause, reason } = event;
    Object.assign(trial, { status: 'pruned', score, foldScores, seconds, pruned: cause, stopReason: reason });
  } else {
    const { score, seconds, foldScores, sizeBytes, predictMsPerRow, stopReason, preferred } = event;
    const facts = { foldScores, sizeBytes, predictMsPerRow, stopReason, preferred };
    Object.assign(trial, { status: 'completed', score, seconds }, known(facts));
  }
}

/** Half of the rows of a fold, for one more try of a model whose process was ended for its memory; null: no more. */
function fewerRows({ plan, stopping }: StudyState, trial: StudyTrial): number | null {
  const { folds } = plan.validation;
  const rows = Math.floor((plan.rows.training * (folds > 1 ? 1 - 1 / folds : 1)) / 2);
  const isHopeless = rows < fewestRows || trial.rungRows !== undefined || trial.rowLimit !== undefined;
  return isHopeless || trial.kind !== 'model' || stopping !== 'no' ? null : rows;
}

/** Without what is undefined, so that the state is the same before and after it was stored as JSON. */
function known<T extends object>(facts: T): Partial<T> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function fail(trial: StudyTrial, failure: NonNullable<StudyTrial['failure']>, seconds: number | null): void {
  trial.status = 'failed';
  trial.failure = failure;
  trial.seconds = seconds;
}

function advance(state: StudyState, atMs: number, actions: StudyAction[], known: readonly FamilyInfo[]): void {
  if (state.stopping === 'cancel') {
    stop(active(state), actions);
    end(state, actions, 'cancelled', 'Cancelled. The models that were finished are kept.');
    return;
  }
  if (state.status === 'queued') {
    if (state.stopping !== 'finish') return;
    end(state, actions, 'cancelled', 'Finished before any model was trained. Start it again to get models.');
    return;
  }
  if (isPaused(state)) return;
  if (state.phase === 'search') advanceSearch(state, atMs, actions, known);
  if (state.phase === 'ensemble') advanceEnsemble(state, atMs, actions);
}

function advanceSearch(state: StudyState, atMs: number, actions: StudyAction[], known: readonly FamilyInfo[]): void {
  if (state.stopping === 'finish') {
    state.status = 'finishing';
    stopKeepingOne(state, actions);
  } else {
    const end = searchEndMs(state);
    if (end !== null && atMs >= end) {
      state.stopping = 'budget';
      stopKeepingOne(state, actions, 'queued');
      if (atMs >= end + graceMs(state.plan)) stopKeepingOne(state, actions);
      if (atMs >= budgetEndMs(state)! + 2000) stop(active(state), actions);
    }
    askSelection(state, atMs, actions);
    propose(state, atMs, actions, known);
  }
  if (active(state).length === 0) startEnsemble(state, atMs, actions);
}

/** Stops everything that runs. While nothing has completed, the oldest goes on: a run has to end with a model. */
function stopKeepingOne(state: StudyState, actions: StudyAction[], only?: StudyTrial['status']): void {
  const someCompleted = state.trials.some((trial) => trial.status === 'completed');
  const chosen = active(state).slice(someCompleted ? 0 : 1);
  stop(only ? chosen.filter((trial) => trial.status === only) : chosen, actions);
}

function startEnsemble(state: StudyState, atMs: number, actions: StudyAction[]): void {
  const members = membersNow(state);
  state.status = 'finishing';
  state.phase = 'ensemble';
  if (members.length < 2 || state.plan.ensemble === 'off') return;
  if (!countsTrialsOnly(state.plan)) {
    const end = budgetEndMs(state) ?? atMs;
    const reserve = reserveMs(state);
    state.ensembleByMs = state.stopping === 'finish' ? atMs + reserve : Math.max(end, atMs + 500);
  }
  const trial = addTrial(state, { kind: 'ensemble', family: 'ensemble', config: { members } });
  actions.push({ type: 'run-trial', trial: specOf(state, trial, atMs) });
}

function advanceEnsemble(state: StudyState, atMs: number, actions: StudyAction[]): void {
  const late = lateEnsembleMs(state);
  if (late !== null && atMs >= late) stop(active(state), actions);
  if (active(state).length > 0) return;
  const best = bestTrial(state);
  if (!best) {
    const reasons = [...new Set(state.trials.map((trial) => trial.failure?.message).filter(Boolean))];
    const why =
      reasons.length > 0 ? ` ${reasons.slice(0, 3).join(' ')}` : ' The time was too short for even one model.';
    end(state, actions, 'failed', `No model could be trained.${why}`);
    return;
  }
  if (!keepsLimits(state, best)) {
    const message = 'No model keeps to the limits of size and time for a prediction; the best of all was taken.';
    state.warnings = [...state.warnings, { code: 'LIMITS_NOT_KEPT', message }];
  }
  const ensemble = state.trials.find((trial) => trial.kind === 'ensemble');
  if (ensemble && ensemble.status !== 'completed') {
    const reason = ensemble.failure?.message ?? 'The time was over before it was ready.';
    state.warnings = [...state.warnings, { code: 'ENSEMBLE_MISSING', message: `There is no ensemble. ${reason}` }];
  }
  const luckier = bestScored(state);
  if (best.preferred && luckier && luckier !== best && luckier.score !== best.score) {
    const message = `The ensemble wins although trial ${luckier.number} has the better score: where both are chosen on some rows and scored on others, the ensemble is better.`;
    state.warnings = [...state.warnings, { code: 'ENSEMBLE_PREFERRED', message }];
  }
  end(state, actions, 'completed', endMessage(state));
}

function endMessage(state: StudyState): string | null {
  const models = state.trials.filter((trial) => trial.kind === 'model').length;
  if (state.stopping === 'finish') return `Finished early on request, after ${models} models.`;
  if (state.stopping === 'budget' || countsTrialsOnly(state.plan)) return null;
  if (models < maxModels(state.plan.rows.training)) return null;
  return `Ended before the time was over, after ${models} models: comparing more on this many rows would choose by luck.`;
}

function end(
  state: StudyState,
  actions: StudyAction[],
  status: 'completed' | 'failed' | 'cancelled',
  message: string | null,
): void {
  state.phase = 'ended';
  state.status = status;
  const winner = status === 'completed' ? (bestTrial(state)?.number ?? null) : null;
  actions.push({ type: 'end', status, winner, message });
}

function stop(trials: StudyTrial[], actions: StudyAction[]): void {
  if (trials.length === 0) return;
  for (const trial of trials) trial.status = 'cancelled';
  const numbers = trials.map((trial) => trial.number);
  // A trial that was requeued in this very step is not started at all.
  for (let i = actions.length - 1; i >= 0; i--) {
    const action = actions[i]!;
    if (action.type === 'run-trial' && numbers.includes(action.trial.number)) actions.splice(i, 1);
  }
  actions.push({ type: 'stop-trials', numbers });
}

function active(state: StudyState): StudyTrial[] {
  return state.trials.filter(isActive);
}

function isActive(trial: StudyTrial): boolean {
  return trial.status === 'queued' || trial.status === 'running';
}
