import {
  budgetEndMs,
  capAtStartMs,
  completedFacts,
  createStudy,
  type EngineEvent,
  type StudyAction,
  type StudyEvent,
  type StudyState,
  step,
  type TrialSpec,
} from '@laurel/automl';
import type { TrialRun } from '@laurel/contracts';
import { type Pool, toTrialFailure } from '@laurel/pool';
import type { CliProtocol, CompletedTrial, MemberRef, PreparedSummary, TrialReport } from './protocol.ts';

export type StudyEnd = Extract<StudyAction, { type: 'end' }>;

export interface StudyRun {
  prepared: PreparedSummary;
  pool: Pool<CliProtocol>;
  workers: number;
  workDir: string;
  /** the clock of the budget: 0 at the start of the program */
  now: () => number;
  onTrial: (number: number, trial: CompletedTrial) => void;
  /** where and when a trial ran, whatever came of it */
  onRecord: (number: number, record: TrialRecord) => void;
  onProgress: (number: number, event: EngineEvent) => void;
  onState: (state: StudyState) => void;
  /** Ctrl-C: once finishes with the best so far, again cancels */
  onStop: (listener: () => void) => void;
}

/** What the manifest says of a trial beside its result. */
export interface TrialRecord {
  capMs: number;
  worker: string;
  startedAt: string;
  finishedAt: string;
  peakMb: number;
  run: TrialRun | null;
}

const tickMs = 200;

/** Runs a study to its end: the pure state machine decides, child processes do the work. */
export async function runStudy(run: StudyRun): Promise<{ state: StudyState; end: StudyEnd }> {
  return new Promise((resolve, reject) => {
    const { plan, facts } = run.prepared;
    let state = createStudy(plan, { facts, selects: true });
    const finished = new Map<number, MemberRef>();
    const stops = new Map<number, AbortController>();
    let interrupts = 0;
    let started = false;

    const dispatch = (event: StudyEvent): void => {
      const next = step(state, event);
      state = next.state;
      run.onState(state);
      for (const action of next.actions) perform(action);
    };

    const perform = (action: StudyAction): void => {
      if (action.type === 'run-trial') {
        runOne(action.trial).catch(reject);
      } else if (action.type === 'select') {
        select(action.members).catch(reject);
      } else if (action.type === 'stop-trials' || action.type === 'release-trials') {
        for (const number of action.numbers) stops.get(number)?.abort();
      } else {
        clearInterval(timer);
        resolve({ state, end: action });
      }
    };

    /** Waits for a free child like a trial does. One that fails is left out: the trials are not worse for it. */
    const select = async (numbers: readonly number[]): Promise<void> => {
      const members = numbers.map((number) => finished.get(number)).filter((member) => member !== undefined);
      const outcome = await run.pool.run({ kind: 'select', workDir: run.workDir, members });
      if (outcome.status === 'completed') dispatch({ type: 'selected', atMs: run.now(), ...outcome.result });
    };

    const runOne = async (spec: TrialSpec): Promise<void> => {
      const { number } = spec;
      const stop = new AbortController();
      stops.set(number, stop);
      const limits = limitsOf(state, spec, run.now());
      const members = membersOf(spec, finished);
      let worker = '';
      let startedAt = '';
      const outcome = await run.pool.run(
        { kind: 'trial', workDir: run.workDir, spec, endAtMs: limits.endAtMs, members },
        {
          signal: stop.signal,
          ...(limits.hardMs === null ? {} : { hardMs: limits.hardMs }),
          onEvent: (event) => run.onProgress(number, event),
          onStart: (pid) => {
            worker = `process ${pid}`;
            startedAt = new Date().toISOString();
            // The budget counts from the start of the program, reading the file included.
            dispatch({ type: 'trial-started', number, atMs: started ? run.now() : 0 });
            started = true;
          },
        },
      );
      stops.delete(number);
      if (stop.signal.aborted) return;
      const { seconds, peakMb } = outcome;
      const ran = outcome.status === 'completed' && outcome.result.status !== 'failed' ? outcome.result.run : null;
      const finishedAt = new Date().toISOString();
      run.onRecord(number, { capMs: spec.capMs, worker, startedAt, finishedAt, peakMb, run: ran });
      const failure =
        outcome.status === 'failed'
          ? toTrialFailure(outcome.failure)
          : outcome.result.status === 'failed'
            ? outcome.result.failure
            : null;
      if (failure) return dispatch({ type: 'trial-failed', number, atMs: run.now(), seconds, failure });
      const trial = (outcome as Extract<typeof outcome, { status: 'completed' }>).result as Exclude<
        TrialReport,
        { status: 'failed' }
      >;
      if (trial.status === 'pruned') {
        const { score, foldScores, cause, reason } = trial;
        return dispatch({ type: 'trial-pruned', number, atMs: run.now(), seconds, score, foldScores, cause, reason });
      }
      const { name, score, predictMsPerRow } = trial;
      finished.set(number, { trialNumber: number, name, score, predictMsPerRow });
      run.onTrial(number, trial);
      dispatch({ type: 'trial-completed', number, atMs: run.now(), seconds, ...completedFacts(trial) });
    };

    run.onStop(() => dispatch({ type: interrupts++ === 0 ? 'finish' : 'cancel', atMs: run.now() }));
    const timer = setInterval(() => dispatch({ type: 'tick', atMs: run.now() }), tickMs);
    dispatch({ type: 'begin', atMs: run.now(), parallelism: run.workers });
  });
}

/** When a trial has to be over by the wall clock, and after how long its process is killed. */
function limitsOf(
  state: StudyState,
  spec: TrialSpec,
  nowMs: number,
): { endAtMs: number | null; hardMs: number | null } {
  if (state.plan.budget.seconds === null) return { endAtMs: null, hardMs: null };
  const capMs = capAtStartMs(state, spec, nowMs);
  const end = budgetEndMs(state) ?? state.plan.budget.seconds * 1000;
  const hardMs = Math.max(1000, Math.min(capMs * 1.5 + 5000, end + 1000 - nowMs));
  return { endAtMs: Date.now() + capMs, hardMs };
}

function membersOf(spec: TrialSpec, finished: ReadonlyMap<number, MemberRef>): MemberRef[] {
  if (spec.kind !== 'ensemble') return [];
  const numbers = spec.config.members as number[];
  return numbers.map((number) => finished.get(number)).filter((member) => member !== undefined);
}
