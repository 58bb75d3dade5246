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
/** On fewer of the rows than this a model says little of its configuration. */
const leastRowShare = 0.2;

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

/** What a fold came to, against the time that it was given. */
export interface FoldPace {
  foldMs: number;
  shareMs: number;
  foldsDone: number;
  folds: number;
}

/**
 * Share of the rows that the next folds can be fitted on in their time. 1 where a fold kept to its share, be it that its
 * deadline ended it: the others end as it did, and less than a whole fit is still a model.
 */
export function rowShare({ foldMs, shareMs }: Pick<FoldPace, 'foldMs' | 'shareMs'>): number {
  return foldMs <= overshoot * shareMs ? 1 : Math.max(0, shareMs) / foldMs;
}

/**
 * Whether the first fold took so much more than its share that the others are hopeless. Later ones are carried to the end,
 * on fewer rows: what was fitted is not thrown away.
 */
export function outOfTime(pace: FoldPace): Pruning | null {
  const { foldMs, foldsDone, folds } = pace;
  if (foldsDone > 1 || folds === 1 || rowShare(pace) >= leastRowShare) return null;
  const seconds = (ms: number) => `${(Math.max(0, ms) / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  return {
    cause: 'time',
    reason: `Given up after the first of ${folds} folds: it took ${seconds(foldMs)}, and ${seconds(pace.shareMs * (folds - 1))} are left for all others.`,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function words(score: number): string {
  return Math.abs(score) >= 1000 ? score.toFixed(1) : score.toPrecision(4);
}
