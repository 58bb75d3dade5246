import { metricById } from '@laurel/evaluation';
import type { StudyState, StudyTrial } from './types.ts';

/** Whole models that have to be there before any is raced: with fewer nothing is known of what an ensemble uses. */
const leastModels = 4;
/** Rank whose distance from the best an ensemble still reaches: most have fewer members than that. */
const reachRank = 8;

/**
 * What a new trial of this family is raced against: the best model so far. Null when it is not to be raced: its family
 * has no whole model yet, so that even a weak one is something new to the ensemble. `margin` is how much worse it may be:
 * as much as the best of its own family, or as the eighth model (the middle one of fewer than sixteen) if that is more.
 */
export function raceOf(state: StudyState, family: string): StudyTrial['race'] | null {
  const whole = state.trials.filter(
    (trial) => trial.kind === 'model' && trial.status === 'completed' && trial.rungRows === undefined,
  );
  const own = whole.filter((trial) => trial.family === family);
  if (own.length === 0 || whole.length < leastModels) return null;
  const direction = metricById(state.plan.metric)?.higherIsBetter === false ? 1 : -1;
  const byScore = (a: StudyTrial, b: StudyTrial) => (a.score! - b.score!) * direction || a.number - b.number;
  const ranked = [...whole].sort(byScore);
  const best = ranked[0]!;
  if (!best.foldScores || best.foldScores.length < 2) return null;
  const reached = ranked[Math.min(reachRank, Math.ceil(ranked.length / 2)) - 1]!;
  const ownBest = own.sort(byScore)[0]!;
  const gap = (trial: StudyTrial) => Math.abs(trial.score! - best.score!);
  return { against: best.number, margin: Math.max(gap(reached), gap(ownBest)) };
}
