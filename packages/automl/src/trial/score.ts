import { allMetrics, outputsOf, scoredRows, scoreWithInterval, standardDeviation } from '../scoring.ts';
import type { PreparedData } from '../types.ts';

/** Score, interval, spread over folds and all metrics, from out-of-fold predictions. */
export function scoreOf(prepared: PreparedData, oof: Float32Array, foldScores: number[]) {
  const target = prepared.target.subarray(0, prepared.trainingRows);
  const scored = scoredRows(target, oof, outputsOf(prepared.plan));
  const interval = scoreWithInterval(prepared.plan, scored);
  if (!Number.isFinite(interval.value)) throw new NotANumber();
  const { value, ciLow, ciHigh } = interval;
  const std = standardDeviation(foldScores.filter(Number.isFinite));
  return {
    score: value,
    foldScores,
    metrics: allMetrics(prepared.plan, scored),
    validation: { mean: value, std, ciLow, ciHigh },
    oof,
  };
}

/** Predictions or a score that are not numbers: the trial fails as `nan`. */
export class NotANumber extends Error {}
