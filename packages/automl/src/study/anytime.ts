import { metricById } from '@laurel/evaluation';
import { spentMs } from './budget.ts';
import { eligible } from './choice.ts';
import type { StudyAction, StudyEvent, StudyState } from './types.ts';

const parts = 10;

/**
 * Asks for a selection over what is complete once in every tenth of the budget: of the time, or of the trials where only
 * they are counted (then at the end of a generation, so that it is of the same trials with any number of workers).
 */
export function askSelection(state: StudyState, atMs: number, actions: StudyAction[]): void {
  if (!state.selections || state.phase !== 'search' || state.stopping !== 'no') return;
  if (state.plan.ensemble === 'off') return;
  const part = budgetPart(state, atMs);
  if (part <= (state.selectionPart ?? 0)) return;
  const members = eligible(state).map((trial) => trial.number);
  if (members.length < 2) return;
  state.selectionPart = part;
  actions.push({ type: 'select', members });
}

/** Keeps a selection that is better than all before it: the best so far never gets worse. */
export function keepSelection(state: StudyState, event: Extract<StudyEvent, { type: 'selected' }>): void {
  const { score, members, atMs } = event;
  if (!state.selections || !Number.isFinite(score)) return;
  const last = state.selections.at(-1);
  const higherIsBetter = metricById(state.plan.metric)?.higherIsBetter ?? true;
  if (last && (higherIsBetter ? score <= last.score : score >= last.score)) return;
  state.selections = [...state.selections, { atMs, spentMs: spentMs(state, atMs), score, members }];
}

/**
 * What the ensemble is made of when the run is finished early: the newest selection, and what came after it. Where that
 * is a single model, all are tried: an ensemble needs two, and its guard says whether it is worth it.
 */
export function membersNow(state: StudyState): number[] {
  const all = eligible(state).map((trial) => trial.number);
  const newest = state.selections?.at(-1);
  if (state.stopping !== 'finish' || !newest) return all;
  const asked = Math.max(...newest.members.map((member) => member.trialNumber));
  const kept = all.filter((number) => number > asked || newest.members.some((member) => member.trialNumber === number));
  return kept.length < 2 ? all : kept;
}

function budgetPart(state: StudyState, atMs: number): number {
  const { seconds, trials } = state.plan.budget;
  if (seconds !== null) return Math.floor((parts * spentMs(state, atMs)) / (seconds * 1000));
  const models = state.trials.filter((trial) => trial.kind === 'model');
  const isBetween = models.every((trial) => trial.status !== 'queued' && trial.status !== 'running');
  return isBetween ? Math.floor((parts * models.length) / Math.max(1, trials ?? 1)) : 0;
}
