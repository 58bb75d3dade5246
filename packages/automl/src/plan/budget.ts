import { AppError, budgetLimits, type ExperimentPlan } from '@laurel/contracts';

export const defaultSeconds = 60;

/**
 * The budget of a plan from what was asked, whatever that is. Neither given: 60 s. Both given: what is used up first ends
 * the run. Throws BUDGET_INVALID.
 */
export function readBudget(
  asked: { seconds?: unknown; trials?: unknown } | undefined | null,
): ExperimentPlan['budget'] {
  if (asked === null) throw new AppError('BUDGET_INVALID', `The budget is null. ${advice()}`);
  const { seconds, trials } = asked ?? {};
  if (seconds === undefined && trials === undefined) return { seconds: defaultSeconds, trials: null };
  const { minSeconds, maxSeconds, minTrials, maxTrials } = budgetLimits;
  return {
    seconds: seconds === undefined ? null : within('seconds', seconds, minSeconds, maxSeconds, false),
    trials: trials === undefined ? null : within('trials', trials, minTrials, maxTrials, true),
  };
}

function within(what: string, value: unknown, min: number, max: number, whole: boolean): number {
  const fits = typeof value === 'number' && value >= min && value <= max && (!whole || Number.isInteger(value));
  if (fits) return value;
  throw new AppError('BUDGET_INVALID', `${JSON.stringify(value)} cannot be the budget's ${what}. ${advice()}`);
}

function advice(): string {
  const { minSeconds, maxSeconds, minTrials, maxTrials } = budgetLimits;
  return `Give a number of seconds from ${minSeconds} to ${maxSeconds}, or a whole number of trials from ${minTrials} to ${maxTrials}.`;
}
