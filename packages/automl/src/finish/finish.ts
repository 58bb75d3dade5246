import type { Metric } from '@laurel/evaluation';
import { foldNumbers } from '../folds.ts';
import {
  allMetrics,
  metricOf,
  outputsOf,
  type ScoredRows,
  scoreWithInterval,
  seenBy,
  shapeOf,
  splitRows,
  standardDeviation,
  withThreshold,
} from '../scoring.ts';
import { stepErrors } from '../tasks/forecast/intervals.ts';
import { NotANumber } from '../trial/score.ts';
import type { PreparedData } from '../types.ts';
import { applyCalibration, calibrate } from './calibration.ts';
import { crossParts } from './cross-folds.ts';
import type { Finishing } from './finishing.ts';
import { residualTable } from './intervals.ts';
import { atThreshold, bestThreshold, defaultThreshold } from './threshold.ts';

/** A model's out-of-fold predictions with all that is learnt from them, and its scores; every score is cross-fitted. */
export interface Finished {
  score: number;
  foldScores: number[];
  metrics: Record<string, number | null>;
  validation: { mean: number; std: number; ciLow: number | null; ciHigh: number | null };
  /** calibrated where that helps, each row by what the other rows taught */
  oof: Float32Array;
  finishing: Finishing;
}

/**
 * Calibrates, sets the threshold and measures residuals from out-of-fold predictions (rows x outputs, NaN where a row
 * was never validated). A step is kept only where it is better on rows that it was not learnt from.
 */
export function finishTrial(
  prepared: PreparedData,
  raw: Float32Array,
  seed: number,
  options: { calibrated?: boolean } = {},
): Finished {
  const { plan } = prepared;
  const outputs = outputsOf(plan);
  const scored = splitRows(prepared, 'oof', raw);
  if (scored.rows.length === 0) throw new NotANumber();
  const finishing: Finishing = {};
  const own = outputs > 1 ? crossParts(prepared, scored.rows, seed) : null;
  const changed = own && !options.calibrated ? calibrateRows(prepared, scored, own) : null;
  if (changed) finishing.calibration = changed.calibration;
  let final: ScoredRows = changed ? { ...scored, predictions: changed.crossFitted } : scored;
  if (own) final = decideRows(prepared, final, own, finishing);
  if (plan.task === 'regression') {
    const residuals = residualTable(final.target, final.predictions);
    if (residuals) finishing.residuals = residuals;
  }
  if (prepared.forecast) {
    const errors = stepErrors(prepared.features, final.rows, final.target, final.predictions);
    if (errors) finishing.residuals = errors;
  }
  const oof = changed ? withRows(raw, final, outputs) : raw;
  return { ...scoreRows(prepared, final), oof, finishing };
}

type Parts = ReturnType<typeof crossParts>;

function calibrateRows(prepared: PreparedData, scored: ScoredRows, own: Parts) {
  const { plan } = prepared;
  const metric = metricOf(plan.metric);
  return calibrate({
    target: scored.target,
    probabilities: scored.predictions,
    classes: outputsOf(plan),
    weights: scored.weights,
    ...own,
    positive: shapeOf(plan).positive ?? 1,
    ranks: looksAtRanks(metric),
  });
}

/** A metric of probabilities that does not change when they are squared looks at nothing but their order. */
function looksAtRanks(metric: Metric): boolean {
  if (metric.needs !== 'probabilities') return false;
  const target = Float64Array.of(0, 1, 0, 1);
  const scoreOf = (positive: number[]) =>
    metric.compute(target, Float64Array.from(positive.flatMap((p) => [1 - p, p])), { classes: 2, positive: 1 });
  return scoreOf([0.1, 0.4, 0.5, 0.9]) === scoreOf([0.01, 0.16, 0.25, 0.81]);
}

/** The threshold for a binary metric of labels, where it is better than 0.5 on rows that it was not chosen on. */
function decideRows(prepared: PreparedData, scored: ScoredRows, own: Parts, finishing: Finishing): ScoredRows {
  const { plan } = prepared;
  const metric = metricOf(plan.metric);
  if (plan.task !== 'binary' || metric.needs !== 'labels') return scored;
  const positive = shapeOf(plan).positive ?? 1;
  const decided = new Float64Array(scored.predictions.length);
  for (let part = 0; part < own.count; part++) {
    const { threshold } = bestThreshold(
      metric,
      binaryRows(scored, positive, (row) => own.parts[row] !== part),
    );
    const hard = atThreshold(scored.predictions, positive, threshold);
    for (let row = 0; row < own.parts.length; row++) {
      if (own.parts[row] === part) decided.set(hard.subarray(row * 2, row * 2 + 2), row * 2);
    }
  }
  const options = { ...shapeOf(plan), weights: scored.weights };
  const after = metric.compute(scored.target, decided, options);
  const before = metric.compute(scored.target, scored.predictions, options);
  if (!(Number.isNaN(before) || (metric.higherIsBetter ? after > before : after < before))) return scored;
  const { threshold } = bestThreshold(
    metric,
    binaryRows(scored, positive, () => true),
  );
  if (threshold === defaultThreshold) return scored;
  finishing.threshold = threshold;
  return { ...scored, decided };
}

function binaryRows(scored: ScoredRows, positive: number, keep: (row: number) => boolean) {
  const rows = Int32Array.from(scored.target.keys()).filter(keep);
  const probabilities = new Float64Array(rows.length * 2);
  rows.forEach((row, i) => {
    probabilities.set(scored.predictions.subarray(row * 2, row * 2 + 2), i * 2);
  });
  const { weights } = scored;
  return {
    target: Float64Array.from(rows, (row) => scored.target[row]!),
    probabilities,
    positive,
    weights: weights && Float64Array.from(rows, (row) => weights[row]!),
  };
}

/** Scores of predictions that need no more finishing: a calibrated model's own, at its threshold. */
export function scoreFinished(prepared: PreparedData, oof: Float32Array, finishing: Finishing): Finished {
  const scored = withThreshold(prepared.plan, splitRows(prepared, 'oof', oof), finishing.threshold);
  if (scored.rows.length === 0) throw new NotANumber();
  return { ...scoreRows(prepared, scored), oof, finishing };
}

function scoreRows(prepared: PreparedData, scored: ScoredRows) {
  const foldScores = foldScoresOf(prepared, scored);
  const interval = scoreWithInterval(prepared.plan, scored);
  if (!Number.isFinite(interval.value)) throw new NotANumber();
  const { value, ciLow, ciHigh } = interval;
  return {
    score: value,
    foldScores,
    metrics: allMetrics(prepared.plan, scored),
    validation: { mean: value, std: standardDeviation(foldScores.filter(Number.isFinite)), ciLow, ciHigh },
  };
}

/** Scores on the folds of the trials, so that spreads compare. */
function foldScoresOf(prepared: PreparedData, scored: ScoredRows): number[] {
  const metric = metricOf(prepared.plan.metric);
  const shape = shapeOf(prepared.plan);
  const outputs = outputsOf(prepared.plan);
  const seen = seenBy(metric, scored);
  return prepared.folds.flatMap((fold) => {
    return foldNumbers(fold).map((number) => {
      const at = Int32Array.from(scored.rows.keys()).filter((i) => fold[scored.rows[i]!] === number);
      const predictions = new Float64Array(at.length * outputs);
      at.forEach((i, to) => {
        predictions.set(seen.subarray(i * outputs, (i + 1) * outputs), to * outputs);
      });
      const { weights } = scored;
      return metric.compute(
        Float64Array.from(at, (i) => scored.target[i]!),
        predictions,
        { ...shape, weights: weights && Float64Array.from(at, (i) => weights[i]!) },
      );
    });
  });
}

function withRows(raw: Float32Array, { rows, predictions }: ScoredRows, outputs: number): Float32Array {
  const result = raw.slice();
  rows.forEach((row, i) => {
    for (let k = 0; k < outputs; k++) result[row * outputs + k] = predictions[i * outputs + k]!;
  });
  return result;
}

/** What new rows, or sealed ones, get: calibrated where the model is. rows x outputs. */
export function finishPredictions(
  plan: Parameters<typeof shapeOf>[0],
  values: Float32Array,
  { calibration }: Finishing,
): Float32Array {
  if (!calibration || values.length === 0) return values;
  const { classes, positive } = shapeOf(plan);
  return Float32Array.from(applyCalibration(calibration, values, classes, positive ?? 1));
}
