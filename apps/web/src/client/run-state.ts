import type { ExperimentStatus, RunEvent, TrialFailure, TrialStatus, TrialView } from '@laurel/contracts';

/** One trial as the run page shows it, whether it came from events or from the list of trials. */
export interface RunTrial {
  trialId: string;
  number: number;
  family: string;
  name: string;
  status: TrialStatus;
  score: number | null;
  modelId: string | null;
  failure: TrialFailure | null;
  /** milliseconds since 1970; when the score was known */
  endedAtMs: number | null;
}

/** What a running trial tells of itself. */
export interface TrialProgress {
  fold: number;
  folds: number;
  worker: string;
  curve: readonly (readonly [number, number])[];
}

export interface RunState {
  lastEventId: number;
  status: ExperimentStatus | null;
  startedAtMs: number | null;
  trials: ReadonlyMap<string, RunTrial>;
  progress: ReadonlyMap<string, TrialProgress>;
}

export const emptyRun: RunState = {
  lastEventId: 0,
  status: null,
  startedAtMs: null,
  trials: new Map(),
  progress: new Map(),
};

/**
 * Adds events to a state, in the order of their ids; what is already in it is skipped, so a replay after a reconnect
 * changes nothing. Pure.
 */
export function applyEvents(state: RunState, events: readonly RunEvent[]): RunState {
  const fresh = events.filter((event) => event.id > state.lastEventId).sort((a, b) => a.id - b.id);
  if (fresh.length === 0) return state;
  const trials = new Map(state.trials);
  const progress = new Map(state.progress);
  let { status, startedAtMs } = state;
  for (const event of fresh) {
    if (event.type === 'status') {
      status = event.status;
      if (event.status === 'running') startedAtMs ??= Date.parse(event.at);
    } else if (event.type === 'trial') {
      const { trialId, number, family, name, score, modelId, failure } = event;
      const running = event.status === 'running' || event.status === 'queued';
      if (!running) progress.delete(trialId);
      if (event.status === 'running') startedAtMs ??= Date.parse(event.at);
      const endedAtMs = running ? null : Date.parse(event.at);
      trials.set(trialId, { trialId, number, family, name, status: event.status, score, modelId, failure, endedAtMs });
    } else if (event.type === 'trial-progress') {
      const { fold, folds, worker, curve } = event;
      progress.set(event.trialId, { fold, folds, worker, curve });
    }
  }
  return { lastEventId: fresh.at(-1)!.id, status, startedAtMs, trials, progress };
}

/** Trials of the API's list in the same form, for runs that have ended. */
export function fromTrialViews(views: readonly TrialView[]): RunTrial[] {
  return views.map((view) => ({
    trialId: view.id,
    number: view.number,
    family: view.family,
    name: view.name,
    status: view.status,
    score: view.score,
    modelId: view.modelId,
    failure: view.failure,
    endedAtMs: view.finishedAt === null ? null : Date.parse(view.finishedAt),
  }));
}
