import { AppError, type ExperimentPlan } from '@laurel/contracts';
import { profileTable, type Table } from '@laurel/tabular';
import { selectSoFar } from './anytime.ts';
import { loadModel } from './artifact.ts';
import { type PlanRequest, planWithTable } from './plan/plan.ts';
import { dataFacts, prepareData } from './prepare.ts';
import { capAtStartMs } from './study/budget.ts';
import { createStudy, step } from './study/study.ts';
import type { StudyAction, StudyEvent, StudyState } from './study/types.ts';
import { completedFacts } from './trial/facts.ts';
import { runTrial } from './trial/trial.ts';
import type { EngineContext, LoadedModel, PreparedData, TrialResult, TrialSpec } from './types.ts';

export interface AutomlOptions extends Omit<PlanRequest, 'budget'> {
  table: Table;
  /** milliseconds for the whole search; give this or `trials` */
  budgetMs?: number;
  /** number of models; the same seed then gives the same bytes */
  trials?: number;
  seed?: number;
  /** trials under way at the same time; in one process they take turns, and the result does not depend on it */
  parallelism?: number;
  context: EngineContext;
  onState?: (state: StudyState) => void;
}

export interface AutomlResult {
  plan: ExperimentPlan;
  prepared: PreparedData;
  study: StudyState;
  winner: number;
  /** completed trials by number */
  trials: Map<number, TrialResult>;
  model: LoadedModel;
  artifact: Uint8Array;
}

/**
 * The whole engine in this process, without files or children: plan, search, ensemble, and the best model loaded. An
 * abort rejects. Throws the plan's errors; STATE_INVALID when no model could be trained.
 */
export async function automl(options: AutomlOptions): Promise<AutomlResult> {
  const { table, budgetMs, trials: count, seed = 0, context } = options;
  const budget = {
    ...(budgetMs === undefined ? {} : { seconds: budgetMs / 1000 }),
    ...(count === undefined ? {} : { trials: count }),
  };
  const request = { ...options, budget: budgetMs === undefined && count === undefined ? undefined : budget };
  const plan = planWithTable({ profile: profileTable(table), table, request, seed });
  const prepared = prepareData(table, plan);
  const run = new InProcessRun(prepared, options, context);
  const { end, state } = await run.toTheEnd();
  if (end.winner === null) throw new AppError('STATE_INVALID', end.message ?? 'No model could be trained.');
  const { artifact } = run.trials.get(end.winner)!;
  return {
    plan: prepared.plan,
    prepared,
    study: state,
    winner: end.winner,
    trials: run.trials,
    model: await loadModel(artifact),
    artifact,
  };
}

type End = Extract<StudyAction, { type: 'end' }>;

/** Executes a study by awaiting its trials: as many are started as the study asks for. */
class InProcessRun {
  readonly trials = new Map<number, TrialResult>();
  private readonly prepared: PreparedData;
  private readonly options: AutomlOptions;
  private readonly context: EngineContext;
  private readonly running = new Set<Promise<void>>();
  private state: StudyState;
  private end: End | null = null;
  private failed: { error: unknown } | null = null;

  constructor(prepared: PreparedData, options: AutomlOptions, context: EngineContext) {
    this.prepared = prepared;
    this.options = options;
    this.context = context;
    this.state = createStudy(prepared.plan, { facts: dataFacts(prepared), selects: true });
  }

  async toTheEnd(): Promise<{ end: End; state: StudyState }> {
    this.dispatch({ type: 'begin', atMs: this.context.now(), parallelism: this.options.parallelism ?? 1 });
    while (!this.end) {
      if (this.failed) throw this.failed.error;
      if (this.running.size > 0) await Promise.race(this.running);
      this.dispatch({ type: 'tick', atMs: this.context.now() });
    }
    return { end: this.end, state: this.state };
  }

  private dispatch(event: StudyEvent): void {
    const next = step(this.state, event);
    this.state = next.state;
    this.options.onState?.(this.state);
    for (const action of next.actions) {
      if (action.type === 'end') this.end = action;
      // A trial that the study stops ends by its own deadline; its result no longer counts.
      if (action.type === 'run-trial') this.start(action.trial);
      if (action.type === 'select') this.select(action.members);
    }
  }

  private select(numbers: readonly number[]): void {
    const models = numbers.map((trialNumber) => ({ trialNumber, ...this.trials.get(trialNumber)! }));
    const selected = selectSoFar(this.prepared, models);
    this.dispatch({ type: 'selected', atMs: this.context.now(), ...selected });
  }

  private start(spec: TrialSpec): void {
    const job: Promise<void> = this.run(spec)
      .catch((error: unknown) => {
        this.failed = { error };
      })
      .finally(() => this.running.delete(job));
    this.running.add(job);
  }

  private async run(spec: TrialSpec): Promise<void> {
    const { now } = this.context;
    const startMs = now();
    this.dispatch({ type: 'trial-started', number: spec.number, atMs: startMs });
    const capMs = capAtStartMs(this.state, spec, startMs);
    const members = spec.kind === 'ensemble' ? this.members(spec) : [];
    const outcome = await runTrial(this.prepared, { ...spec, capMs }, this.context, { members });
    const at = { number: spec.number, atMs: now(), seconds: (now() - startMs) / 1000 };
    if (outcome.status === 'failed') return this.dispatch({ type: 'trial-failed', ...at, failure: outcome.failure });
    if (outcome.status === 'pruned') {
      const { score, foldScores, cause, reason } = outcome;
      return this.dispatch({ type: 'trial-pruned', ...at, score, foldScores, cause, reason });
    }
    this.trials.set(spec.number, outcome);
    this.dispatch({ type: 'trial-completed', ...at, ...completedFacts(outcome) });
  }

  private members(spec: TrialSpec) {
    const numbers = spec.config.members as number[];
    return numbers.map((trialNumber) => ({ trialNumber, ...this.trials.get(trialNumber)! }));
  }
}
