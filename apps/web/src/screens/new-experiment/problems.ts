import { ApiFailure } from '@/client/api.ts';

/** Parts of the form that a plan can be refused for. */
export type ProblemPlace = 'task' | 'metric' | 'validation' | 'budget' | 'families' | 'strategy' | 'weights';

export interface Problems {
  at: Partial<Record<ProblemPlace, string>>;
  parameter: { parameter: string; message: string } | null;
}

const places: Record<string, ProblemPlace> = {
  BUDGET_INVALID: 'budget',
  VALIDATION_INVALID: 'validation',
  TOO_FEW_ROWS: 'validation',
  FAMILY_UNKNOWN: 'families',
  STRATEGY_UNKNOWN: 'strategy',
  METRIC_UNKNOWN: 'metric',
  METRIC_NOT_FOR_TASK: 'metric',
  TARGET_INVALID: 'task',
  TOO_MANY_CLASSES: 'task',
};

/** Where in the form a refusal of the plan belongs: by its code, and by the hyperparameter that it names. */
export function problemsOf(error: unknown): Problems {
  if (!(error instanceof ApiFailure)) return { at: {}, parameter: null };
  const { parameter } = error.details;
  if (typeof parameter === 'string') return { at: {}, parameter: { parameter, message: error.message } };
  const place = places[error.code];
  return { at: place ? { [place]: error.message } : {}, parameter: null };
}
