import type { ExperimentPlan } from '@laurel/contracts';
import type { ExperimentDraft } from '@/client/queries/experiments.ts';

/** What the page holds; everything that is null is decided by the engine. */
export interface Choices {
  target: string;
  task: string | null;
  positiveClass: string | null;
  metric: string | null;
  budget: { kind: 'seconds' | 'trials'; amount: number };
  holdout: number | null;
  folds: number | null;
  /** once instead of several folds */
  singleSplit: boolean;
  /** families that were taken out */
  withoutFamilies: readonly string[];
  /** columns that the engine would leave out and the person keeps */
  kept: readonly string[];
  /** columns that the person leaves out */
  dropped: readonly string[];
  seed: number | null;
  name: string;
}

export interface LeftOut {
  column: string;
  code: string;
  reason: string;
}

/** What the engine said of this target before the person changed anything about columns and families. */
export interface EngineView {
  leftOut: readonly LeftOut[];
  families: readonly string[];
}

/** A tenth of an hour at most: long enough for the table, short enough to look at. */
export function firstChoices(target: string, rows: number): Choices {
  return {
    target,
    task: null,
    positiveClass: null,
    metric: null,
    budget: { kind: 'seconds', amount: rows < 2000 ? 60 : 300 },
    holdout: null,
    folds: null,
    singleSplit: false,
    withoutFamilies: [],
    kept: [],
    dropped: [],
    seed: null,
    name: '',
  };
}

/**
 * The request of these choices, with nothing in it that the engine decides by itself. To keep a column against the
 * engine's advice, the request names all columns to use: `features.include` is the whole list.
 */
export function toDraft(
  datasetId: string,
  choices: Choices,
  columns: readonly string[],
  engine: EngineView | null,
): ExperimentDraft {
  const { target, task, positiveClass, metric, budget, holdout, folds, singleSplit, seed, name } = choices;
  const families = engine?.families.filter((family) => !choices.withoutFamilies.includes(family)) ?? [];
  return {
    datasetId,
    target,
    ...(name.trim() ? { name: name.trim() } : {}),
    ...(task ? { task } : {}),
    ...(positiveClass ? { positiveClass } : {}),
    ...(metric ? { metric } : {}),
    budget: budget.kind === 'seconds' ? { seconds: budget.amount } : { trials: budget.amount },
    ...(holdout === null ? {} : { holdout }),
    ...(singleSplit
      ? { validation: { kind: 'holdout' } }
      : folds === null
        ? {}
        : { validation: { kind: 'kfold', folds } }),
    ...features(choices, columns, engine),
    ...(choices.withoutFamilies.length > 0 && families.length > 0 ? { families } : {}),
    ...(seed === null ? {} : { seed }),
  };
}

function features(
  choices: Choices,
  columns: readonly string[],
  engine: EngineView | null,
): Pick<ExperimentDraft, 'features'> {
  const { kept, dropped, target } = choices;
  if (kept.length > 0) {
    const out = new Set([...(engine?.leftOut.map((entry) => entry.column) ?? []), ...dropped, target]);
    for (const column of kept) out.delete(column);
    return { features: { include: columns.filter((column) => !out.has(column)) } };
  }
  return dropped.length > 0 ? { features: { exclude: [...dropped] } } : {};
}

/** Takes what the engine decided by itself out of a plan; null when the plan answered a request about columns. */
export function engineViewOf(plan: ExperimentPlan, choices: Choices): EngineView | null {
  if (choices.kept.length > 0 || choices.dropped.length > 0 || choices.withoutFamilies.length > 0) return null;
  return { leftOut: plan.excluded, families: plan.families };
}
