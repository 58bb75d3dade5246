import type { ForecastPlan } from '@laurel/contracts';

export type Step = ForecastPlan['step'];

export const msPerDay = 86_400_000;
/** Places of dates fit into 32 bits, with room for horizons after them. */
export const furthestPlace = 2 ** 30;

/** Whole calendar months since 1970 of a date in UTC. */
function monthsOf(ms: number): number {
  const date = new Date(ms);
  return date.getUTCFullYear() * 12 + date.getUTCMonth() - 1970 * 12;
}

/** Place of a date on the grid: whole steps from `phase`, months from 1970; dates between two places go to the nearest. */
export function placeOf(value: number, step: Step, phase: number): number {
  if (step.unit === 'month') return Math.floor(monthsOf(value) / step.count);
  return Math.round((value - phase) / step.count);
}

/** The date or number at a place: the inverse of `placeOf`, at the start of the month for steps of months. */
export function dateAt(place: number, step: Step, phase: number): number {
  if (step.unit === 'month') return Date.UTC(1970, place * step.count, 1);
  return phase + place * step.count;
}

/**
 * The distance of neighbours: the most frequent one. Distances of 28 to 31 days are a month, of 89 to 92 a quarter, of
 * 365 or 366 a year, unless they are steps of as many days that drift through the calendar.
 * @param sorted distinct values, ascending, at least two
 */
export function stepOf(sorted: Float64Array, isDate: boolean): Step {
  const counts = new Map<number, number>();
  for (let i = 1; i < sorted.length; i++) {
    const gap = sorted[i]! - sorted[i - 1]!;
    const key = isDate ? calendarGap(gap) : Number(gap.toPrecision(9));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  let best = Number.NaN;
  let most = 0;
  for (const [gap, count] of counts) {
    if (count > most || (count === most && gap < best)) {
      best = gap;
      most = count;
    }
  }
  if (!isDate) return { unit: 'number', count: best };
  if (best > 0) return { unit: 'ms', count: best };
  const days = driftingDays(sorted, best);
  return days === null ? { unit: 'month', count: -best } : { unit: 'ms', count: days * msPerDay };
}

/** Share of one length among the distances from which they are steps of days: 7 of 12 months have 31 days. */
const driftingShare = 0.75;

/**
 * Days of a step that is as long as a month but none, as in years of thirteen periods of four weeks; null where dates are
 * on one day of the month or on its last, or where their distances differ, as those of third Fridays do.
 * @param months the most frequent distance, as `calendarGap` gives it
 */
function driftingDays(sorted: Float64Array, months: number): number | null {
  const daysOfMonth = new Set(Array.from(sorted, (ms) => new Date(ms).getUTCDate()));
  const isLast = (ms: number) => new Date(ms + msPerDay).getUTCDate() === 1;
  if (daysOfMonth.size === 1 || sorted.every(isLast)) return null;
  const counts = new Map<number, number>();
  let all = 0;
  for (let i = 1; i < sorted.length; i++) {
    const days = Math.round((sorted[i]! - sorted[i - 1]!) / msPerDay);
    // longer ones have dates missing between them
    if (days > 1.5 * 31 * -months) continue;
    counts.set(days, (counts.get(days) ?? 0) + 1);
    all++;
  }
  const [days, count] = [...counts].reduce((most, one) => (one[1] > most[1] ? one : most));
  return count >= driftingShare * all ? days : null;
}

/** The step that the mean distance of dates suggests, in milliseconds. Means of months are longer than four weeks. */
export function usualStep(meanMs: number): Step {
  const gap = roundGap(meanMs);
  const months = -calendarGap(gap);
  return months > 0 && gap >= 28.5 * msPerDay ? { unit: 'month', count: months } : { unit: 'ms', count: gap };
}

/** The usual distance of dates next to a mean one: gaps make the mean a little longer. Milliseconds. */
function roundGap(ms: number): number {
  const minutes = [1, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440, 7 * 1440].map((size) => size * 60_000);
  return minutes.find((usual) => ms >= 0.99 * usual && ms <= 1.15 * usual) ?? ms;
}

/** Months as negative numbers; other distances in milliseconds. */
function calendarGap(ms: number): number {
  const days = ms / msPerDay;
  if (days >= 28 && days <= 31) return -1;
  if (days >= 89 && days <= 92) return -3;
  if (days >= 365 && days <= 366) return -12;
  return ms;
}

/** Seasons that a step suggests, the shortest first: days and weeks of hours, weeks and years of days, years of months. */
export function likelySeasons(step: Step): number[] {
  if (step.unit === 'number') return [];
  if (step.unit === 'month') return step.count < 12 && 12 % step.count === 0 ? [12 / step.count] : [];
  const perDay = msPerDay / step.count;
  const whole = (value: number) => Math.abs(value - Math.round(value)) < 1e-9 && value > 1.5;
  const weeks = step.count / (7 * msPerDay);
  if (whole(1 / perDay) && !whole(weeks) && weeks !== 1) return [];
  if (weeks >= 1 && 52 % weeks === 0) return weeks <= 13 ? [52 / weeks] : [];
  if (perDay === 1) return [7, 365];
  const perHour = perDay / 24;
  const seasons = [perHour, perDay, perDay * 7].filter((season) => whole(season) && season >= 4);
  return seasons.map(Math.round);
}

/** How far ahead people usually look: a day of hours, two weeks of days, two months of weeks, a year of months. */
export function usualHorizon(step: Step): number {
  if (step.unit === 'number') return 10;
  if (step.unit === 'month') return step.count === 1 ? 12 : step.count === 3 ? 8 : 4;
  const perDay = msPerDay / step.count;
  if (perDay < 0.6) return 8;
  if (perDay < 1.5) return 14;
  return Math.max(1, Math.min(96, Math.round(perDay)));
}

/** The step in words, for the plan: "month", "30 minutes". */
export function stepName({ unit, count }: Step, many = false): string {
  if (unit === 'number') return many ? 'steps' : 'step';
  const names: [number, string][] =
    unit === 'month'
      ? [
          [12, 'year'],
          [3, 'quarter'],
          [1, 'month'],
        ]
      : [
          [7 * msPerDay, 'week'],
          [msPerDay, 'day'],
          [3_600_000, 'hour'],
          [60_000, 'minute'],
          [1000, 'second'],
          [1, 'millisecond'],
        ];
  const [size, name] = names.find(([part]) => count % part === 0) ?? [1, 'unit'];
  const times = count / size;
  if (times === 1) return many ? `${name}s` : name;
  return many ? `steps of ${times} ${name}s` : `${times} ${name}s`;
}
