import {
  comparableScore,
  type InsightFamily,
  type ParameterValue,
  positionOf,
  type SearchTrial,
  settingOf,
} from './insight-values.ts';

/**
 * What a search found, as data for charts: pure functions of trials as the API answers them and of the catalog's
 * families. Browser-safe, without WebAssembly; import it from `@laurel/automl/insight`.
 */
export type { InsightFamily, ParameterValue, SearchTrial } from './insight-values.ts';
export { type ImportanceOfParameters, type ParameterImportance, parameterImportance } from './parameter-importance.ts';

export interface HistoryPoint {
  number: number;
  family: string;
  name: string;
  /** null for a trial without a comparable score: failed, stopped, or on a part of the rows */
  score: number | null;
  /** the best score of single models up to here, in order of their ends; null before the first */
  best: number | null;
  isNewBest: boolean;
  /** since the first start; null where a time is not known */
  secondsSinceStart: number | null;
}

/** Best score so far after every ended trial of a single model, in the order in which they ended. */
export function searchHistory(
  trials: readonly SearchTrial[],
  families: readonly InsightFamily[],
  higherIsBetter: boolean,
): HistoryPoint[] {
  const combined = new Set(families.filter((family) => family.combines).map(({ id }) => id));
  const singles = trials.filter((trial) => !combined.has(trial.family));
  const startMs = earliestStartMs(trials);
  const ended = singles
    .filter(({ status }) => !['queued', 'running'].includes(status))
    .sort((a, b) => (timeOf(a.finishedAt) ?? 0) - (timeOf(b.finishedAt) ?? 0) || a.number - b.number);
  let best: number | null = null;
  return ended.map((trial) => {
    const score = comparableScore(trial);
    const isNewBest = score !== null && (best === null || (higherIsBetter ? score > best : score < best));
    if (isNewBest) best = score;
    const endMs = timeOf(trial.finishedAt);
    const secondsSinceStart = endMs === null || startMs === null ? null : (endMs - startMs) / 1000;
    return { number: trial.number, family: trial.family, name: trial.name, score, best, isNewBest, secondsSinceStart };
  });
}

/** One vertical line of parallel coordinates. */
export type ParallelAxis = { name: string; label: string } & (
  | { kind: 'number'; min: number; max: number; log: boolean; whole: boolean }
  | { kind: 'choice'; values: readonly ParameterValue[] }
);

export interface ParallelLine {
  number: number;
  name: string;
  score: number;
  /** per axis: the value, and where it lies on the axis from 0 (least, or the first choice) to 1 */
  values: { value: ParameterValue; position: number }[];
}

export interface ParallelCoordinates {
  family: string;
  label: string;
  /** parameters that differ between the trials, in the order of the family's space */
  axes: ParallelAxis[];
  /** trials with a comparable score, the worst first, so that the best is drawn on top */
  lines: ParallelLine[];
}

/** The configurations that were tried and their scores, one entry per family with at least two scored trials. */
export function parallelCoordinates(
  trials: readonly SearchTrial[],
  families: readonly InsightFamily[],
  higherIsBetter: boolean,
): ParallelCoordinates[] {
  const direction = higherIsBetter ? 1 : -1;
  return families.flatMap((family) => {
    const scored = trials
      .filter((trial) => trial.family === family.id && comparableScore(trial) !== null)
      .sort((a, b) => (a.score! - b.score!) * direction || b.number - a.number);
    const names = Object.keys(family.space).filter((name) => {
      return new Set(scored.map((trial) => settingOf(trial, family, name))).size > 1;
    });
    if (scored.length < 2 || names.length === 0) return [];
    const lines = scored.map((trial) => ({
      number: trial.number,
      name: trial.name,
      score: trial.score!,
      values: names.map((name) => {
        const value = settingOf(trial, family, name);
        return { value, position: positionOf(family.space[name]!, value) };
      }),
    }));
    return [{ family: family.id, label: family.label, axes: names.map((name) => axisOf(family, name)), lines }];
  });
}

export interface TimelineBar {
  number: number;
  family: string;
  name: string;
  status: SearchTrial['status'];
  score: number | null;
  /** seconds since the first start */
  from: number;
  /** the end, or `nowMs` for one that runs */
  to: number;
}

export interface TimelineLane {
  /** worker and slot as the trials name them; null where it was not recorded */
  worker: string | null;
  bars: TimelineBar[];
}

/** Which worker ran what when: a lane per worker, in name order, bars in order of their start. */
export function trialTimeline(trials: readonly SearchTrial[], nowMs: number): TimelineLane[] {
  const startMs = earliestStartMs(trials);
  if (startMs === null) return [];
  const lanes = new Map<string | null, TimelineBar[]>();
  for (const trial of trials) {
    const from = timeOf(trial.startedAt);
    if (from === null) continue;
    const to = timeOf(trial.finishedAt) ?? Math.max(nowMs, from);
    const { number, family, name, status, score } = trial;
    const lane = trial.worker ?? null;
    const bar = { number, family, name, status, score, from: (from - startMs) / 1000, to: (to - startMs) / 1000 };
    lanes.set(lane, [...(lanes.get(lane) ?? []), bar]);
  }
  return [...lanes]
    .map(([worker, bars]) => ({ worker, bars: bars.sort((a, b) => a.from - b.from || a.number - b.number) }))
    .sort((a, b) => ((a.worker ?? '') < (b.worker ?? '') ? -1 : 1));
}

function axisOf(family: InsightFamily, name: string): ParallelAxis {
  const parameter = family.space[name]!;
  const { label } = parameter;
  if (parameter.kind === 'choice') return { name, label, kind: 'choice', values: parameter.values };
  const { min, max, log } = parameter;
  return { name, label, kind: 'number', min, max, log: log ?? false, whole: parameter.kind === 'int' };
}

function earliestStartMs(trials: readonly SearchTrial[]): number | null {
  const starts = trials.map((trial) => timeOf(trial.startedAt)).filter((time) => time !== null);
  return starts.length === 0 ? null : Math.min(...starts);
}

function timeOf(text: string | null): number | null {
  if (text === null) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}
