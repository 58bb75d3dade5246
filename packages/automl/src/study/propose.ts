import { deriveSeed } from '@laurel/tabular';
import type { FamilyInfo } from '../models/types.ts';
import type { AskLimits, SearchStrategy } from '../search/types.ts';
import type { TrialSpec } from '../types.ts';
import {
  countsTrialsOnly,
  leastUsefulMs,
  maxModels,
  modelCapMs,
  noCapMs,
  quickestSeconds,
  reserveMs,
  searchLeftMs,
} from './budget.ts';
import { raceOf } from './race.ts';
import { createSearch, type SavedStrategy } from './strategy.ts';
import type { StudyAction, StudyState, StudyTrial } from './types.ts';

/** Trials proposed together in trial-count mode, whatever the number of workers. */
export const generationSize = 4;

/**
 * Tells the strategy what has finished and starts new trials. With a seconds budget a free slot gets a trial at once;
 * with trials only, a generation is told in number order when all of it has ended, and the next one is proposed whole.
 */
export function propose(
  state: StudyState,
  atMs: number,
  actions: StudyAction[],
  families: readonly FamilyInfo[],
): void {
  const { id } = state.strategy as SavedStrategy;
  const byCount = countsTrialsOnly(state.plan);
  const running = state.trials.filter((trial) => trial.status === 'queued' || trial.status === 'running').length;
  if (byCount && running > 0) return;
  const wanted = byCount ? generationSize : state.parallelism - running;
  // Most steps are ticks while all slots are busy: there is nothing to tell and nothing to ask.
  if (!state.trials.some(isUntold) && (wanted <= 0 || !mayStart(state, atMs))) return;
  const search = createSearch(state, id, families);
  tellFinished(state, search);
  const generation = byCount ? (state.trials.at(-1)?.generation ?? 0) + 1 : 0;
  for (let i = 0; i < wanted && mayStart(state, atMs); i++) {
    const allows = (family: string) => fits(state, family, atMs);
    const left = leftOf(state, atMs);
    // Strategies leave out what would take most of the time that is left. At the end less than a whole fit is better
    // than a slot without work.
    const proposal = search.ask(allows, left) ?? (byCount ? null : search.ask(allows, { ...left, mayBeCut: true }));
    if (!proposal) break;
    const race = proposal.rungRows === undefined ? raceOf(state, proposal.family) : null;
    const trial = addTrial(state, { kind: 'model', ...proposal, ...(race ? { race } : {}) }, generation);
    actions.push({ type: 'run-trial', trial: specOf(state, trial, atMs) });
  }
  state.strategy = { id, state: search.toJSON() };
}

function tellFinished(state: StudyState, search: SearchStrategy): void {
  for (const trial of state.trials) {
    if (!isUntold(trial)) continue;
    const { number, family, config, score, rungRows } = trial;
    search.tell({
      number,
      family,
      config,
      score,
      seconds: countsTrialsOnly(state.plan) ? null : trial.seconds,
      ...(rungRows === undefined ? {} : { rungRows }),
      ...(trial.status === 'pruned' ? { pruned: true } : {}),
    });
    trial.told = true;
  }
}

function isUntold({ told, status }: StudyTrial): boolean {
  return !told && (status === 'completed' || status === 'pruned' || status === 'failed');
}

function leftOf(state: StudyState, atMs: number): AskLimits {
  const { trials, seconds } = state.plan.budget;
  return {
    leftSeconds: seconds === null ? null : searchLeftMs(state, atMs) / 1000,
    leftTrials: trials === null ? null : trials - state.trials.length,
  };
}

function mayStart(state: StudyState, atMs: number): boolean {
  if (state.stopping !== 'no') return false;
  const { trials, seconds } = state.plan.budget;
  const models = state.trials.length;
  if (trials !== null && models >= trials) return false;
  if (seconds === null) return trials !== null;
  return models < maxModels(state.plan.rows.training) && searchLeftMs(state, atMs) >= leastUsefulMs(state.plan);
}

/**
 * False when even the quickest trial of the family took longer than there is time. Where no trial of it has completed:
 * not after one that was out of time, and in the second half not beside one that runs, since it would end like it.
 */
function fits(state: StudyState, family: string, atMs: number): boolean {
  if (countsTrialsOnly(state.plan)) return true;
  const leftMs = searchLeftMs(state, atMs);
  const quickest = quickestSeconds(state, family);
  if (quickest !== null) return quickest * 1000 <= leftMs;
  const own = state.trials.filter((trial) => trial.family === family);
  if (own.some((trial) => trial.failure?.kind === 'timeout' || trial.pruned === 'time')) return false;
  const isLate = leftMs < (state.plan.budget.seconds ?? 0) * 500;
  return !isLate || !own.some((trial) => trial.status === 'queued' || trial.status === 'running');
}

export function addTrial(
  state: StudyState,
  trial: Pick<StudyTrial, 'kind' | 'family' | 'config' | 'rungRows' | 'race'>,
  generation = 0,
): StudyTrial {
  const number = state.nextNumber++;
  const added: StudyTrial = {
    number,
    ...trial,
    seed: deriveSeed(state.plan.seed, 'trial', number),
    generation,
    status: 'queued',
    score: null,
    seconds: null,
    failure: null,
    lost: 0,
    told: false,
  };
  state.trials.push(added);
  return added;
}

/** What an executor needs to run the trial. */
export function specOf(state: StudyState, trial: StudyTrial, atMs: number): TrialSpec {
  const { number, kind, family, config, seed, rungRows, rowLimit, race } = trial;
  const foldScores = state.trials.find((other) => other.number === race?.against)?.foldScores;
  return {
    number,
    kind,
    family,
    config,
    seed,
    capMs: capOf(state, trial, atMs),
    ...(countsTrialsOnly(state.plan) ? {} : { reserveMs: reserveMs(state) }),
    ...(rungRows === undefined ? {} : { rungRows }),
    ...(rowLimit === undefined ? {} : { rowLimit }),
    ...(race && foldScores ? { race: { ...race, foldScores } } : {}),
  };
}

function capOf(state: StudyState, trial: StudyTrial, atMs: number): number {
  if (trial.kind === 'model') return modelCapMs(state, trial.family, atMs);
  return state.ensembleByMs === null ? noCapMs : Math.max(100, Math.floor(state.ensembleByMs - atMs));
}
