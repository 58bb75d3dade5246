import { studentTwoSided } from '@laurel/evaluation';
import type { PruneCause, Race } from '../types.ts';

export interface Pruning {
  cause: PruneCause;
  reason: string;
}

/** One-sided error of giving a trial up that is no worse than the race allows. */
const level = 0.1;
const leastFolds = 2;
/** A fold may take this many times its share before it counts as one that cannot be held to it. */
const overshoot = 1.5;

/**
 * Whether a trial is clearly worse than the one it is raced against: a paired t test of the fold scores so far, less
 * the margin, one-sided at 10 % (the idea of racing: Maron and Moore 1997). Null: it goes on.
 */
export function lostRace(race: Race, foldScores: readonly number[], higherIsBetter: boolean): Pruning | null {
  const direction = higherIsBetter ? 1 : -1;
  const behind = foldScores
    .map((score, fold) => ((race.foldScores[fold] ?? Number.NaN) - score) * direction - race.margin)
    .filter(Number.isFinite);
  if (behind.length < leastFolds || !isPositive(behind)) return null;
  const others = race.foldScores.slice(0, foldScores.length);
  const own = words(mean(foldScores));
  return {
    cause: 'race',
    reason: `Given up after ${foldScores.length} of ${race.foldScores.length} folds: ${own} against ${words(mean(others))} of trial ${race.against} on the same folds.`,
  };
}

/** Whether the mean is above zero, at the level of the race. Equal values above zero are. */
function isPositive(values: readonly number[]): boolean {
  const center = mean(values);
  if (center <= 0) return false;
  const variance = values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1);
  const t = center / Math.sqrt(variance / values.length);
  return !Number.isFinite(t) || studentTwoSided(t, values.length - 1) / 2 < level;
}

/**
 * Whether a fold took so much more than its share that the others cannot be ready. A fold that its deadline ended in time
 * is no reason: the others end as it did, and less than a whole fit is still a model.
 */
export function outOfTime(progress: {
  foldMs: number;
  /** what the fold was given */
  shareMs: number;
  foldsDone: number;
  folds: number;
  leftMs: number;
}): Pruning | null {
  const { foldMs, shareMs, foldsDone, folds, leftMs } = progress;
  const neededMs = foldMs * (folds - foldsDone);
  if (foldMs <= overshoot * shareMs || neededMs <= leftMs) return null;
  const seconds = (ms: number) => `${(Math.max(0, ms) / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  return {
    cause: 'time',
    reason: `Given up after ${foldsDone} of ${folds} folds: the others would take about ${seconds(neededMs)}, and ${seconds(leftMs)} are left.`,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function words(score: number): string {
  return Math.abs(score) >= 1000 ? score.toFixed(1) : score.toPrecision(4);
}
