import type { Metric, MetricShape, Predictions } from '../metric.ts';
import { takeRows } from '../predictions.ts';
import { quantileOfSorted } from '../sort.ts';
import { drawBlocks, drawCounts, sampleBlocks, sampleWithin, strataOf } from './resample.ts';

export interface BootstrapOptions extends MetricShape {
  /** uniform in [0, 1); the only source of chance */
  random: () => number;
  /** 0.95: from the 2.5 to the 97.5 % quantile */
  level?: number | undefined;
  /** one integer per row: resampling stays within equal keys. Default: the class for classification, one group else */
  strata?: ArrayLike<number> | undefined;
  /**
   * One whole number per row: rows that belong together (a group, a stretch of time) are drawn together. Strata are then
   * not used. Kuensch 1989 for blocks of time.
   */
  blocks?: ArrayLike<number> | undefined;
  resamples?: number | undefined;
  /** one weight >= 0 per row: a row counts with it in every resample that it is drawn for */
  weights?: Float64Array | undefined;
}

export interface ScoreInterval {
  value: number;
  low: number;
  high: number;
}

/** Above this many rows the resamples are made of a stratified sample, and their spread is scaled by sqrt(sample / rows). */
const largestSample = 20_000;

/** 1000 up to 5,000 rows, then fewer: the work stays at about 5 million rows, and at least 200 resamples. */
export function resamplesFor(rows: number): number {
  return Math.max(200, Math.min(1000, Math.round(5_000_000 / Math.max(rows, 1))));
}

/**
 * Percentile intervals of several metrics from the same resamples (Efron's bootstrap, stratified by class). Each
 * metric sorts once; a resample is a vector of row counts used as weights. Bounds are NaN where the score is.
 */
export function bootstrapIntervals(
  metrics: readonly Metric[],
  target: Float64Array,
  predictions: Predictions,
  options: BootstrapOptions,
): ScoreInterval[] {
  const values = metrics.map((metric) => metric.compute(target, predictions, options));
  const draws = resampledScores(metrics, target, [predictions], options);
  return values.map((value, m) => {
    const { low, high } = percentiles(draws.scores[m]?.[0] as Float64Array, options.level ?? 0.95);
    if (Number.isNaN(value)) return { value, low: Number.NaN, high: Number.NaN };
    const center = draws.fullScores[m]?.[0] as number;
    // clamped: scaling around the score could leave the metric's range
    const [least, most] = (metrics[m] as Metric).range;
    return {
      value,
      low: Math.max(least, value + (low - center) * draws.scale),
      high: Math.min(most, value + (high - center) * draws.scale),
    };
  });
}

/** Interval of one metric; see bootstrapIntervals. */
export function bootstrapInterval(
  metric: Metric,
  target: Float64Array,
  predictions: Predictions,
  options: BootstrapOptions,
): ScoreInterval {
  return bootstrapIntervals([metric], target, predictions, options)[0] as ScoreInterval;
}

export interface PairedDifference {
  /** score of a minus score of b, in the metric's own direction */
  difference: number;
  low: number;
  high: number;
  /** two-sided: twice the share of resamples on the other side of zero, at least 1 / (resamples + 1) */
  pValue: number;
}

/** Difference of two models on the same rows, from shared resamples (2000 unless told). */
export function pairedBootstrap(
  metric: Metric,
  target: Float64Array,
  a: Predictions,
  b: Predictions,
  options: BootstrapOptions,
): PairedDifference {
  const difference = metric.compute(target, a, options) - metric.compute(target, b, options);
  const resamples = options.resamples ?? Math.max(500, Math.min(2000, Math.round(10_000_000 / target.length)));
  const draws = resampledScores([metric], target, [a, b], { ...options, resamples });
  const [scoresA, scoresB] = draws.scores[0] as [Float64Array, Float64Array];
  const [fullA, fullB] = draws.fullScores[0] as [number, number];
  const gaps = scoresA.map((value, i) => {
    return difference + (value - (scoresB[i] as number) - (fullA - fullB)) * draws.scale;
  });
  const { low, high } = percentiles(gaps, options.level ?? 0.95);
  let below = 0;
  let above = 0;
  let defined = 0;
  for (const gap of gaps) {
    if (Number.isNaN(gap)) continue;
    defined++;
    if (gap <= 0) below++;
    if (gap >= 0) above++;
  }
  const pValue = defined === 0 ? Number.NaN : Math.min(1, (2 * (Math.min(below, above) + 1)) / (defined + 1));
  return { difference, low, high, pValue };
}

export interface ResampledScores {
  /** scores[metric][model]: one score per resample */
  scores: Float64Array[][];
  /** score of the rows that were resampled from, for centring */
  fullScores: number[][];
  /** factor from the spread of the resamples to that of all rows */
  scale: number;
}

/** Scores of several models and metrics under the same resamples. */
export function resampledScores(
  metrics: readonly Metric[],
  target: Float64Array,
  models: readonly Predictions[],
  options: BootstrapOptions,
): ResampledScores {
  const draw = drawFrom(target, options);
  const { rows: sample } = draw;
  const rows = sample ? takeRows(target, sample, 1) : target;
  const scored = sample ? models.map((predictions) => takeRows(predictions, sample, options.classes)) : models;
  const prepared = metrics.map((metric) => scored.map((predictions) => metric.prepare(rows, predictions, options)));
  const weights = options.weights && (sample ? takeRows(options.weights, sample, 1) : options.weights);
  const resamples = options.resamples ?? resamplesFor(rows.length);
  const scores = prepared.map((row) => row.map(() => new Float64Array(resamples)));
  const counts = new Float64Array(rows.length);
  for (let r = 0; r < resamples; r++) {
    draw.into(counts);
    if (weights) for (let i = 0; i < counts.length; i++) counts[i] = (counts[i] as number) * (weights[i] as number);
    prepared.forEach((row, m) => {
      row.forEach((score, k) => {
        (scores[m]?.[k] as Float64Array)[r] = score(counts);
      });
    });
  }
  return {
    scores,
    fullScores: prepared.map((row) => row.map((score) => score(weights ?? null))),
    scale: Math.sqrt(rows.length / target.length),
  };
}

/** How rows are drawn, and which of them when there are too many: null for all. */
function drawFrom(target: Float64Array, options: BootstrapOptions) {
  const { random, blocks } = options;
  const all = target.length;
  if (blocks !== undefined) {
    const whole = strataOf(all, blocks);
    const rows = all > largestSample ? sampleBlocks(whole, largestSample, random) : null;
    const drawn = rows ? strataOf(rows.length, takeRows(blocks, rows, 1)) : whole;
    return { rows, into: (counts: Float64Array) => drawBlocks(drawn, random, counts) };
  }
  const keys = options.strata ?? (options.classes > 1 ? target : undefined);
  const whole = strataOf(all, keys);
  const rows = all > largestSample ? sampleWithin(whole, largestSample, random) : null;
  const strata = rows ? strataOf(rows.length, keys === undefined ? undefined : takeRows(keys, rows, 1)) : whole;
  return { rows, into: (counts: Float64Array) => drawCounts(strata, random, counts) };
}

function percentiles(draws: Float64Array, level: number): { low: number; high: number } {
  const sorted = draws.filter((value) => !Number.isNaN(value)).sort();
  return { low: quantileOfSorted(sorted, (1 - level) / 2), high: quantileOfSorted(sorted, (1 + level) / 2) };
}
