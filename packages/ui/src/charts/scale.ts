import type { ChartSpec } from '@laurel/contracts';
import { formatDate, formatNumber } from '../format.ts';

export type Axis = ChartSpec['x'];
export type Point = ChartSpec['series'][number]['points'][number];

export interface NumberAxis {
  domain: [number, number];
  ticks: number[];
}

/** A domain that holds all values and ends on round ticks; a given domain is kept as it is. */
export function numberAxis(values: readonly number[], axis: Axis, wanted = 5): NumberAxis {
  const finite = values.filter((value) => Number.isFinite(value) && (axis.scale !== 'log' || value > 0));
  let [low, high] = axis.domain ?? [Math.min(...finite), Math.max(...finite)];
  if (finite.length === 0 && !axis.domain) [low, high] = axis.scale === 'log' ? [1, 10] : [0, 1];
  if (axis.scale === 'log') return logAxis(low, high, axis.domain !== undefined);
  if (axis.kind === 'time' && high - low > 2 * dayMs) return timeAxis(low, high, wanted);
  // closer together than numbers can be told apart on a screen: one value with air around it
  if (high - low <= Math.max(Math.abs(low), Math.abs(high)) * 1e-9 || high - low < 1e-200) {
    const air = Math.abs(low) < 1e-100 ? 1 : Math.abs(low) * 0.1;
    low -= air;
    high += air;
  }
  const step = tickStep((high - low) / wanted);
  const first = axis.domain ? Math.ceil(low / step - 1e-9) : Math.floor(low / step + 1e-9);
  const last = axis.domain ? Math.floor(high / step + 1e-9) : Math.ceil(high / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => roundTo((first + index) * step, step));
  return { domain: axis.domain ? [low, high] : [ticks[0]!, ticks.at(-1)!], ticks };
}

const dayMs = 86_400_000;

/** Ticks at the starts of years, months or days (UTC), as the span asks for. The domain ends where the data ends. */
function timeAxis(low: number, high: number, wanted: number): NumberAxis {
  const years = (high - low) / (365.25 * dayMs);
  const ticks: number[] = [];
  if (years > wanted) {
    const step = tickStep(years / wanted);
    const first = Math.ceil(new Date(low).getUTCFullYear() / step) * step;
    for (let year = first; Date.UTC(year, 0) <= high; year += step) ticks.push(Date.UTC(year, 0));
  } else if (years * 12 > wanted) {
    const step = Math.ceil((years * 12) / wanted);
    const start = new Date(low);
    for (let month = start.getUTCMonth() + 1; ; month += step) {
      const at = Date.UTC(start.getUTCFullYear(), month);
      if (at > high) break;
      ticks.push(at);
    }
  } else {
    const step = Math.max(1, Math.ceil((high - low) / dayMs / wanted)) * dayMs;
    for (let at = Math.ceil(low / dayMs) * dayMs; at <= high; at += step) ticks.push(at);
  }
  return { domain: [low, high], ticks: ticks.filter((tick) => tick >= low) };
}

/** 1, 2 or 5 times a power of ten, at least `rough`. */
function tickStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const times = rough / power;
  return (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10) * power;
}

function roundTo(value: number, step: number): number {
  const digits = Math.max(0, Math.ceil(-Math.log10(step)) + 1);
  return digits > 15 ? value : Number(value.toFixed(digits));
}

/** A tick with as many decimals as its neighbours need, so that no two ticks read the same. */
export function tickWord(tick: number, ticks: readonly number[], axis: Axis): string {
  if (axis.kind === 'time') return timeWord(tick, ticks);
  const step = ticks.length > 1 ? Math.abs(ticks[1]! - ticks[0]!) : 0;
  if (axis.scale === 'log' || step === 0 || step >= 1 || Math.abs(tick) >= 1e6) return formatNumber(tick);
  const decimals = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  return decimals > 7 ? formatNumber(tick) : Number(tick.toFixed(decimals)).toFixed(decimals);
}

/** A year where all ticks start one, else a month, else the day. */
function timeWord(tick: number, ticks: readonly number[]): string {
  const dates = ticks.map(formatDate);
  if (dates.every((date) => date.endsWith('-01-01'))) return formatDate(tick).slice(0, 4);
  return dates.every((date) => date.endsWith('-01')) ? formatDate(tick).slice(0, 7) : formatDate(tick);
}

function logAxis(low: number, high: number, keep: boolean): NumberAxis {
  const from = Math.floor(Math.log10(low) + 1e-9);
  const to = Math.max(from + 1, Math.ceil(Math.log10(high) - 1e-9));
  const every = Math.max(1, Math.ceil((to - from) / 6));
  const ticks: number[] = [];
  for (let power = from; power <= to; power += every) ticks.push(10 ** power);
  if (!keep) return { domain: [10 ** from, 10 ** to], ticks };
  return { domain: [low, high], ticks: ticks.filter((tick) => tick >= low && tick <= high) };
}

/** All y values that a chart must show: y, the other edge of a band, and the ends of error bars. */
export function yValues(spec: ChartSpec, hidden: ReadonlySet<string>): number[] {
  const out: number[] = [];
  for (const series of spec.series) {
    if (hidden.has(series.id)) continue;
    for (const point of series.points) {
      for (const value of [point.y, point.y2, point.low, point.high]) {
        if (typeof value === 'number') out.push(value);
      }
    }
    // lengths of bars and heights of areas are read from zero
    if (series.mark === 'bar' || series.mark === 'area') out.push(0);
  }
  return out;
}

export function xNumbers(spec: ChartSpec, hidden: ReadonlySet<string>): number[] {
  const out: number[] = [];
  for (const series of spec.series) {
    if (hidden.has(series.id)) continue;
    const half = series.mark === 'bar' ? barWidth(series.points) / 2 : 0;
    for (const point of series.points) if (typeof point.x === 'number') out.push(point.x - half, point.x + half);
  }
  return out;
}

/** Width of a histogram's bars in units of x: the smallest distance between two centres. */
export function barWidth(points: readonly Point[]): number {
  const xs = points.flatMap((point) => (typeof point.x === 'number' ? [point.x] : [])).sort((a, b) => a - b);
  let width = Number.POSITIVE_INFINITY;
  for (let index = 1; index < xs.length; index++) {
    const gap = xs[index]! - xs[index - 1]!;
    if (gap > 0) width = Math.min(width, gap);
  }
  return Number.isFinite(width) ? width : 1;
}

/** Categories in the order in which the series bring them. */
export function categories(spec: ChartSpec): string[] {
  return [...new Set(spec.series.flatMap((series) => series.points.map((point) => String(point.x))))];
}

export interface MergedRow {
  x: number | string;
  [series: string]: number | string | null | [number, number];
}

/** One row per x with a column per series: what recharts draws lines, areas and grouped bars from. */
export function mergeRows(spec: ChartSpec): MergedRow[] {
  const rows = new Map<number | string, MergedRow>();
  const numeric = spec.x.kind !== 'category';
  for (const series of spec.series) {
    if (series.mark === 'point' || series.mark === 'rule') continue;
    for (const point of series.points) {
      const x = numeric ? Number(point.x) : String(point.x);
      let row = rows.get(x);
      if (!row) {
        row = { x };
        rows.set(x, row);
      }
      row[series.id] =
        series.mark === 'band' && typeof point.y === 'number' && typeof point.y2 === 'number'
          ? [point.y, point.y2]
          : point.y;
      if (typeof point.low === 'number' && typeof point.high === 'number' && point.y !== null) {
        row[`${series.id}:error`] = [point.y - point.low, point.high - point.y];
      }
    }
  }
  const merged = [...rows.values()];
  return numeric ? merged.sort((a, b) => Number(a.x) - Number(b.x)) : merged;
}
