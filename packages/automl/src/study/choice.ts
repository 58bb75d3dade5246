import { metricById } from '@laurel/evaluation';
import type { StudyState, StudyTrial } from './types.ts';

/** True when the trial keeps to what the plan demands of a model that is used. What was not measured is not held against it. */
export function keepsLimits({ plan }: StudyState, trial: StudyTrial): boolean {
  const { maxModelBytes, maxPredictMsPerRow } = plan.constraints ?? {};
  if (maxModelBytes !== undefined && (trial.sizeBytes ?? 0) > maxModelBytes) return false;
  return maxPredictMsPerRow === undefined || (trial.predictMsPerRow ?? 0) <= maxPredictMsPerRow;
}

/**
 * The completed trials that can win or take part in the ensemble: on all rows and within the limits of the plan. Where
 * there is none such, those on fewer rows; where none keeps the limits, the others too: a run has to end with a model.
 */
export function eligible(state: StudyState): StudyTrial[] {
  const completed = state.trials.filter((trial) => trial.status === 'completed' && trial.score !== null);
  const kept = completed.filter((trial) => keepsLimits(state, trial));
  const choices = kept.length > 0 ? kept : completed;
  const whole = choices.filter((trial) => trial.rungRows === undefined);
  return whole.length > 0 ? whole : choices;
}

/**
 * The eligible trial that wins: the ensemble where its guard prefers it, else the best score; ties go to the lower
 * number. The best single score has the luck of having been chosen, so that a preferred ensemble may lie below it.
 */
export function bestTrial(state: StudyState): StudyTrial | null {
  const preferred = eligible(state).find((trial) => trial.preferred);
  return preferred ?? bestScored(state);
}

/** The eligible trial with the best score; ties go to the lower number. */
export function bestScored(state: StudyState): StudyTrial | null {
  const higherIsBetter = metricById(state.plan.metric)?.higherIsBetter ?? true;
  let best: StudyTrial | null = null;
  for (const trial of eligible(state)) {
    if (!best || (higherIsBetter ? trial.score! > best.score! : trial.score! < best.score!)) best = trial;
  }
  return best;
}
